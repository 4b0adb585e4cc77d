import Foundation
import Torch

/// `image`, `[H, W, 3]` float32 in 0...1, as a lens shows what is out of focus: every point a disc of `radius` pixels, of light and not of
/// its coded values, so that lamps become bright discs. Beyond the border the border goes on.
package func lensBlurred(_ image: Tensor, radius: Double) -> Tensor {
  withoutGradient {
    // Discs of more pixels than this look the same from a smaller image, and cost much.
    let most = 12.0, (height, width) = (image.size(0), image.size(1))
    let scale = min(1, most / max(radius, 0.5))
    let size = [max(1, Int(Double(height) * scale)), max(1, Int(Double(width) * scale))]
    var light = image.clamp(0, 1).pow(2.2).permute(2, 0, 1).unsqueeze(1)
    if scale < 1 { light = light.interpolate(size: size, .area) }
    let r = min(radius, most), reach = Int(r.rounded(.up))
    let side = 2 * reach + 1
    let disc = (0..<side * side).map { k -> Float in
      let x = Double(k % side - reach), y = Double(k / side - reach)
      let inside: Double = r + 0.5 - (x * x + y * y).squareRoot()
      return Float(min(1, max(0, inside)))
    }
    let total = disc.reduce(0, +)
    let kernel = Tensor(disc.map { $0 / total }, [1, 1, side, side])
    let padded = call("aten::replication_pad2d", light, [reach, reach, reach, reach])
    var blurred = padded.conv2d(kernel)
    if scale < 1 { blurred = blurred.interpolate(size: [height, width], .linear) }
    return blurred.clamp(0, 1).pow(1 / 2.2).squeeze(1).permute(1, 2, 0).contiguous()
  }
}
