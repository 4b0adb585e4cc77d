extension Tensor {
  /// A weight drawn as PyTorch's layers draw theirs: U(-b, b), b = gain sqrt(3 / fan-in), gain = sqrt(2 / (1 + 5)).
  ///
  /// The fan-in is the product of all lengths but the first.
  static func kaimingUniform(_ shape: [Int], _ generator: Generator) -> Tensor {
    let fanIn = shape.dropFirst().reduce(1, *)
    let gain = (2.0 / (1 + 5)).squareRoot()
    return uniform(shape, 3.0.squareRoot() * (gain / Double(fanIn).squareRoot()), generator)
  }
  /// A bias drawn as PyTorch's layers draw theirs: U(-1 / sqrt(fan-in), 1 / sqrt(fan-in)).
  static func biasUniform(_ shape: [Int], fanIn: Int, _ generator: Generator) -> Tensor {
    uniform(shape, fanIn > 0 ? 1 / Double(fanIn).squareRoot() : 0, generator)
  }
  private static func uniform(_ shape: [Int], _ bound: Double, _ generator: Generator) -> Tensor {
    let drawn = empty(shape)
    callVoid("aten::uniform_", drawn, -bound, bound, generator)
    return drawn.requiringGrad()
  }
}
