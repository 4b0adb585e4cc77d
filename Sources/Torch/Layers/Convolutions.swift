/// Convolution of `[b, in, n]`, initialised as PyTorch does it.
package final class Conv1d: Module {
  /// `[out, in / groups, k]`
  package let weight: Tensor
  /// `[out]`
  package let bias: Tensor?
  private let stride, padding, dilation, groups: Int

  package init(
    _ input: Int, _ output: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1, bias: Bool = true,
    _ generator: Generator
  ) {
    weight = .kaimingUniform([output, input / groups, kernel], generator)
    self.bias = bias ? .biasUniform([output], fanIn: input / groups * kernel, generator) : nil
    (self.stride, self.padding, self.dilation, self.groups) = (stride, padding, dilation, groups)
  }
  package func callAsFunction(_ x: Tensor) -> Tensor {
    x.conv1d(weight, bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

/// Convolution of `[b, in, h, w]`, initialised as PyTorch does it.
package final class Conv2d: Module {
  /// `[out, in / groups, kh, kw]`
  package let weight: Tensor
  /// `[out]`
  package let bias: Tensor?
  private let stride, padding, dilation: [Int]
  private let groups: Int

  package init(
    _ input: Int, _ output: Int, kernel: some Lengths, stride: some Lengths = 1, padding: some Lengths = 0, dilation: some Lengths = 1,
    groups: Int = 1, bias: Bool = true, _ generator: Generator
  ) {
    let k = kernel.pair
    weight = .kaimingUniform([output, input / groups] + k, generator)
    self.bias = bias ? .biasUniform([output], fanIn: input / groups * k[0] * k[1], generator) : nil
    (self.stride, self.padding, self.dilation, self.groups) = (stride.lengths, padding.lengths, dilation.lengths, groups)
  }
  package func callAsFunction(_ x: Tensor) -> Tensor {
    x.conv2d(weight, bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

/// The transpose of a convolution, `[b, in, h, w]` to a larger image, initialised as PyTorch does it.
package final class ConvTranspose2d: Module {
  /// `[in, out / groups, kh, kw]`
  package let weight: Tensor
  /// `[out]`
  package let bias: Tensor?
  private let stride, padding, outputPadding, dilation: [Int]
  private let groups: Int

  package init(
    _ input: Int, _ output: Int, kernel: some Lengths, stride: some Lengths = 1, padding: some Lengths = 0,
    outputPadding: some Lengths = 0, groups: Int = 1, bias: Bool = true, dilation: some Lengths = 1, _ generator: Generator
  ) {
    let k = kernel.pair
    weight = .kaimingUniform([input, output / groups] + k, generator)
    // PyTorch counts the second dimension here as it does everywhere, though it is the outputs'.
    self.bias = bias ? .biasUniform([output], fanIn: output / groups * k[0] * k[1], generator) : nil
    (self.stride, self.padding, self.outputPadding) = (stride.lengths, padding.lengths, outputPadding.lengths)
    (self.dilation, self.groups) = (dilation.lengths, groups)
  }
  package func callAsFunction(_ x: Tensor) -> Tensor {
    x.convTranspose2d(weight, bias, stride: stride, padding: padding, outputPadding: outputPadding, groups: groups, dilation: dilation)
  }
}
