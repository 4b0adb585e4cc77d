import Consent
import Datasets
import Face
import Foundation
import Runs
import Speech
import Talking
import Torch

/// A trained subject: a face's state in, an image of the person out.
package final class SubjectAvatar: BackedAvatar {
  package let scene: AvatarScene
  private let subject: SubjectScene
  package let configuration: SubjectConfiguration
  /// The step of the checkpoint.
  package let step: Int
  /// What was trained, on what; an exported avatar does not know where its clip lies.
  package let record: RunRecord
  /// Whose likeness it is; nil in files and runs of earlier versions.
  package let consent: ConsentRecord?
  private let image: FieldImage
  private let speech: SpeechDriver?
  private let face: SpeechFace?
  /// How far speech moves the mouth from its mean, as a multiple of what it learnt; see `SpeechConfiguration.emphasis`.
  package var emphasis: Double

  /// Loads a run's last sound checkpoint, or that of `step`, to compute on `device`; `warn` hears of damaged ones.
  package convenience init(run: RunFolder, step: Int? = nil, device: Device = .cpu, warn: (String) -> Void) throws {
    let configuration = try SubjectConfiguration(run)
    let checkpoint = try run.checkpoint(step: step, warn: warn)
    let scene = try SubjectScene.read(run)
    let field = configuration.makeField(Generator(seed: configuration.seed))
    let prefix = "model."
    try field.load(checkpoint.tensors.filter { $0.key.hasPrefix(prefix) }, prefix: prefix)
    let speech = try configuration.loadSpeech(checkpoint.tensors), face = try configuration.faceFile(run).map(SpeechFace.read)
    self.init(
      AvatarFile(
        record: run.record, configuration: configuration, scene: scene, step: checkpoint.step, field: field,
        consent: try run.consent(), speech: speech, face: face),
      device: device)
  }

  /// Loads what `export` wrote; throws `SubjectError`, or what reading the file throws.
  package convenience init(file: URL, device: Device = .cpu) throws { self.init(try AvatarFile.read(file), device: device) }

  private init(_ parts: AvatarFile, device: Device) {
    (record, configuration, subject, step, speech) = (parts.record, parts.configuration, parts.scene, parts.step, parts.speech)
    (face, consent) = (parts.face, parts.consent)
    scene = subject.avatar
    emphasis = parts.configuration.speech?.emphasis ?? 1
    parts.field.move(to: device)
    image = FieldImage(
      field: parts.field, depth: configuration.depth, sampling: configuration.sampling, device: device,
      background: subject.background.to(.float32) / 255)
  }

  /// Writes the avatar into one file that needs no run and no dataset, atomically. Where it is to be `baked`, it holds what images are
  /// drawn from and no weights; throws `SubjectError` where there is no such thing, `FileError` where it cannot be written.
  package func export(to url: URL, baked: Bool) throws {
    var field = image.field
    if baked, let planes = field as? HyperPlanes {
      guard planes.configuration.deformation == .lattice else { throw SubjectError.exactIsNotBaked }
      field = planes.baked
    }
    guard !baked || field is BakedPlanes else { throw SubjectError.onlyPlanesAreBaked(configuration.preset) }
    let file = AvatarFile(
      record: record, configuration: configuration, scene: subject, step: step, field: field, consent: consent, speech: speech,
      face: face)
    try file.write(to: url)
  }

  /// What turns sound into what it hears; throws where it hears nothing, or what its kind of features lacks.
  package func speechFeatures(file: URL? = nil) throws -> any SpeechFeatures {
    guard let speech = configuration.speech else { throw SubjectError.hearsNothing }
    return try speech.makeFeatures(file: file, face: face ?? SpeechFace.shipped())
  }

  /// What drives it if nothing else is said: its own expression numbers, or speech where it knows no other way.
  package var driver: Driver { configuration.driver }
  /// Whether expression numbers can drive its mouth.
  package var hasExpressions: Bool { configuration.speech?.trackedShare != 0 && !scene.expressionNames.isEmpty }

  /// The expression coefficients of a face at rest that says what is `heard` about a frame, `[8, T, C]`, by the names of `scene`: what moves
  /// the mouth of another avatar. Throws `SubjectError` where it hears nothing.
  package func spokenExpression(_ heard: Tensor) throws -> [Float] {
    guard let speech else { throw SubjectError.hearsNothing }
    let rest = FaceState(expression: scene.restingExpression, pose: scene.pose)
    let signal = Track.driving(rest, torso: .zero, width: configuration.field.driving)
    return withoutGradient {
      let driving = subject.normalized(Tensor(signal, [1, signal.count]))
      let said = subject.clamped(speech(heard.unsqueeze(0), beside: driving, emphasis: emphasis))
      return Array(subject.plain(said).floats.prefix(scene.expressionNames.count))
    }
  }

  /// The person in `state`, the torso moved by `torso`, see `TrackFrame.torso`.
  ///
  /// `heard`, the windows of speech about the frame, `[8, T, C]` from four frames before it to three after, says the mouth's numbers in
  /// the place of the state's. Throws `SubjectError` where the avatar cannot be driven so.
  package func render(
    _ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, background: Tensor?, camera: Camera
  ) throws -> RenderedFrame {
    guard state.expression.count == scene.expressionNames.count else {
      throw SubjectError.driving(found: state.expression.count, expected: scene.expressionNames.count)
    }
    let signal = Track.driving(state, torso: torso, width: configuration.field.driving)
    func toHead(_ camera: Camera) -> Tensor { Tensor(Array(camera.inHead(state.pose).cameraToWorld.rows.prefix(12)), [1, 3, 4]) }
    var driving = subject.normalized(Tensor(signal, [1, signal.count]))
    switch (heard, speech) {
    case (let heard?, let speech?):
      driving = withoutGradient { subject.clamped(speech(heard.unsqueeze(0), beside: driving, emphasis: emphasis)) }
    case (nil, _?) where !hasExpressions: throw SubjectError.needsSpeech
    case (_?, nil): throw SubjectError.hearsNothing
    case (nil, _): break
    }
    // A camera that goes round does not turn the head: the field sees the pose that the filming camera would see.
    let signals = FrameSignals(
      driving: driving, pose: toHead(scene.camera),
      torso: Tensor([torso.x, torso.y, torso.z, torso.w], [1, 4]))
    return image.render(signals, view: toHead(camera), background: background, camera: camera)
  }

  package func background(_ camera: Camera) -> Tensor { withoutGradient { image.scaledBackground(camera) } }
}
