import Torch

/// Lookups of points in three planes.
package enum TriplaneSampling {
  /// Points `[N, P, 3]` in coordinates of each plane, -1...1 within the box of side `boxWarp`: `[N, 3, P, 2]`, along its width first.
  package static func projections(_ points: Tensor, axes: PlaneAxes, boxWarp: Double) -> Tensor {
    let order = axes.pairs.flatMap { [$0.width, $0.height] }
    let gathered = (points * (2 / boxWarp)).indexSelect(-1, Tensor(order).to(points.device))
    return gathered.reshape(points.size(0), points.size(1), 3, 2).transpose(1, 2)
  }

  /// Features of each plane of `planes` `[N, 3, C, H, W]` at points `[N, P, 3]`: `[N, 3, P, C]`, zero beyond a plane's edges.
  ///
  /// Bilinear; -1 and 1 are the outer edges of the outermost elements.
  package static func features(_ planes: Tensor, at points: Tensor, axes: PlaneAxes, boxWarp: Double) -> Tensor {
    let (n, channels, count) = (planes.size(0), planes.size(2), points.size(1))
    let flat = planes.reshape(n * 3, channels, planes.size(3), planes.size(4))
    let grid = projections(points, axes: axes, boxWarp: boxWarp).reshape(n * 3, 1, count, 2)
    return flat.gridSample(grid).reshape(n, 3, channels, count).transpose(2, 3)
  }

  /// The mean of the three planes' features, `[N, P, C]`: what `features` gives, averaged; on the CPU without the three being kept, and in
  /// float32 only. Both have first derivatives for planes and points.
  package static func mean(_ planes: Tensor, at points: Tensor, axes: PlaneAxes, boxWarp: Double) -> Tensor {
    guard planes.device == .cpu, planes.dtype == .float32 else {
      return features(planes, at: points, axes: axes, boxWarp: boxWarp).mean(1)
    }
    return call(
      "likeness::triplane_read", planes.permute(0, 1, 3, 4, 2).contiguous(), points, axes.pairs.flatMap { [$0.width, $0.height] }, boxWarp)
  }
}
