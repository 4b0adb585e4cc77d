import Datasets
import Face
import Foundation
import Media
import Synthetic
import Testing
import Torch
import Tracking

/// Speech without a synthesiser: "mama baba" in even steps, silence as sound.
private func speech(seconds: Double) -> Utterance {
  let sounds = ["m", "ɑː", "b", "ɑː", "", "p", "uː", "f", "iː", ""]
  var phonemes: [Phoneme] = [], now = 0.2
  while now < seconds {
    phonemes.append(Phoneme(symbol: sounds[phonemes.count % sounds.count], start: now, end: now + 0.16))
    now += 0.16
  }
  let count = Int(seconds * 16000)
  let samples = (0..<count).map { Float(sin(Double($0) * 0.07)) * 0.2 }
  return Utterance(samples: samples, sampleRate: 16000, phonemes: phonemes)
}
func performer(seconds: Double = 2, size: Int = 128, seed: UInt64 = 0) throws -> Performer {
  try Performer(PerformerScript(seconds: seconds, size: size, seed: seed), model: .builtIn(), sound: speech(seconds: seconds))
}

@Suite struct PerformerTests {
  @Test func theSameSeedGivesTheSamePixels() throws {
    let one = try performer(seed: 3), two = try performer(seed: 3), other = try performer(seed: 4)
    #expect(one.states == two.states)
    #expect(one.states != other.states)
    for i in [0, 31] {
      let a = one.frame(i), b = two.frame(i), c = other.frame(i)
      #expect(a.rgb.array(UInt8.self) == b.rgb.array(UInt8.self))
      #expect(a.labels.array(UInt8.self) == b.labels.array(UInt8.self))
      #expect(a.depth.floats == b.depth.floats)
      #expect(a.rgb.array(UInt8.self) != c.rgb.array(UInt8.self))
    }
    // Frames do not depend on those drawn before.
    #expect(one.frame(0).rgb.array(UInt8.self) == two.frame(0).rgb.array(UInt8.self))
  }

