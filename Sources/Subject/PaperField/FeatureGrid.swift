import Torch

/// A grid of features and how it is read between its nodes.
package struct FeatureGrid {
  /// `[Z, Y, X, C]`, a node's channels side by side; `[1, C, Z, Y, X]`, as it is stored, where it is read by libtorch's operator.
  var table: Tensor
  /// What the table's gradient is added to, if it is not to be returned: the same shape.
  var gradient: Tensor?
  let evaluation: FieldEvaluation

  /// A view of `grid` `[1, C, Z, Y, X]`, whose outermost nodes lie at -1 and 1, for many reads.
  package init(_ grid: Tensor, _ evaluation: FieldEvaluation = .folded) {
    self.evaluation = evaluation
    table = evaluation == .folded ? grid.squeeze(0).permute(1, 2, 3, 0).contiguous() : grid
  }

  /// Trilinear at `points` `[N, 3]` (x, y, z), zero outside: `[N, C]`.
  package func callAsFunction(_ points: Tensor) -> Tensor {
    guard evaluation == .plain else { return call("likeness::trilinear", table, points, gradient) }
    // bilinear, zeros outside, corners aligned
    let read = call("aten::grid_sampler_3d", table, points.reshape(1, points.size(0), 1, 1, 3), 0, 0, true)
    return read.reshape(table.size(1), points.size(0)).t()
  }

  func mapped(_ change: (Tensor) -> Tensor) -> FeatureGrid {
    var result = self
    result.table = change(table)
    return result
  }
}

extension GridConfiguration {
  /// Where the grid has canonical points: u = (1 + k) x / (1 + k |x|), which spends nodes on the middle and keeps -1 and 1.
  func focused(_ points: Tensor) -> Tensor {
    focus == 0 ? points : points * (1 + focus) / (points.abs() * focus + 1)
  }
}
