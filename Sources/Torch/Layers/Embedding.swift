/// A learned vector for each whole number below `count`, drawn from N(0, 1) as PyTorch does it.
package final class Embedding: Module {
  /// `[count, width]`
  package let weight: Tensor

  package init(_ count: Int, _ width: Int, _ generator: Generator) {
    weight = Tensor.randn([count, width], generator).requiringGrad()
  }
  package func callAsFunction(_ indices: Tensor) -> Tensor { weight.embedding(indices) }
}

/// x where positive, a learned slope times x elsewhere; one slope, or one a channel (dimension 1).
package final class PReLU: Module {
  /// `[slopes]`
  package let weight: Tensor

  package init(_ slopes: Int = 1, initial: Double = 0.25) { weight = Tensor.full([slopes], initial).requiringGrad() }
  package func callAsFunction(_ x: Tensor) -> Tensor { x.prelu(weight) }
}
