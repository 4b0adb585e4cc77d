extension Tensor {
  package func relu() -> Tensor { call("aten::relu", self) }
  package func leakyRelu(_ slope: Double = 0.01) -> Tensor { call("aten::leaky_relu", self, slope) }
  /// x where positive, a x elsewhere, with one a or one a channel (dimension 1).
  package func prelu(_ a: Tensor) -> Tensor { call("aten::prelu", self, a) }
  package func elu(_ alpha: Double = 1) -> Tensor { call("aten::elu", self, alpha) }
  /// x Phi(x), with the normal distribution's own Phi.
  package func gelu() -> Tensor { call("aten::gelu", self) }
  /// x sigmoid(x).
  package func silu() -> Tensor { call("aten::silu", self) }
  package func sigmoid() -> Tensor { call("aten::sigmoid", self) }
  package func logSigmoid() -> Tensor { call("aten::log_sigmoid", self) }
  package func tanh() -> Tensor { call("aten::tanh", self) }
  /// log(1 + exp(beta x)) / beta; x itself where beta x is above the threshold.
  package func softplus(beta: Double = 1, threshold: Double = 20) -> Tensor { call("aten::softplus", self, beta, threshold) }
  package func softmax(_ dim: Int) -> Tensor { call("aten::softmax.int", self, dim) }
  package func logSoftmax(_ dim: Int) -> Tensor { call("aten::log_softmax.int", self, dim) }
}
