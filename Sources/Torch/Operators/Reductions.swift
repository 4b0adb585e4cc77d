extension Tensor {
  public func sum() -> Tensor { call("aten::sum", self) }
  public func sum(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::sum.dim_IntList", self, dims, keepdim) }
  public func mean() -> Tensor { call("aten::mean", self) }
  public func mean(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::mean.dim", self, dims, keepdim) }
  public func prod(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::prod.dim_int", self, dim, keepdim) }
  /// The variance over `dims`, divided by n - `correction`.
  public func variance(_ dims: Int..., correction: Int = 1, keepdim: Bool = false) -> Tensor {
    call("aten::var.correction", self, dims, correction, keepdim)
  }
  /// The standard deviation over `dims`, divided by n - `correction` under the root.
  public func std(_ dims: Int..., correction: Int = 1, keepdim: Bool = false) -> Tensor {
    call("aten::std.correction", self, dims, correction, keepdim)
  }
  /// log(sum(exp(x))), without overflow.
  public func logsumexp(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::logsumexp", self, dims, keepdim) }
  public func norm() -> Tensor { call("aten::linalg_vector_norm", self) }
  public func norm(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::linalg_vector_norm", self, 2, dims, keepdim) }
  /// `self` over its length along a dimension, which counts as `eps` at least.
  public func normalized(_ dim: Int, eps: Double = 1e-12) -> Tensor { self / norm(dim, keepdim: true).clamp(eps) }

  public func max() -> Tensor { call("aten::max", self) }
  public func min() -> Tensor { call("aten::min", self) }
  public func max(_ dim: Int, keepdim: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::max.dim", self, dim, keepdim)
    return (values, indices)
  }
  public func min(_ dim: Int, keepdim: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::min.dim", self, dim, keepdim)
    return (values, indices)
  }
  /// The middle element of all, the lower one of two.
  public func median() -> Tensor { call("aten::median", self) }
  public func median(_ dim: Int, keepdim: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::median.dim", self, dim, keepdim)
    return (values, indices)
  }
  /// The value below which the fraction `q` of a dimension lies, between elements by linear interpolation.
  public func quantile(_ q: Double, _ dim: Int? = nil, keepdim: Bool = false) -> Tensor {
    call("aten::quantile.scalar", self, q, dim, keepdim)
  }
  public func argmax(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::argmax", self, dim, keepdim) }
  public func argmin(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::argmin", self, dim, keepdim) }
  public func amax(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::amax", self, dims, keepdim) }
  public func amin(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::amin", self, dims, keepdim) }
  public func any() -> Bool { call("aten::any", self).item != 0 }
  public func all() -> Bool { call("aten::all", self).item != 0 }
  public func any(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::any.dim", self, dim, keepdim) }
  public func all(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::all.dim", self, dim, keepdim) }

  public func cumsum(_ dim: Int) -> Tensor { call("aten::cumsum", self, dim) }
  public func cumprod(_ dim: Int) -> Tensor { call("aten::cumprod", self, dim) }
  /// Differences of neighbours, one element fewer.
  public func diff(_ dim: Int = -1) -> Tensor { call("aten::diff", self, 1, dim) }
  public func sort(_ dim: Int, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::sort", self, dim, descending)
    return (values, indices)
  }
  public func argsort(_ dim: Int, descending: Bool = false) -> Tensor { sort(dim, descending: descending).indices }
  /// The `count` greatest elements of a dimension in falling order, or the smallest in rising order.
  public func topk(_ count: Int, _ dim: Int = -1, largest: Bool = true) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::topk", self, count, dim, largest)
    return (values, indices)
  }
  /// For each value, where it would stand in the sorted last dimension of `self`.
  public func searchsorted(_ values: Tensor, right: Bool = false) -> Tensor {
    call("aten::searchsorted.Tensor", self, values, false, right)
  }
  /// How often each of 0, 1, ... occurs among whole numbers `[n]`, `[max(minlength, greatest + 1)]`; weighted if asked.
  public func bincount(weights: Tensor? = nil, minlength: Int = 0) -> Tensor { call("aten::bincount", self, weights, minlength) }
}
