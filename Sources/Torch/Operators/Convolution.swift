/// One length for every dimension, or a list of one a dimension: `3` or `[3, 9]`.
package protocol Lengths {
  var lengths: [Int] { get }
}
extension Lengths {
  /// The two lengths for an image.
  var pair: [Int] { lengths.count == 1 ? lengths + lengths : lengths }
}
extension Int: Lengths {
  package var lengths: [Int] { [self] }
}
extension [Int]: Lengths {
  package var lengths: [Int] { self }
}

extension Tensor {
  /// `[b, in, n]` with a weight `[out, in / groups, k]`.
  package func conv1d(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    call("aten::conv1d", self, weight, bias, [stride], [padding], [dilation], groups)
  }
  /// `[b, in, h, w]` with a weight `[out, in / groups, kh, kw]`.
  package func conv2d(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: some Lengths = 1, padding: some Lengths = 0, dilation: some Lengths = 1,
    groups: Int = 1
  ) -> Tensor {
    call("aten::conv2d", self, weight, bias, stride.lengths, padding.lengths, dilation.lengths, groups)
  }
  /// `[b, in, d, h, w]` with a weight `[out, in / groups, kd, kh, kw]`.
  package func conv3d(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: some Lengths = 1, padding: some Lengths = 0, dilation: some Lengths = 1,
    groups: Int = 1
  ) -> Tensor {
    call("aten::conv3d", self, weight, bias, stride.lengths, padding.lengths, dilation.lengths, groups)
  }
  /// The transpose of `conv1d` (its gradient for the input), with a weight `[in, out / groups, k]`.
  package func convTranspose1d(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0, groups: Int = 1
  ) -> Tensor {
    call("aten::conv_transpose1d", self, weight, bias, [stride], [padding], [outputPadding], groups)
  }
  /// The transpose of `conv2d` (its gradient for the input), with a weight `[in, out / groups, kh, kw]`.
  package func convTranspose2d(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: some Lengths = 1, padding: some Lengths = 0, outputPadding: some Lengths = 0,
    groups: Int = 1, dilation: some Lengths = 1
  ) -> Tensor {
    call(
      "aten::conv_transpose2d.input", self, weight, bias, stride.lengths, padding.lengths, outputPadding.lengths, groups,
      dilation.lengths)
  }

  /// Means of windows; `stride` is the kernel unless given. Padding counts as zeros unless `countPadding` is false.
  package func avgPool2d(
    _ kernel: some Lengths, stride: [Int] = [], padding: some Lengths = 0, ceil: Bool = false, countPadding: Bool = true
  ) -> Tensor {
    call("aten::avg_pool2d", self, kernel.lengths, stride, padding.lengths, ceil, countPadding)
  }
  /// Greatest elements of windows; `stride` is the kernel unless given.
  package func maxPool2d(
    _ kernel: some Lengths, stride: [Int] = [], padding: some Lengths = 0, dilation: some Lengths = 1, ceil: Bool = false
  ) -> Tensor {
    call("aten::max_pool2d", self, kernel.lengths, stride, padding.lengths, dilation.lengths, ceil)
  }
  package func avgPool1d(_ kernel: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    call("aten::avg_pool1d", self, [kernel], [stride ?? kernel], [padding])
  }
  /// Means of windows that divide the image into `[h, w]` parts.
  package func adaptiveAvgPool2d(_ size: [Int]) -> Tensor { call("aten::adaptive_avg_pool2d", self, size) }

  /// Windows of an image as columns: `[b, c, h, w]` to `[b, c kh kw, windows]` (`torch.nn.functional.unfold`).
  package func unfold(
    _ kernel: some Lengths, dilation: some Lengths = 1, padding: some Lengths = 0, stride: some Lengths = 1
  ) -> Tensor {
    call("aten::im2col", self, kernel.pair, dilation.pair, padding.pair, stride.pair)
  }
  /// Columns summed into an image of `[h, w]`, the transpose of `unfold`.
  package func fold(
    _ size: [Int], _ kernel: some Lengths, dilation: some Lengths = 1, padding: some Lengths = 0, stride: some Lengths = 1
  ) -> Tensor {
    call("aten::col2im", self, size, kernel.pair, dilation.pair, padding.pair, stride.pair)
  }

}
