import Datasets
import Face
import Foundation
import Torch

/// What a performance is asked to be.
package struct PerformerScript: Sendable {
  package var seconds: Double
  /// Width and height in pixels.
  package var size: Int
  /// Face, colours, voice and movements.
  package var seed: UInt64
  /// What is said, again and again until the time is up; nil for a text of its own.
  package var text: String?

  package init(seconds: Double = 20, size: Int = 512, seed: UInt64 = 0, text: String? = nil) {
    self.seconds = seconds
    self.size = size
    self.seed = seed
    self.text = text
  }
}

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

  private let look: PerformerLook
  private let figure: PerformerFigure
  private let film: PerformerFilm
  /// Where the head's origin is on average: a little above the picture's middle, so that shoulders are seen.
  private static let center = SIMD3<Float>(0, 0.33, -9)

  /// Rehearses: the speech, every movement, and the painted figure.
  ///
  /// Throws `PerformerError` if eSpeak NG is missing or the script asks for what cannot be.
  package convenience init(_ script: PerformerScript, model: MorphableModel = .builtIn()) throws {
    try Self.check(script)
    try self.init(script, model: model, sound: PerformerSpeech.perform(script))
  }

  /// As above with speech made elsewhere.
  package init(_ script: PerformerScript, model: MorphableModel, sound: Utterance) throws {
    try Self.check(script)
    self.script = script
    self.model = model
    self.sound = sound
    let frames = max(1, Int((script.seconds * Double(Self.rate)).rounded()))
    let focal = 2.06 * Float(script.size)
    camera = Camera(width: script.size, height: script.size, focal: [focal, focal])
    look = PerformerLook(seed: script.seed)
    let speech = SpeechMotion(sound.phonemes, frames: frames, rate: Double(Self.rate))
    let motion = PerformerMotion(
      frames: frames, rate: Float(Self.rate), speech: speech, loudness: PerformerSpeech.loudness(sound, frames: frames, rate: Self.rate),
      center: Self.center, seed: script.seed)
    var random = PerformerRandom(seed: script.seed, stream: "identity")
    // Modes that move one side only would make one eye smaller: both lids stay alike.
    let identity = model.identityNames.map { name in
      let draw = random.normal()
      return name.hasPrefix("uneven") ? 0 : (name.hasPrefix("eye") ? 0.25 : 0.45) * draw
    }
    states = (0..<frames).map { i in
      FaceState(
        identity: identity, expression: model.expressionNames.map { motion.expressions[i][$0] ?? 0 }, pose: motion.poses[i],
        gaze: motion.gazes[i])
    }
    torsos = motion.torsos
    figure = PerformerFigure(model: model, identity: identity, look: look)
    film = PerformerFilm(camera: camera, figure: figure, look: look, center: Self.center)
  }

  private static func check(_ script: PerformerScript) throws {
    guard script.seconds > 0, script.seconds <= 3600 else {
      throw PerformerError.script("a performance of \(script.seconds) seconds: ask for more than 0 and at most 3600")
    }
    guard (64...4096).contains(script.size), script.size % 2 == 0 else {
      throw PerformerError.script("a picture of \(script.size) pixels: ask for an even number from 64 to 4096")
    }
    if let text = script.text, !text.contains(where: \.isLetter) {
      throw PerformerError.script("a sentence without words: write what the performer shall say")
    }
  }

  /// Draws one frame.
  package func frame(_ index: Int) -> PerformerFrame {
    let p = figure.pose(states[index], torso: torsos[index])
    return film.shoot(p, index: index)
  }

  /// The model's vertices in one frame as they are drawn, in the world, `[V, 3]`: the neck stretched between head and shoulders.
  package func vertices(_ index: Int) -> Tensor { figure.worldVertices(states[index], torso: torsos[index]) }

  /// Everything that is true, as a track with the 478 landmarks where they truly are.
  package var truth: Track {
    let throat = SIMD3<Float>(0, -1.8, 0)
    let first = torsos[0].apply(throat)
    let frames = states.indices.map { i in
      let head = figure.worldVertices(states[i], torso: torsos[i]).floats
      let landmarks = model.landmarkVertices.map { v in
        let p = camera.project(SIMD3(head[3 * v], head[3 * v + 1], head[3 * v + 2]))
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
