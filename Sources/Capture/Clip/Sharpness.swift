import Media
import Torch

/// How blurred an image is, after Crete and others, "The blur effect" (2007): how little is lost when it is blurred once more.
package enum Sharpness {
  /// 0 (sharp) ... 1 (blurred), of a part of an image `[H, W, 3]` uint8; nil where the part is too small or flat.
  package static func blur(_ rgb: Tensor, low: SIMD2<Float>, high: SIMD2<Float>) -> Double? {
    let (height, width) = (rgb.size(0), rgb.size(1))
    let (x0, y0) = (max(0, Int(low.x)), max(0, Int(low.y)))
    let (x1, y1) = (min(width, Int(high.x)), min(height, Int(high.y)))
    guard x1 - x0 > 24, y1 - y0 > 24 else { return nil }
    let part = rgb[.in(y0..<y1), .in(x0..<x1)].to(.float32).matmul(Tensor([0.299, 0.587, 0.114] as [Float]))
    let reach = 4
    func measure(_ v: Tensor) -> Double? {
      let n = v.size(1)
      // The mean over nine samples of a row.
      let sum = cat([Tensor.zeros([v.size(0), 1]), v.cumsum(1)], 1)
      let smooth = (sum[.all, .from(2 * reach + 1)] - sum[.all, .to(n - 2 * reach)]) / Double(2 * reach + 1)
      let inner = v[.all, .in(reach..<n - reach)]
      let before = (inner[.all, .from(1)] - inner[.all, .to(-1)]).abs()
      let after = (smooth[.all, .from(1)] - smooth[.all, .to(-1)]).abs()
      let total = before.sum().item
      guard total > 0.2 * Double(before.numel) else { return nil }
      return (total - (before - after).clamp(0, nil).sum().item) / total
    }
    guard let across = measure(part), let down = measure(part.t()) else { return nil }
    return max(across, down)
  }
}
