import Face
import Radiance
import Torch

/// Renders whole images of a field before its background, without history and without chance.
final class FieldImage {
  let field: any ImageField
  private let depth: DepthRange
  private let sampling: RaySampling
  private let background: Tensor
  /// Where the field is; what comes in and goes out is on the CPU.
  private let device: Device
  /// The background at the size of the last image.
  private var scaled: Tensor

  /// `background` is `[H, W, 3]` in 0...1; it is scaled to the camera's size where that is another.
  init(field: any ImageField, depth: DepthRange, sampling: RaySampling, device: Device = .cpu, background: Tensor) {
    (self.field, self.depth, self.sampling, self.background, scaled) = (field, depth, sampling, background, background)
    self.device = device
  }

  /// A frame whose `signals` hold the pose that the filming camera sees, which tells the field how the head is held. `view`, `[1, 3, 4]`
  /// camera to head, is the camera that looks, where it is another.
  /// `background`, `[H, W, 3]` in 0...1 and as large as the camera's image, takes the place of its own.
  func render(_ signals: FrameSignals, view: Tensor? = nil, background: Tensor? = nil, camera: Camera) -> RenderedFrame {
    let seen = field.image(
      signals.to(device), view: (view ?? signals.pose).to(device), camera: camera,
      background: (background ?? scaledBackground(camera)).to(device),
      depth: depth,
      sampling: sampling)
    return RenderedFrame(rgb: seen.rgb.to(.cpu), labels: seen.labels.to(.cpu), depth: seen.depth.to(.cpu), opacity: seen.opacity.to(.cpu))
  }

  /// Its own background, as large as the camera's image.
  func scaledBackground(_ camera: Camera) -> Tensor {
    guard scaled.size(0) != camera.height || scaled.size(1) != camera.width else { return scaled }
    let planes = background.permute(2, 0, 1).unsqueeze(0)
    let resized = call("aten::_upsample_bilinear2d_aa", planes, [camera.height, camera.width], false)
    scaled = resized[.at(0)].permute(1, 2, 0).contiguous()
    return scaled
  }
}
