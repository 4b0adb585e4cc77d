import Face
import Foundation

/// What the performer does, frame by frame: everything that is not the mouth's speech, and that too when given.
struct PerformerMotion {
  /// Coefficients by ARKit's names, one dictionary a frame.
  private(set) var expressions: [[String: Float]]
  /// Head to camera rig, one a frame.
  let poses: [Rigid]
  /// Shoulders to camera rig: they follow the head a little, late, and breathe.
  let torsos: [Rigid]
  /// Yaw and pitch of the eyes in the head, radians.
  let gazes: [SIMD2<Float>]

  /// Largest turns of the head, in radians.
  static let yaw: Float = 20 * .pi / 180
  static let pitch: Float = 10 * .pi / 180
  static let roll: Float = 6 * .pi / 180

  /// `loudness` is the speech's strength at every frame, 0...1; `distance` that of the head's centre from the camera, in head units.
  init(frames: Int, rate: Float, speech: SpeechMotion, loudness: [Float], center: SIMD3<Float>, seed: UInt64) {
    let turns = Self.turns(frames: frames, rate: rate, loudness: loudness, seed: seed)
    poses = turns.indices.map { Self.pose(turns[$0], around: center) }
    torsos = Self.torsos(turns, rate: rate, center: center, seed: seed)
    let eyes = Self.gazes(turns, rate: rate, seed: seed)
    gazes = eyes
    let blinks = Blinks.shut(frames: frames, rate: rate, seed: seed)
    let mood = Self.mood(frames: frames, rate: rate, loudness: loudness, seed: seed)
    expressions = (0..<frames).map { frame in
      var all: [String: Float] = [:]
      func add(_ name: String, _ value: Float) { all[name] = min(1, max(0, (all[name] ?? 0) + value)) }
      func both(_ name: String, _ value: Float, lean: Float = 0) {
        add(name + "Left", value * (1 + lean))
        add(name + "Right", value * (1 - lean))
      }
      let strength = 0.8 + 0.5 * loudness[frame]
      for (c, name) in speech.channels.enumerated() {
        let value = speech.values[frame][c] * (name == "jawOpen" || name == "mouthLowerDown" ? strength : 1)
        switch name {
        case "jawOpen", "mouthClose", "mouthRollLower", "mouthRollUpper", "mouthFunnel", "mouthPucker", "mouthShrugLower", "tongueOut":
          add(name, value)
        default: both(name, value)
        }
      }
      let blink = blinks[frame]
      add("eyeBlinkLeft", blink.x)
      add("eyeBlinkRight", blink.y)
      // Lids that have met go no further, whatever else would move them.
      let open = 1 - max(blink.x, blink.y)
      both("eyeSquint", 0.25 * (1 - open) * open)
      both("browDown", 0.08 * max(blink.x, blink.y))
      let gaze = eyes[frame]
      add(gaze.x > 0 ? "eyeLookOutLeft" : "eyeLookInLeft", abs(gaze.x) / 0.6)
      add(gaze.x > 0 ? "eyeLookInRight" : "eyeLookOutRight", abs(gaze.x) / 0.6)
      both(gaze.y > 0 ? "eyeLookUp" : "eyeLookDown", abs(gaze.y) / 0.5 * (gaze.y > 0 ? 1 : open))
      let now = mood[frame]
      both("mouthSmile", 0.34 * now.smile, lean: 0.12)
      both("cheekSquint", 0.3 * now.smile)
      add("browInnerUp", 0.55 * now.brows)
      both("browOuterUp", 0.5 * now.brows, lean: 0.15)
      both("eyeWide", 0.2 * now.brows * open)
      both("browDown", 0.4 * now.frown)
      return all
    }
  }

  private struct Mood {
    var smile: Float
    var brows: Float
    var frown: Float
  }

  /// Yaw, pitch, roll in radians and the head's drift in head units.
  struct Turn {
    var yaw: Float
    var pitch: Float
    var roll: Float
    var shift: SIMD3<Float>
  }

  /// Noise without fast parts, scaled so that its largest magnitude in `frames` frames is one: a sum of sines of `band` hertz.
  private static func drift(_ random: inout SeededRandom, frames: Int, rate: Float, band: ClosedRange<Float>) -> [Float] {
    let waves = (0..<7).map { k in
      let f = band.lowerBound * pow(band.upperBound / band.lowerBound, (Float(k) + random.unit()) / 7)
      return (frequency: f, phase: random.within(0, 2 * .pi), strength: pow(f / band.lowerBound, -0.6))
    }
    let raw = (0..<frames).map { i in
      waves.reduce(Float(0)) { $0 + $1.strength * sin(2 * .pi * $1.frequency * Float(i) / rate + $1.phase) }
    }
    // A short clip sees only a piece of the slow waves: the whole 20 seconds set the scale.
    let span = max(frames, Int(20 * rate))
    var peak: Float = 1e-3
    for i in 0..<span {
      peak = max(peak, abs(waves.reduce(Float(0)) { $0 + $1.strength * sin(2 * .pi * $1.frequency * Float(i) / rate + $1.phase) }))
    }
    return raw.map { $0 / peak }
  }

