import Face
import Generator
import Photos
import Torch

extension FramedView {
  /// How far behind the box's middle, in its units, what is seen still counts as the person, and over how much that fades.
  private static let reach = 0.3, softness = 0.05

  /// What a generator drew from `camera`, brought to the size and place that it has in an image.
  ///
  /// - home: how far the photo's camera stood, box units; boxUnit: of them in a head unit.
  /// - around: `[height, width, 3]`, what is around the volume's image and, where the generator draws heads before white, behind them.
  func rendered(
    _ drawn: GeneratedImage, home: Float, boxUnit: Float, around: Tensor, beforeWhite: Bool = false
  ) -> RenderedFrame {
    let (height, width) = (around.size(0), around.size(1))
    func sized(_ x: Tensor) -> Tensor {
      (x.size(2) == side ? x : x.interpolate(size: [side, side], .linear, antialias: x.size(2) > side))[0]
    }
    var rgb = ((sized(drawn.image) + 1) * 0.5).permute(1, 2, 0)
    let along = sized(drawn.depth)[0], usual = Double(BoxSpace.radius)
    // From the usual distance to the true one, then from the box's units to the head's.
    let depth = (along / slant - usual) * Double(home / BoxSpace.radius) + Double(distance)
    let isNear = ((usual + Self.reach - along) * (1 / Self.softness)).clamp(0, 1)
    let opacity = sized(drawn.weights)[0].clamp(0, 1) * isNear
    if beforeWhite { rgb = rgb - 1 + opacity.unsqueeze(2) }
    rgb = put(rgb, onto: beforeWhite ? around.zerosLike() : around)
    let cover = put(opacity, onto: Tensor.zeros([height, width]))
    if beforeWhite { rgb = rgb + (1 - cover).unsqueeze(2) * around }
    return RenderedFrame(
      rgb: rgb.clamp(0, 1),
      labels: put((opacity .>= 0.5).to(.uint8) &* 255, onto: Tensor.zeros([height, width], .uint8)),
      depth: put(depth / Double(boxUnit), onto: Tensor.zeros([height, width])),
      opacity: cover)
  }
}
