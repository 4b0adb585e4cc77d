import Face
import Radiance
import Torch

/// Renders whole pictures of a field, in pieces that keep temporaries small, without history and without chance.
struct FieldImage {
  var field: HyperField
  var configuration: SubjectConfiguration
  /// `[H, W, 3]` in 0...1; scaled to the camera's size where that is another.
  var background: Tensor

  /// `driving` `[1, D]`, `pose` `[1, 3, 4]`: the camera that filmed, to head, which tells the field how the head is held. `view` is the camera
  /// that looks, where it is another.
  func render(driving: Tensor, pose: Tensor, view: Tensor? = nil, camera: Camera) -> RenderedFrame {
    withoutGradient {
      let conditioned = field.conditioned(driving: driving, pose: pose)
      let plate = scaledBackground(camera).reshape(-1, 3)
      let count = camera.width * camera.height
      let rays = headRays(camera, poses: (view ?? pose).expand(count, -1, -1), pixels: .arange(count), configuration.depth)
      let seen = conditioned.pixels(rays, sampling: configuration.sampling, plate: plate)
      let (h, w) = (camera.height, camera.width)
      return RenderedFrame(
        rgb: seen.color.reshape(h, w, 3).clamp(0, 1),
        labels: seen.semantics.map { $0.argmax(-1).to(.uint8).reshape(h, w) } ?? .zeros([h, w], .uint8),
        depth: seen.depth.reshape(h, w), opacity: (1 - seen.backgroundWeight).reshape(h, w))
    }
  }

  private func scaledBackground(_ camera: Camera) -> Tensor {
    guard background.size(0) != camera.height || background.size(1) != camera.width else { return background }
    let planes = background.permute(2, 0, 1).unsqueeze(0)
    let scaled = call("aten::_upsample_bilinear2d_aa", planes, [camera.height, camera.width], false)
    return scaled[.at(0)].permute(1, 2, 0).contiguous()
  }
}
