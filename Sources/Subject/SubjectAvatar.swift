import Capture
import Face
import Foundation
import Runs
import Torch

/// A trained subject: a face's state in, a picture of the person out.
public final class SubjectAvatar: Avatar {
  public let scene: SubjectScene
  public let configuration: SubjectConfiguration
  /// The step of the checkpoint.
  public let step: Int
  private let image: FieldImage

  /// Loads a run's last sound checkpoint, or that of `step`, to compute on `device`; `warn` hears of damaged ones.
  public init(run: RunFolder, step: Int? = nil, device: Device = .cpu, warn: (String) -> Void) throws {
    configuration = try SubjectConfiguration(run)
    let checkpoint = try run.checkpoint(step: step, warn: warn)
    scene = try SubjectScene.read(run)
    let field = configuration.makeField(Generator(seed: configuration.seed))
    let prefix = "model."
    try field.load(checkpoint.tensors.filter { $0.key.hasPrefix(prefix) }, prefix: prefix)
    self.step = checkpoint.step
    field.move(to: device)
    image = FieldImage(field: field, configuration: configuration, device: device, background: scene.background.to(.float32) / 255)
  }

  /// The person in `state` with the torso where it was on average.
  public func render(_ state: FaceState, camera: Camera) throws -> RenderedFrame {
    try render(state, torso: .zero, camera: camera)
  }

  /// The person in `state`, the torso moved by `torso`, see `TrackFrame.torso`.
  public func render(_ state: FaceState, torso: SIMD4<Float>, camera: Camera) throws -> RenderedFrame {
    guard state.expression.count == scene.expressionNames.count else {
      throw SubjectError.driving(found: state.expression.count, expected: scene.expressionNames.count)
    }
    let signal = Track.driving(state, torso: torso, width: configuration.field.driving)
    func toHead(_ camera: Camera) -> Tensor { Tensor(Array(camera.inHead(state.pose).cameraToWorld.rows.prefix(12)), [1, 3, 4]) }
    // A camera that goes round does not turn the head: the field sees the pose that the filming camera would see.
    let signals = FrameSignals(
      driving: scene.normalized(Tensor(signal, [1, signal.count])), pose: toHead(scene.camera),
      torso: Tensor([torso.x, torso.y, torso.z, torso.w], [1, 4]))
    return image.render(signals, view: toHead(camera), camera: camera)
  }
}
