import Torch

/// A light network that says a number for every place and channel of a feature: convolution, leaky ReLU, convolution. The last starts at
/// zero, and with it all that it says.
final class FusionMap: Module {
  let first, last: Conv2d

  init(_ input: Int, width: Int, _ output: Int, _ generator: Generator) {
    first = Conv2d(input, width, kernel: 3, padding: 1, generator)
    last = Conv2d(width, output, kernel: 3, padding: 1, generator)
    withoutGradient {
      last.weight.zero_()
      last.bias?.zero_()
    }
  }
  /// `[N, input, r, r]` to `[N, output, r, r]`.
  func callAsFunction(_ x: Tensor) -> Tensor { last(first(x).leakyRelu(0.2)) }
}
