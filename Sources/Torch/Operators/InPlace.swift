// The trailing underscore is PyTorch's mark of an operator that changes its tensor.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

extension Tensor {
  /// Overwrites the elements, and nothing else, with those of `source`.
  public func copy_(_ source: Tensor) { callVoid("aten::copy_", self, source) }
  public func zero_() { callVoid("aten::zero_", self) }
  public func fill_(_ value: Double) { callVoid("aten::fill_.Scalar", self, value) }
  public func add_(_ other: Tensor) { callVoid("aten::add_.Tensor", self, other) }
  /// Adds `alpha` times `other`.
  public func add_(_ other: Tensor, alpha: Double) { callVoid("aten::add_.Tensor", self, other, alpha) }
  public func sub_(_ other: Tensor) { callVoid("aten::sub_.Tensor", self, other) }
  public func mul_(_ factor: Double) { callVoid("aten::mul_.Scalar", self, factor) }
  public func mul_(_ factor: Tensor) { callVoid("aten::mul_.Tensor", self, factor) }
  public func clamp_(_ low: Double? = nil, _ high: Double? = nil) { callVoid("aten::clamp_", self, low, high) }
  /// Moves a share `weight` of the way to `end`.
  public func lerp_(_ end: Tensor, _ weight: Double) { callVoid("aten::lerp_.Scalar", self, end, weight) }
  /// Adds `source` at `indices` of a dimension.
  public func indexAdd_(_ dim: Int, _ indices: Tensor, _ source: Tensor) { callVoid("aten::index_add_", self, dim, indices, source) }
}
