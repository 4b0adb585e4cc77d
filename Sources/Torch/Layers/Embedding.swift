/// A learned vector for each whole number below `count`, drawn from N(0, 1) as PyTorch does it.
public final class Embedding: Module {
  /// `[count, width]`
  public let weight: Tensor

  public init(_ count: Int, _ width: Int, _ generator: Generator) {
    weight = Tensor.randn([count, width], generator).requiringGrad()
  }
  public func callAsFunction(_ indices: Tensor) -> Tensor { weight.embedding(indices) }
}

/// x where positive, a learned slope times x elsewhere; one slope, or one a channel (dimension 1).
public final class PReLU: Module {
  /// `[slopes]`
  public let weight: Tensor

  public init(_ slopes: Int = 1, initial: Double = 0.25) { weight = Tensor.full([slopes], initial).requiringGrad() }
  public func callAsFunction(_ x: Tensor) -> Tensor { x.prelu(weight) }
}