  @Test func verticesLieWhereTheMasksSay() throws {
    let performer = try performer(seconds: 20, size: 256)
    let corners = performer.model.triangles.array(Int32.self)
    let wanted: [FacePart: SemanticClass] = [
      .nose: .nose, .upperLip: .lips, .lowerLip: .lips, .sclera: .eyes, .iris: .eyes, .pupil: .eyes, .neck: .neck, .ear: .ears,
      .upperTeeth: .mouthInterior, .skin: .skin,
    ]
    var hits: [SemanticClass: Int] = [:], tries = hits, depthErrors: [Float] = []
    for i in stride(from: 0, to: performer.frameCount, by: 71) {
      let frame = performer.frame(i), labels = frame.labels.array(UInt8.self), depths = frame.depth.floats
      let points = performer.camera.project(performer.vertices(i)).floats
      for f in performer.model.parts.indices {
        guard let kind = wanted[performer.model.parts[f]] else { continue }
        let corner = (0..<3).map { Int(corners[3 * f + $0]) }
        let x = corner.reduce(Float(0)) { $0 + points[3 * $1] } / 3, y = corner.reduce(Float(0)) { $0 + points[3 * $1 + 1] } / 3
        let depth = corner.reduce(Float(0)) { $0 + points[3 * $1 + 2] } / 3
        guard x > 1, y > 1, x < 255, y < 255 else { continue }
        let at = Int(y) * 256 + Int(x)
        // Seen at all: nothing lies in front. Lids are thin.
        guard abs(depths[at] - depth) < (kind == .eyes ? 0.005 : 0.025) else { continue }
        depthErrors.append(abs(depths[at] - depth))
        tries[kind, default: 0] += 1
        if labels[at] == kind.rawValue { hits[kind, default: 0] += 1 }
      }
    }
    for (kind, number) in tries where number > 30 {
      let share = Double(hits[kind] ?? 0) / Double(number)
      #expect(share > (kind == .skin ? 0.8 : 0.85), "\(kind.name): \(share) of \(number)")
    }
    for kind in [SemanticClass.nose, .lips, .eyes, .neck, .ears, .skin] { #expect((tries[kind] ?? 0) > 30, "\(kind.name) is hardly seen") }
    depthErrors.sort()
    #expect(depthErrors[depthErrors.count / 2] < 0.01)
  }

  @Test func everyClassOfAPortraitIsThere() throws {
    let performer = try performer(size: 256)
    var seen = Set<UInt8>()
    for i in stride(from: 0, to: performer.frameCount, by: 7) { seen.formUnion(performer.frame(i).labels.array(UInt8.self)) }
    let wanted: [SemanticClass] = [.background, .skin, .nose, .eyes, .brows, .ears, .mouthInterior, .lips, .hair, .neck, .torso]
    for kind in wanted { #expect(seen.contains(kind.rawValue), "no \(kind.name)") }
    #expect(!seen.contains(SemanticClass.unlabelled))
  }

  @Test func lipsMeetInBilabialsAndPartInVowels() throws {
    let performer = try performer(seconds: 4)
    let open = try #require(performer.model.expressionIndex("jawOpen"))
    let press = try #require(performer.model.expressionIndex("mouthPressLeft"))
    var closed: [Float] = [], wide: [Float] = [], pressed: [Float] = []
    for phoneme in performer.sound.phonemes where phoneme.start > 0.3 && phoneme.end < 3.8 {
      let frame = Int(((phoneme.start + phoneme.end) / 2 - 0.02) * 25)
      let now = performer.states[frame].expression
      if "mbp".contains(phoneme.symbol) && !phoneme.symbol.isEmpty {
        closed.append(now[open])
        pressed.append(now[press])
      }
      if phoneme.symbol == "ɑː" { wide.append(now[open]) }
    }
    #expect(closed.count > 3 && wide.count > 3)
    #expect(closed.max() ?? 1 < 0.3)
    #expect(wide.min() ?? 0 > 0.35)
    #expect(pressed.min() ?? 0 > 0.15)
  }

  @Test func movementsKeepWithinTheirRangesAndUseThem() throws {
    let performer = try performer(seconds: 20, size: 64)
    let degrees = performer.states.map { $0.pose.rotation.yawPitchRoll * (180 / .pi) }
    for (axis, limit) in [(0, Float(20.5)), (1, 11), (2, 6.5)] {
      let largest = degrees.map { abs($0[axis]) }.max() ?? 0
      #expect(largest < limit && largest > 0.6 * limit)
    }
    for i in 1..<degrees.count {
      // Slow: no faster than a person turns.
      #expect(abs(degrees[i].x - degrees[i - 1].x) < 3)
    }
    let blink = try #require(performer.model.expressionIndex("eyeBlinkLeft"))
    let blinks = (1..<degrees.count).count {
      performer.states[$0].expression[blink] > 0.5 && performer.states[$0 - 1].expression[blink] <= 0.5
    }
    #expect((3...14).contains(blinks))
    #expect(performer.states.allSatisfy { $0.expression.allSatisfy { (0...1).contains($0) } })
    let follow = zip(performer.states, performer.torsos).map {
      abs($1.rotation.yawPitchRoll.x) < abs($0.pose.rotation.yawPitchRoll.x) + 0.15
    }
    #expect(follow.allSatisfy { $0 })
  }

  @Test func filmsComeWithSoundAndTruth() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "performer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let performer = try performer(seconds: 0.4, size: 96)
    let film = folder.appending(path: "p.mp4"), truth = folder.appending(path: "truth")
    try performer.record(to: film, truth: truth, depths: true)
    let reader = try VideoReader(film)
    #expect(reader.width == 96 && reader.height == 96)
    var frames = 0
    while let frame = try reader.next() {
      let drawn = performer.frame(frames).rgb.to(.float32), error = (frame.rgb.to(.float32) - drawn).abs().mean().item
      #expect(error < 6)
      frames += 1
    }
    #expect(frames == 10)
    #expect(try AudioReader.read(film).count > 5000)
    let track = try Track(truth.appending(path: "truth.safetensors"))
    #expect(track.frames.map(\.state) == performer.states)
    #expect(track.camera == performer.camera)
    #expect(track.expressionNames == ExpressionNames.arkit)
    let mask = SemanticClass.labels(of: try ImageFile.read(truth.appending(path: "masks/000007.png")))
    #expect(mask.array(UInt8.self) == performer.frame(7).labels.array(UInt8.self))
    let depth = try Safetensors.read(truth.appending(path: "depth/000007.safetensors")).tensors["depth"]
    #expect(depth?.floats == performer.frame(7).depth.floats)
  }

  /// Somebody of a population, with what they wear, under a head model that names its expressions in another order.
  @Test func peopleOfAPopulationPerformWithAnyHead() throws {
    let head = MorphableModel.builtIn(), order = Array(head.expressionNames.indices.reversed())
    let other = MorphableModel(
      name: "other",
      shape: LinearShape(
        mean: head.mean, identity: head.identityBasis, expression: head.expressionBasis.indexSelect(0, Tensor(order))),
      identityNames: head.identityNames, expressionNames: order.map { head.expressionNames[$0] }, triangles: head.triangles,
      parts: head.parts, landmarkVertices: head.landmarkVertices, torsoWeight: head.torsoWeight, eyes: head.eyes,
      eyeWeights: Self.eyeWeights(head))
    let script = PerformerScript(seconds: 1, size: 96, seed: 5, person: 2), sound = speech(seconds: 1)
    let one = try Performer(script, model: head, sound: sound), two = try Performer(script, model: other, sound: sound)
    #expect(one.states[0].identity == (try Crowd(PopulationScript(count: 9, views: 3, seed: 5))).identity(2))
    #expect(two.truth.modelName == "other" && two.truth.expressionNames == other.expressionNames)
    for (a, b) in zip(one.states, two.states) { #expect(a.expression == b.expression.reversed() && a.pose == b.pose) }
    let a = one.frame(12), b = two.frame(12)
    // The sums over expressions run in another order: the last bits may differ, and no more.
    #expect((a.rgb.to(.float32) - b.rgb.to(.float32)).abs().mean().item < 0.5)
    let studio = try Performer(PerformerScript(seconds: 1, size: 96, seed: 5), model: head, sound: sound)
    #expect(studio.frame(12).rgb.array(UInt8.self) != a.rgb.array(UInt8.self))
  }
  /// The middle of a ball lies halfway between its poles.
  private static func eyeWeights(_ model: MorphableModel) -> Tensor {
    var weights = [Float](repeating: 0, count: 2 * model.vertexCount)
    for (eye, ball) in model.eyes.enumerated() {
      weights[eye * model.vertexCount + ball.lowerBound] = 0.5
      weights[eye * model.vertexCount + ball.upperBound - 1] = 0.5
    }
    return Tensor(weights, [2, model.vertexCount])
  }

  @Test func impossibleScriptsAreRefused() {
    for script in [
      PerformerScript(seconds: 0), PerformerScript(seconds: .nan), PerformerScript(size: 33), PerformerScript(size: 10),
      PerformerScript(text: "?!"), PerformerScript(person: -1),
    ] {
      #expect(throws: PerformerError.self) { try Performer(script) }
    }
  }

  @Test(.enabled(if: PerformerVoice.isAvailable, "skipped: eSpeak NG is not installed"))
  func wordsComeWithTheTimesOfTheirSounds() throws {
    let said = try PerformerVoice.speak("Mama bought a blue boat.")
    #expect(said.sampleRate >= 16000 && said.duration > 1 && said.duration < 4)
    #expect(said.phonemes.first?.symbol == "m")
    #expect(said.phonemes.count { $0.symbol == "b" } == 3)
    for (a, b) in zip(said.phonemes, said.phonemes.dropFirst()) { #expect(a.end <= b.start + 1e-9 && a.start < a.end) }
    #expect(said.samples.contains { abs($0) > 0.1 })
    #expect(try PerformerVoice.speak("Mama bought a blue boat.").samples == said.samples)
    #expect(throws: PerformerError.voice("nobody")) { try PerformerVoice.speak("Hello", voice: "nobody") }
    let performance = try Performer(PerformerScript(seconds: 6, size: 64))
    #expect(abs(performance.sound.duration - 6) < 0.01)
  }

  @Test(.enabled(if: (try? FaceDetector()) != nil, "skipped: the face networks are absent"))
  func theFaceNetworksSeeAPerson() throws {
    let performer = try performer(seconds: 20, size: 384)
    let detector = try FaceDetector(), tracker = try LandmarkTracker()
    let truth = performer.truth
    var found = 0, errors: [Float] = []
    let indices = Array(stride(from: 0, to: performer.frameCount, by: 17))
    for i in indices {
      let rgb = performer.frame(i).rgb
      if try !detector.detect(rgb).isEmpty { found += 1 }
      tracker.reset()
      guard let seen = try tracker.track(rgb), let points = truth.frames[i].landmarks else { continue }
      let distance = length(points[468] - points[473])
      errors.append((0..<468).reduce(Float(0)) { $0 + length(seen[$1] - points[$1]) } / 468 / distance)
    }
    #expect(Double(found) >= 0.98 * Double(indices.count))
    #expect(errors.count == indices.count)
    errors.sort()
    #expect(errors[errors.count / 2] < 0.09)
  }
}

private func length(_ v: SIMD2<Float>) -> Float { (v * v).sum().squareRoot() }
