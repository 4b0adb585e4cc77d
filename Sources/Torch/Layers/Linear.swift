/// y = x W^T + b (`[..., in]` to `[..., out]`), initialised as PyTorch does it.
public final class Linear: Module {
  /// `[out, in]`
  public let weight: Tensor
  /// `[out]`
  public let bias: Tensor?

  public init(_ input: Int, _ output: Int, bias: Bool = true, _ generator: Generator) {
    weight = .kaimingUniform([output, input], generator)
    self.bias = bias ? .biasUniform([output], fanIn: input, generator) : nil
  }
  public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight, bias) }
}
