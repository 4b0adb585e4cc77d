import Face
import Radiance
import Torch

/// Renders whole pictures of a field, in pieces that keep temporaries small, without history and without chance.
struct FieldImage {
  var field: HyperField
  var configuration: SubjectConfiguration
  /// `[H, W, 3]` in 0...1; scaled to the camera's size where that is another.
  var background: Tensor
  /// Rays at once.
  var piece = 1024

  /// `driving` `[1, D]`, `pose` `[1, 3, 4]` (camera to head).
  func render(driving: Tensor, pose: Tensor, camera: Camera) -> RenderedFrame {
    withoutGradient {
      let conditioned = field.conditioned(driving: driving, pose: pose)
      let plate = scaledBackground(camera).reshape(-1, 3)
      let count = camera.width * camera.height
      let rays = headRays(camera, poses: pose.expand(count, -1, -1), pixels: .arange(count), configuration.depth)
      var colors: [Tensor] = [], labels: [Tensor] = [], depths: [Tensor] = [], opacities: [Tensor] = []
      for start in stride(from: 0, to: count, by: piece) {
        let range = start..<min(count, start + piece)
        guard let seen = conditioned.render(rays[range], sampling: configuration.sampling, plate: plate[.in(range)]).last else { continue }
        colors.append(seen.color)
        if let semantics = seen.semantics { labels.append(semantics.argmax(-1).to(.uint8)) }
        depths.append(seen.depth)
        opacities.append(1 - seen.backgroundWeight)
      }
      let (h, w) = (camera.height, camera.width)
      return RenderedFrame(
        rgb: cat(colors).reshape(h, w, 3).clamp(0, 1), labels: labels.isEmpty ? .zeros([h, w], .uint8) : cat(labels).reshape(h, w),
        depth: cat(depths).reshape(h, w), opacity: cat(opacities).reshape(h, w))
    }
  }

  private func scaledBackground(_ camera: Camera) -> Tensor {
    guard background.size(0) != camera.height || background.size(1) != camera.width else { return background }
    let planes = background.permute(2, 0, 1).unsqueeze(0)
    let scaled = call("aten::_upsample_bilinear2d_aa", planes, [camera.height, camera.width], false)
    return scaled[.at(0)].permute(1, 2, 0).contiguous()
  }
}
