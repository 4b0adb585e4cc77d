import Torch

/// Maps of probabilities fitted to the edges of an image: the guided filter of He, Sun and Tang (ECCV 2010) with a colour guide.
///
/// In each window a map is taken to be a linear function of colour, q = a . I + b, with the least squares fit a = (S + eps)^-1 cov(I, p)
/// and b = mean(p) - a . mean(I). The fit is made at the maps' resolution and read at the image's.
package struct GuidedRegions {
  /// `[h, w, 8]` float32, of which the first `lanes` are maps.
  let maps: Tensor
  let lanes: Int
  /// The same image at the maps' size: `[h, w, 4]`, red, green, blue in 0...1, and 0.
  let colors: Tensor
  /// Windows have 2 `radius` + 1 pixels a side; `epsilon` is the variance of colour, in 0...1 squared, below which nothing is an edge.
  let radius: Int
  let epsilon: Double

  /// `maps` and `colors` are those of an image of `width` x `height` pixels.
  package init(
    _ maps: [SIMD8<Float>], lanes: Int, _ colors: [SIMD4<Float>], width: Int, height: Int, radius: Int, epsilon: Double
  ) {
    precondition(maps.count == width * height && colors.count == maps.count, "maps and colours of other sizes")
    self.maps = maps.withUnsafeBytes { Tensor(bytes: $0, [height, width, 8], .float32) }
    self.colors = colors.withUnsafeBytes { Tensor(bytes: $0, [height, width, 4], .float32) }
    (self.lanes, self.radius, self.epsilon) = (lanes, radius, epsilon)
  }

  /// Which map is largest at each pixel of `rgb`, `[H, W, 3]` uint8: `[H, W]` uint8; and the last map's value there, `[H, W]`.
  package func decided(_ rgb: Tensor) -> (best: Tensor, last: Tensor) {
    let (best, last) = call2("likeness::guided_regions", maps, colors, rgb, lanes, radius, epsilon)
    return (best, last)
  }

  /// What `decided` does, in libtorch's operators.
  package func referenceDecided(_ rgb: Tensor) -> (best: Tensor, last: Tensor) {
    func planes(_ t: Tensor, _ count: Int) -> Tensor { t.narrow(2, 0, count).permute(2, 0, 1).unsqueeze(1).to(.float64) }
    // Windows are cut off at the border.
    func mean(_ t: Tensor) -> Tensor {
      t.avgPool2d([2 * radius + 1, 2 * radius + 1], stride: [1, 1], padding: [radius, radius], countPadding: false)
    }
    let guide = planes(colors, 3), p = planes(maps, lanes)
    let m = mean(guide), q = mean(p)
    func column(_ t: Tensor) -> Tensor { t.squeeze(1).permute(1, 2, 0) }
    let center = column(m), (h, w) = (center.size(0), center.size(1))
    let products = column(mean((guide.unsqueeze(0) * guide.unsqueeze(1)).reshape(9, 1, h, w))).reshape(h, w, 3, 3)
    let covariance = products - center.unsqueeze(2) * center.unsqueeze(3) + Tensor.eye(3).to(.float64) * epsilon
    let fits = (0..<lanes).map { lane -> Tensor in
      let own = q[.at(lane)]
      let shared = column(mean(guide * p[.at(lane)]) - m * own).unsqueeze(-1)
      let slope = call("aten::linalg_solve", covariance, shared).squeeze(-1)
      let offset = own.permute(1, 2, 0) - (slope * center).sum(-1, keepdim: true)
      return cat([slope, offset], -1).permute(2, 0, 1).unsqueeze(1)
    }
    let size = [rgb.size(0), rgb.size(1)]
    let color = rgb.to(.float64).permute(2, 0, 1) / 255
    let guideAndOne = cat([color, Tensor.ones([1] + size, .float64)])
    let values = stack(fits.map { (mean($0).squeeze(1).unsqueeze(0).interpolate(size: size, .linear).squeeze(0) * guideAndOne).sum(0) })
    return (values.argmax(0).to(.uint8), values[.at(lanes - 1)].to(.float32))
  }
}
