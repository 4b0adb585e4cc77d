import Torch

/// A chain of dense layers in one operator: max(v, slope * v) between layers, the last one linear.
///
/// Float32 runs fused, other types in libtorch's operators. Gradients reach `x`, weights and biases.
/// - Parameters:
///   - x: `[N, in]`.
///   - rows: `[N]` int64, which rows of a longer x are meant; all of them in order where there is none.
///   - weights: `[out, in]` each.
///   - biases: `[out]` each, or `[G, out]`, of which each row takes the one that `group` says.
///   - group: `[N]` int32, 0..<G; the first bias where there is none.
///   - slope: Of the activation below zero, 0...1: 0 is ReLU.
///   - skip: The layer before which `x` is appended to what the chain has.
///   - outputActivation: Whether the activation follows the last layer too.
package func fusedMLP(
  _ x: Tensor, at rows: Tensor? = nil, weights: [Tensor], biases: [Tensor], group: Tensor? = nil, slope: Double = 0, skip: Int? = nil,
  outputActivation: Bool = false
) -> Tensor {
  guard x.dtype == .float32 else {
    return referenceMLP(
      rows.map { x.indexSelect(0, $0) } ?? x, weights: weights, biases: biases, group: group, slope: slope, skip: skip,
      outputActivation: outputActivation)
  }
  return call("likeness::mlp", x, weights, biases, group, slope, skip ?? -1, outputActivation, rows)
}

/// What `fusedMLP` does, in libtorch's operators.
package func referenceMLP(
  _ x: Tensor, weights: [Tensor], biases: [Tensor], group: Tensor? = nil, slope: Double = 0, skip: Int? = nil,
  outputActivation: Bool = false
) -> Tensor {
  var y = x
  for (i, (weight, bias)) in zip(weights, biases).enumerated() {
    if i > 0, i == skip { y = cat([y, x], -1) }
    let own = bias.dim == 1 ? bias : group.map { bias.indexSelect(0, $0) } ?? bias.narrow(0, 0, 1)
    y = y.matmul(weight.t()) + own
    if i + 1 < weights.count || outputActivation { y = y.leakyRelu(slope) }
  }
  return y
}
