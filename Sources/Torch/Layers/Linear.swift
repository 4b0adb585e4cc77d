/// y = x W^T + b (`[..., in]` to `[..., out]`), initialised as PyTorch does it.
package final class Linear: Module {
  /// `[out, in]`
  package let weight: Tensor
  /// `[out]`
  package let bias: Tensor?

  package init(_ input: Int, _ output: Int, bias: Bool = true, _ generator: Generator) {
    weight = .kaimingUniform([output, input], generator)
    self.bias = bias ? .biasUniform([output], fanIn: input, generator) : nil
  }
  package func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight, bias) }
}
