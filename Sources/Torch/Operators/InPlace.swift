// The trailing underscore is PyTorch's mark of an operator that changes its tensor.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

extension Tensor {
  /// Overwrites the elements, and nothing else, with those of `source`.
  package func copy_(_ source: Tensor) { callVoid("aten::copy_", self, source) }
  package func zero_() { callVoid("aten::zero_", self) }
  package func fill_(_ value: Double) { callVoid("aten::fill_.Scalar", self, value) }
  package func add_(_ other: Tensor) { callVoid("aten::add_.Tensor", self, other) }
  /// Adds `alpha` times `other`.
  package func add_(_ other: Tensor, alpha: Double) { callVoid("aten::add_.Tensor", self, other, alpha) }
  package func sub_(_ other: Tensor) { callVoid("aten::sub_.Tensor", self, other) }
  package func mul_(_ factor: Double) { callVoid("aten::mul_.Scalar", self, factor) }
  package func mul_(_ factor: Tensor) { callVoid("aten::mul_.Tensor", self, factor) }
  package func clamp_(_ low: Double? = nil, _ high: Double? = nil) { callVoid("aten::clamp_", self, low, high) }
  /// Moves a share `weight` of the way to `end`.
  package func lerp_(_ end: Tensor, _ weight: Double) { callVoid("aten::lerp_.Scalar", self, end, weight) }
  /// Adds `source` at `indices` of a dimension.
  package func indexAdd_(_ dim: Int, _ indices: Tensor, _ source: Tensor) { callVoid("aten::index_add_", self, dim, indices, source) }
}
