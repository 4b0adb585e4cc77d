extension Tensor {
  public func relu() -> Tensor { call("aten::relu", self) }
  public func leakyRelu(_ slope: Double = 0.01) -> Tensor { call("aten::leaky_relu", self, slope) }
  /// x where positive, a x elsewhere, with one a or one a channel (dimension 1).
  public func prelu(_ a: Tensor) -> Tensor { call("aten::prelu", self, a) }
  public func elu(_ alpha: Double = 1) -> Tensor { call("aten::elu", self, alpha) }
  /// x Phi(x), with the normal distribution's own Phi.
  public func gelu() -> Tensor { call("aten::gelu", self) }
  /// x sigmoid(x).
  public func silu() -> Tensor { call("aten::silu", self) }
  public func sigmoid() -> Tensor { call("aten::sigmoid", self) }
  public func logSigmoid() -> Tensor { call("aten::log_sigmoid", self) }
  public func tanh() -> Tensor { call("aten::tanh", self) }
  /// log(1 + exp(beta x)) / beta; x itself where beta x is above the threshold.
  public func softplus(beta: Double = 1, threshold: Double = 20) -> Tensor { call("aten::softplus", self, beta, threshold) }
  public func softmax(_ dim: Int) -> Tensor { call("aten::softmax.int", self, dim) }
  public func logSoftmax(_ dim: Int) -> Tensor { call("aten::log_softmax.int", self, dim) }
}
