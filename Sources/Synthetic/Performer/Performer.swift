import Datasets
import Face
import Foundation
import Torch

/// A person who does not exist, drawn by the rasteriser: speaks, blinks, looks about and turns, and everything about every frame is known.
///
/// In a new process the same script gives the same performance, pixel by pixel.
package final class Performer {
  package static let rate = 25

  package let script: PerformerScript
  package let model: MorphableModel
  package let camera: Camera
  /// What the face does, one a frame; poses are head to world, and the world is the camera's.
  package let states: [FaceState]
  /// Where the shoulders are, one a frame: rest to world.
  package let torsos: [Rigid]
  /// The speech, as long as the film.
  package let sound: Utterance
  package var frameCount: Int { states.count }

  private let anatomy: Anatomy
  private let film: PerformerFilm

  /// Rehearses: the speech, every movement, and the painted figure.
  ///
  /// Throws `PerformerError` if eSpeak NG is missing or the script asks for what cannot be.
  package convenience init(_ script: PerformerScript, model: MorphableModel = .builtIn()) throws {
    try script.check()
    try self.init(script, model: model, sound: PerformerSpeech.perform(script))
  }

  /// As above with speech made elsewhere.
  package init(_ script: PerformerScript, model: MorphableModel, sound: Utterance) throws {
    try script.check()
    self.script = script
    self.model = model
    self.sound = sound
    let frames = max(1, Int((script.seconds * Double(Self.rate)).rounded()))
    anatomy = Anatomy(model, shoulders: true)
    // The head a little above the image's middle, so that shoulders are seen; nearer where they are cut short.
    let isBust = anatomy.neckRing.isEmpty, center = SIMD3<Float>(0, isBust ? 0.02 : 0.33, -9)
    let focal = (isBust ? 2.65 : 2.06) * Float(script.size)
    camera = Camera(width: script.size, height: script.size, focal: [focal, focal])
    let speech = SpeechMotion(sound.phonemes, frames: frames, rate: Double(Self.rate))
    let motion = PerformerMotion(
      frames: frames, rate: Float(Self.rate), speech: speech, loudness: PerformerSpeech.loudness(sound, frames: frames, rate: Self.rate),
      center: center, seed: script.seed)
    let person: Person, identity: [Float], backdrop: [SIMD3<Float>]
    if let number = script.person {
      person = Person(seed: script.seed, number: number)
      identity = person.identity(names: model.identityNames)
      backdrop = Backdrop(person, noise: anatomy.noise).image(camera)
    } else {
      person = .performer(seed: script.seed)
      identity = Self.identity(model.identityNames, seed: script.seed)
      backdrop = PerformerBackdrop(width: camera.width, height: camera.height, seed: script.seed, noise: anatomy.noise).pixels
    }
    states = (0..<frames).map { i in
      FaceState(
        identity: identity, expression: model.expressionNames.map { motion.expressions[i][$0] ?? 0 }, pose: motion.poses[i],
        gaze: motion.gazes[i])
    }
    torsos = motion.torsos
    film = PerformerFilm(
      camera: camera, figure: Figure(person, anatomy, identity: identity), backdrop: backdrop, center: center)
  }

  private static func identity(_ names: [String], seed: UInt64) -> [Float] {
    var random = SeededRandom(seed: seed, stream: "identity")
    // Modes that move one side only would make one eye smaller: both lids stay alike.
    return names.map { name in
      let draw = random.normal()
      return name.hasPrefix("uneven") ? 0 : (name.hasPrefix("eye") ? 0.25 : 0.45) * draw
    }
  }

  /// Draws one frame.
  package func frame(_ index: Int) -> PerformerFrame { film.shoot(states[index], torso: torsos[index], index: index) }

  /// The model's vertices in one frame as they are drawn, in the world, `[V, 3]`: the neck stretched between head and shoulders.
  package func vertices(_ index: Int) -> Tensor {
    let placed = points(index)
    return Tensor(placed.flatMap { [$0.x, $0.y, $0.z] }, [placed.count, 3])
  }
  private func points(_ index: Int) -> [SIMD3<Float>] {
    let head = Anatomy.points(model.vertices(states[index])), (pose, torso) = (states[index].pose, torsos[index])
    return head.indices.map { mix(pose.apply(head[$0]), torso.apply(head[$0]), anatomy.torsoWeight[$0]) }
  }

  /// Everything that is true, as a track with the 478 landmarks where they truly are.
  package var truth: Track {
    let throat = SIMD3<Float>(0, -1.8, 0)
    let first = torsos[0].apply(throat)
    let frames = states.indices.map { i in
      let placed = points(i)
      let landmarks = model.landmarkVertices.map { v in
        let p = camera.project(placed[v])
        return SIMD2(p.x, p.y)
      }
      let roll = (torsos[i].rotation * torsos[0].rotation.transposed).rotationVector.z
      let shift = torsos[i].apply(throat) - Matrix3(yaw: 0, pitch: 0, roll: roll) * first
      return TrackFrame(index: i, state: states[i], torso: SIMD4(shift, roll), landmarks: landmarks)
    }
    return Track(
      modelName: model.name, expressionNames: model.expressionNames, identity: states[0].identity, camera: camera, fps: Double(Self.rate),
      frames: frames)
  }
}
