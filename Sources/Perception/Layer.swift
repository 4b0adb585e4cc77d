import Torch

/// A part of a network that turns one tensor into one.
package protocol Layer: Module {
  func callAsFunction(_ x: Tensor) -> Tensor
}
extension Linear: Layer {}
extension Conv2d: Layer {}
extension PReLU: Layer {}
extension BatchNorm: Layer {}
extension GroupNorm: Layer {}

/// A layer without weights; it takes a place in a list so that the ones after it are counted as in PyTorch's `Sequential`.
final class Step: Layer {
  private let _body: (Tensor) -> Tensor
  init(_ body: @escaping (Tensor) -> Tensor) { _body = body }
  func callAsFunction(_ x: Tensor) -> Tensor { _body(x) }

  static var relu: Step { Step { $0.relu() } }
  /// What only works in training.
  static var nothing: Step { Step { $0 } }
  static var flatten: Step { Step { $0.flatten(1) } }
  static func maxPool(_ kernel: Int, stride: some Lengths, padding: Int = 0, ceil: Bool = false) -> Step {
    let stride = stride.lengths
    return Step { $0.maxPool2d(kernel, stride: stride, padding: padding, ceil: ceil) }
  }
}

extension [any Layer] {
  /// One after the other.
  func callAsFunction(_ x: Tensor) -> Tensor { reduce(x) { $1($0) } }
}

extension Module {
  /// Weights that stay as they are: means and variances are the stored ones, no gradient is kept for them.
  package func frozen() -> Self {
    train(false)
    for (_, tensor) in parameters() { tensor.requiringGrad(false) }
    return self
  }
}
