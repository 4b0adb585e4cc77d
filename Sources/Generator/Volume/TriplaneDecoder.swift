import Torch

/// A dense layer whose weights have the spread of one: y = x (W r / √in)^T + b r, where r is the learning rate's multiplier.
final class DecoderLayer: Module {
  /// `[out, in]` and `[out]`.
  let weight: Tensor, bias: Tensor
  private let _multiplier: Double

  init(_ input: Int, _ output: Int, multiplier: Double, _ generator: Generator) {
    _multiplier = multiplier
    weight = (Tensor.randn([output, input], generator) / multiplier).requiringGrad()
    bias = Tensor.zeros([output]).requiringGrad()
  }
  /// The layer's weights as they count.
  var effective: (weight: Tensor, bias: Tensor) {
    (weight * (_multiplier / Double(weight.size(1)).squareRoot()), _multiplier == 1 ? bias : bias * _multiplier)
  }
  func callAsFunction(_ x: Tensor) -> Tensor {
    let (weight, bias) = effective
    return x.linear(weight, bias)
  }
}

/// From what the planes say of a point to its density and its colours: two layers with a softplus between.
///
/// Checkpoint names `net.0.weight`, `net.0.bias`, `net.2.weight`, `net.2.bias`, as published. Whence a point is seen plays no part.
package final class TriplaneDecoder: Module {
  let net: [(any Module)?]
  private let _first: DecoderLayer, _second: DecoderLayer

  /// - Parameters:
  ///   - input: Channels of a plane.
  ///   - output: Colour channels: the image's three, and what super-resolution reads besides.
  ///   - multiplier: Of the learning rate; it divides the weights' spread at the start.
  package init(_ input: Int = 32, hidden: Int = 64, output: Int = 32, multiplier: Double = 1, _ generator: Generator) {
    _first = DecoderLayer(input, hidden, multiplier: multiplier, generator)
    _second = DecoderLayer(hidden, 1 + output, multiplier: multiplier, generator)
    net = [_first, nil, _second]
  }

  /// Of the planes' mean features `[N, P, C]`: colours `[N, P, output]`, -0.001...1.001, and raw densities `[N, P, 1]`.
  ///
  /// colour = 1.002 sigmoid(y) - 0.001.
  package func callAsFunction(_ mean: Tensor) -> (color: Tensor, density: Tensor) {
    let y = _second(_first(mean).softplus())
    return (y.narrow(-1, 1, y.size(-1) - 1).sigmoid() * 1.002 - 0.001, y.narrow(-1, 0, 1))
  }

  /// Both layers' weights as they count, `[out, in]` and `[out]`; of the second one row 0 is the density's.
  var layers: (first: (weight: Tensor, bias: Tensor), second: (weight: Tensor, bias: Tensor)) { (_first.effective, _second.effective) }
}
