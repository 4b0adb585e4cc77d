import Torch

/// y = a(x (c W)^T + m b), `[..., in]` to `[..., out]`, with c = m / sqrt(in): weights of variance 1 whose scale is part of the layer, so
/// that one learning rate suits all layers; m is the learning-rate multiplier.
package final class EqualisedLinear: Module {
  /// `[out, in]`
  package let weight: Tensor
  /// `[out]`
  package let bias: Tensor?
  private let _activation: LayerActivation
  private let _scale, _multiplier: Double

  package init(
    _ input: Int, _ output: Int, bias: Bool = true, activation: LayerActivation = .linear, multiplier: Double = 1, initialBias: Double = 0,
    _ generator: Generator
  ) {
    weight = (Tensor.randn([output, input], generator) / multiplier).requiringGrad()
    self.bias = bias ? Tensor.full([output], initialBias).requiringGrad() : nil
    (_activation, _multiplier, _scale) = (activation, multiplier, multiplier / Double(input).squareRoot())
  }

  package func callAsFunction(_ x: Tensor) -> Tensor {
    let bias = bias.map { _multiplier == 1 ? $0 : $0 * _multiplier }
    let y = x.linear(weight * _scale, bias)
    return y.biased(nil, _activation)
  }
}
