/// What becomes of a loss's many values.
package enum Reduction: Int, Argument, Sendable {
  case none, mean, sum
  package func push() { rawValue.push() }
}

extension Tensor {
  /// Mean of (x - y)^2.
  package func mseLoss(_ target: Tensor, _ reduction: Reduction = .mean) -> Tensor { call("aten::mse_loss", self, target, reduction) }
  /// Mean of |x - y|.
  package func l1Loss(_ target: Tensor, _ reduction: Reduction = .mean) -> Tensor { call("aten::l1_loss", self, target, reduction) }
  /// Mean of d^2 / (2 beta) where d = |x - y| < beta, of d - beta / 2 elsewhere.
  package func smoothL1Loss(_ target: Tensor, beta: Double = 1, _ reduction: Reduction = .mean) -> Tensor {
    call("aten::smooth_l1_loss", self, target, reduction, beta)
  }
  /// Cross-entropy of logits, `[n, classes]` or `[n, classes, ...]`, with classes `[n, ...]` int64, or with probabilities of `self`'s shape.
  ///
  /// The mean weighs each element by its class's weight and leaves out those of the class `ignoring`.
  package func crossEntropy(
    _ target: Tensor, weight: Tensor? = nil, ignoring: Int = -100, labelSmoothing: Double = 0, _ reduction: Reduction = .mean
  ) -> Tensor {
    call("aten::cross_entropy_loss", self, target, weight, reduction, ignoring, labelSmoothing)
  }
  /// Minus the given log-probability of the true class, otherwise as `crossEntropy`.
  package func nllLoss(_ target: Tensor, weight: Tensor? = nil, ignoring: Int = -100, _ reduction: Reduction = .mean) -> Tensor {
    call("aten::nll_loss_nd", self, target, weight, reduction, ignoring)
  }
  /// Cross-entropy of probabilities of one class each; logarithms are kept above -100.
  package func binaryCrossEntropy(_ target: Tensor, weight: Tensor? = nil, _ reduction: Reduction = .mean) -> Tensor {
    call("aten::binary_cross_entropy", self, target, weight, reduction)
  }
  /// Cross-entropy of logits of one class each.
  package func binaryCrossEntropyWithLogits(
    _ target: Tensor, weight: Tensor? = nil, positiveWeight: Tensor? = nil, _ reduction: Reduction = .mean
  ) -> Tensor {
    call("aten::binary_cross_entropy_with_logits", self, target, weight, positiveWeight, reduction)
  }
}
