import Torch

/// What follows a layer's sum.
package enum LayerActivation: String, Sendable, CaseIterable {
  case linear, relu, lrelu, tanh, sigmoid, elu, selu, softplus, swish

  /// What the values are multiplied with so that their variance stays.
  package var gain: Double {
    switch self {
    case .relu, .lrelu, .swish: 2.0.squareRoot()
    default: 1
    }
  }
}

extension Tensor {
  /// clamp(gain a(x + b)), with a bias `[C]` along dimension `dim`, the activation's own gain unless another is given, and a symmetric clamp.
  ///
  /// `slope` is that of leaky ReLU below zero.
  package func biased(
    _ bias: Tensor?, _ activation: LayerActivation = .linear, dim: Int = 1, slope: Double = 0.2, gain: Double? = nil, clamp: Double? = nil
  ) -> Tensor {
    var x = self
    if let bias {
      var shape = [Int](repeating: 1, count: self.dim)
      shape[dim] = bias.numel
      x = x + bias.reshape(shape)
    }
    switch activation {
    case .linear: break
    case .relu: x = x.relu()
    case .lrelu: x = x.leakyRelu(slope)
    case .tanh: x = x.tanh()
    case .sigmoid: x = x.sigmoid()
    case .elu: x = x.elu()
    case .selu: x = call("aten::selu", x)
    case .softplus: x = x.softplus()
    case .swish: x = x.silu()
    }
    let gain = gain ?? activation.gain
    if gain != 1 { x = x * gain }
    if let clamp { x = x.clamp(-clamp, clamp) }
    return x
  }
}
