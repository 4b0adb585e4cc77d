extension Tensor {
  package func sum() -> Tensor { call("aten::sum", self) }
  package func sum(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::sum.dim_IntList", self, dims, keepdim) }
  package func mean() -> Tensor { call("aten::mean", self) }
  package func mean(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::mean.dim", self, dims, keepdim) }
  package func prod(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::prod.dim_int", self, dim, keepdim) }
  /// The variance over `dims`, divided by n - `correction`.
  package func variance(_ dims: Int..., correction: Int = 1, keepdim: Bool = false) -> Tensor {
    call("aten::var.correction", self, dims, correction, keepdim)
  }
  /// The standard deviation over `dims`, divided by n - `correction` under the root.
  package func std(_ dims: Int..., correction: Int = 1, keepdim: Bool = false) -> Tensor {
    call("aten::std.correction", self, dims, correction, keepdim)
  }
  /// log(sum(exp(x))), without overflow.
  package func logsumexp(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::logsumexp", self, dims, keepdim) }
  package func norm() -> Tensor { call("aten::linalg_vector_norm", self) }
  package func norm(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::linalg_vector_norm", self, 2, dims, keepdim) }
  /// `self` over its length along a dimension, which counts as `eps` at least.
  package func normalized(_ dim: Int, eps: Double = 1e-12) -> Tensor { self / norm(dim, keepdim: true).clamp(eps) }

  package func max() -> Tensor { call("aten::max", self) }
  package func min() -> Tensor { call("aten::min", self) }
  package func max(_ dim: Int, keepdim: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::max.dim", self, dim, keepdim)
    return (values, indices)
  }
  package func min(_ dim: Int, keepdim: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::min.dim", self, dim, keepdim)
    return (values, indices)
  }
  /// The middle element of all, the lower one of two.
  package func median() -> Tensor { call("aten::median", self) }
  package func median(_ dim: Int, keepdim: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::median.dim", self, dim, keepdim)
    return (values, indices)
  }
  /// The value below which the fraction `q` of a dimension lies, between elements by linear interpolation.
  package func quantile(_ q: Double, _ dim: Int? = nil, keepdim: Bool = false) -> Tensor {
    call("aten::quantile.scalar", self, q, dim, keepdim)
  }
  package func argmax(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::argmax", self, dim, keepdim) }
  package func argmin(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::argmin", self, dim, keepdim) }
  package func amax(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::amax", self, dims, keepdim) }
  package func amin(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::amin", self, dims, keepdim) }
  package func any() -> Bool { call("aten::any", self).item != 0 }
  package func all() -> Bool { call("aten::all", self).item != 0 }
  package func any(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::any.dim", self, dim, keepdim) }
  package func all(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::all.dim", self, dim, keepdim) }

  package func cumsum(_ dim: Int) -> Tensor { call("aten::cumsum", self, dim) }
  package func cumprod(_ dim: Int) -> Tensor { call("aten::cumprod", self, dim) }
  /// Differences of neighbours, one element fewer.
  package func diff(_ dim: Int = -1) -> Tensor { call("aten::diff", self, 1, dim) }
  package func sort(_ dim: Int, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::sort", self, dim, descending)
    return (values, indices)
  }
  package func argsort(_ dim: Int, descending: Bool = false) -> Tensor { sort(dim, descending: descending).indices }
  /// The `count` greatest elements of a dimension in falling order, or the smallest in rising order.
  package func topk(_ count: Int, _ dim: Int = -1, largest: Bool = true) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::topk", self, count, dim, largest)
    return (values, indices)
  }
  /// For each value, where it would stand in the sorted last dimension of `self`.
  package func searchsorted(_ values: Tensor, right: Bool = false) -> Tensor {
    call("aten::searchsorted.Tensor", self, values, false, right)
  }
  /// How often each of 0, 1, ... occurs among whole numbers `[n]`, `[max(minlength, greatest + 1)]`; weighted if asked.
  package func bincount(weights: Tensor? = nil, minlength: Int = 0) -> Tensor { call("aten::bincount", self, weights, minlength) }
}