  private static func turns(frames: Int, rate: Float, loudness: [Float], seed: UInt64) -> [Turn] {
    var random = SeededRandom(seed: seed, stream: "head")
    let yaw = drift(&random, frames: frames, rate: rate, band: 0.07...0.45)
    let pitch = drift(&random, frames: frames, rate: rate, band: 0.09...0.5)
    let roll = drift(&random, frames: frames, rate: rate, band: 0.08...0.4)
    let shift = (0..<3).map { _ in drift(&random, frames: frames, rate: rate, band: 0.05...0.3) }
    let nod = smoothed(loudness, over: rate * 0.18)
    return (0..<frames).map { i in
      // People nod a little on what they stress.
      let pitch = 0.88 * Self.pitch * pitch[i] + 0.12 * Self.pitch * (nod[i] - 0.4)
      return Turn(
        yaw: Self.yaw * yaw[i], pitch: pitch, roll: Self.roll * roll[i],
        shift: SIMD3(0.16 * shift[0][i] + 0.35 * sin(Self.yaw * yaw[i]) * 0.4, 0.07 * shift[1][i], 0.14 * shift[2][i]))
    }
  }

  /// The head turns on the neck's upper joint, which lies below and behind its origin.
  private static let joint = SIMD3<Float>(0, -0.75, -0.35)

  private static func pose(_ turn: Turn, around center: SIMD3<Float>) -> Rigid {
    let r = Matrix3(yaw: turn.yaw, pitch: turn.pitch, roll: turn.roll)
    return Rigid(rotation: r, translation: center + turn.shift + joint - r * joint)
  }

  private static func torsos(_ turns: [Turn], rate: Float, center: SIMD3<Float>, seed: UInt64) -> [Rigid] {
    var random = SeededRandom(seed: seed, stream: "torso")
    let sway = drift(&random, frames: turns.count, rate: rate, band: 0.05...0.25)
    let late = rate * 0.5
    let yaw = smoothed(turns.map { 0.3 * $0.yaw }, over: late), roll = smoothed(turns.map { 0.25 * $0.roll }, over: late)
    let x = smoothed(turns.map { 0.75 * $0.shift.x }, over: late), y = smoothed(turns.map { 0.8 * $0.shift.y }, over: late / 2)
    let z = smoothed(turns.map { 0.8 * $0.shift.z }, over: late)
    return turns.indices.map { i in
      let breath = sin(2 * .pi * 0.27 * Float(i) / rate)
      let r = Matrix3(yaw: yaw[i] + 0.03 * sway[i], pitch: 0.008 * breath, roll: roll[i] + 0.015 * sway[i])
      let pivot = SIMD3<Float>(0, -2.5, -0.4)
      let shift = SIMD3<Float>(x[i], y[i] + 0.012 * breath, z[i])
      return Rigid(rotation: r, translation: center + shift + pivot - r * pivot)
    }
  }

  /// A moving average over `width` frames, the ends held.
  private static func smoothed(_ signal: [Float], over width: Float) -> [Float] {
    let reach = max(1, Int(width))
    return signal.indices.map { i in
      var sum: Float = 0, total: Float = 0
      for k in -reach...reach {
        let weight = 1 - abs(Float(k)) / Float(reach + 1)
        sum += weight * signal[min(max(i + k, 0), signal.count - 1)]
        total += weight
      }
      return sum / total
    }
  }

  /// Eyes that jump from one thing to another and hold it while the head turns, mostly the camera.
  private static func gazes(_ turns: [Turn], rate: Float, seed: UInt64) -> [SIMD2<Float>] {
    var random = SeededRandom(seed: seed, stream: "gaze")
    var aim = SIMD2<Float>.zero, from = SIMD2<Float>.zero, jump = -1, left = 0
    return turns.indices.map { i in
      if left <= 0 {
        from = aim
        jump = i
        aim =
          random.unit() < 0.6 ? SIMD2(random.normal() * 0.03, random.normal() * 0.02) : SIMD2(random.normal() * 0.2, random.normal() * 0.1)
        left = max(6, Int(rate * (0.3 + random.waiting(0.9))))
      }
      left -= 1
      let way = min(1, (Float(i - jump) + 0.5) / 2)
      let target = from + way * (aim - from)
      // In the head: what the head has already turned the eyes need not.
      let inHead = target - SIMD2(turns[i].yaw, turns[i].pitch)
      return SIMD2(max(-0.5, min(0.5, inHead.x)), max(-0.32, min(0.32, inHead.y)))
    }
  }

  /// Smiles where nothing is said, brows that rise on some stresses, a frown now and then.
  private static func mood(frames: Int, rate: Float, loudness: [Float], seed: UInt64) -> [Mood] {
    var random = SeededRandom(seed: seed, stream: "mood")
    let smile = drift(&random, frames: frames, rate: rate, band: 0.06...0.3)
    let brows = drift(&random, frames: frames, rate: rate, band: 0.15...0.8)
    let frown = drift(&random, frames: frames, rate: rate, band: 0.08...0.3)
    let quiet = smoothed(loudness.map { 1 - min(1, 3 * $0) }, over: rate * 0.3)
    return (0..<frames).map { i in
      Mood(
        smile: max(0, min(1, 0.3 + 0.5 * smile[i] + 0.5 * quiet[i])), brows: smoothstep(0.1, 0.9, brows[i]),
        frown: smoothstep(0.3, 1, frown[i]))
    }
  }
}
