import Torch

/// Reads a grid of features between its nodes.
package enum FeatureGrid {
  /// The operator works on the items of a batch in parallel and on one item with one thread, so points are dealt out to this many.
  ///
  /// A fixed number, so that results do not depend on the machine.
  private static let lanes = 4

  /// Trilinear in `grid` `[1, C, Z, Y, X]`, whose outermost nodes lie at -1 and 1, at `points` `[N, 3]` (x, y, z); zero outside: `[N, C]`.
  package static func lookup(_ grid: Tensor, _ points: Tensor) -> Tensor {
    let count = points.size(0), channels = grid.size(1)
    let share = (count + lanes - 1) / lanes
    let missing = share * lanes - count
    let padded = missing == 0 ? points : call("aten::constant_pad_nd", points, [0, 0, 0, missing], 0.0)
    let shared = grid.expand(lanes, -1, -1, -1, -1)
    // bilinear, zeros outside, corners aligned
    let read = call("aten::grid_sampler_3d", shared, padded.reshape(lanes, share, 1, 1, 3), 0, 0, true)
    let rows = read.reshape(lanes, channels, share).transpose(1, 2).reshape(lanes * share, channels)
    return missing == 0 ? rows : rows.narrow(0, 0, count)
  }
}

extension GridConfiguration {
  /// Where the grid has canonical points: u = (1 + k) x / (1 + k |x|), which spends nodes on the middle and keeps -1 and 1.
  func focused(_ points: Tensor) -> Tensor {
    focus == 0 ? points : points * (1 + focus) / (points.abs() * focus + 1)
  }
}
