// The trailing underscore is PyTorch's mark of an operator that changes its tensor.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

extension Tensor {
  /// Overwrites the elements, and nothing else, with those of `source`.
  public func copy_(_ source: Tensor) { callVoid("aten::copy_", self, source) }
  public func zero_() { callVoid("aten::zero_", self) }
  public func fill_(_ value: Double) { callVoid("aten::fill_.Scalar", self, value) }
  public func add_(_ other: Tensor, alpha: Double = 1) { callVoid("aten::add_.Tensor", self, other, alpha) }
  public func mul_(_ factor: Double) { callVoid("aten::mul_.Scalar", self, factor) }
}
