import Torch

/// What brings each channel to a common mean and spread.
package enum TextureNormalization: String, Codable, Sendable {
  /// Over the batch, as published: of one image it learns nothing about others.
  case batch
  /// Over each image, with a learned factor and shift a channel: the same for a batch of one.
  case instance
}

/// ReLU(norm(convolution)), under the names `0` and `1`.
final class NormalizedConvolution: Module {
  static var checkpointNames: [String: String] { ["convolution": "0", "batchNorm": "1", "instanceNorm": "1"] }
  let convolution: Conv2d
  let batchNorm: BatchNorm2d?
  let instanceNorm: InstanceNorm2d?

  init(_ input: Int, _ output: Int, _ normalization: TextureNormalization, _ generator: Generator) {
    convolution = Conv2d(input, output, kernel: 3, padding: 1, generator)
    batchNorm = normalization == .batch ? BatchNorm2d(output) : nil
    instanceNorm = normalization == .instance ? InstanceNorm2d(output, affine: true) : nil
  }
  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = convolution(x)
    return (batchNorm?(y) ?? instanceNorm?(y) ?? y).relu()
  }
}

/// A block of the extractor: `x + f(f(x))`, or `c(x) + c(f(x))` with convolutions c of stride 2, at half the size.
package final class ResidualBlock: Module {
  package static var checkpointNames: [String: String] {
    ["shortcut": "downsample_layer", "reduction": "residual_downsample"]
  }
  let initial: NormalizedConvolution
  let residual: NormalizedConvolution?
  let shortcut, reduction: Conv2d?

  package init(_ input: Int, _ output: Int, halving: Bool, _ normalization: TextureNormalization, _ generator: Generator) {
    initial = NormalizedConvolution(input, output, normalization, generator)
    residual = halving ? nil : NormalizedConvolution(output, output, normalization, generator)
    shortcut = halving ? Conv2d(input, output, kernel: 3, stride: 2, padding: 1, generator) : nil
    reduction = halving ? Conv2d(output, output, kernel: 3, stride: 2, padding: 1, generator) : nil
  }
  /// `[B, in, H, W]` to `[B, out, H, W]`, or half as high and wide.
  package func callAsFunction(_ x: Tensor) -> Tensor {
    let y = initial(x)
    if let shortcut, let reduction { return shortcut(x) + reduction(y) }
    return (residual?(y) ?? y) + x
  }
}
