import Torch

/// A residual block whose channels are weighed by what the whole image holds (squeeze and excitation): ArcFace's IR-SE block.
package final class ResidualBottleneck: Layer {
  package static var checkpointNames: [String: String] { ["shortcut": "shortcut_layer", "residual": "res_layer"] }
  /// What brings the channels to mean 0 and variance 1.
  package enum Normalization {
    /// Over the batch, as published.
    case batch
    /// Groups of eight channels in each image, for batches of few.
    case group

    func callAsFunction(_ channels: Int) -> any Layer {
      switch self {
      case .batch: BatchNorm2d(channels)
      case .group: GroupNorm(channels % 8 == 0 ? channels / 8 : 1, channels)
      }
    }
  }
  let shortcut, residual: [any Layer]

  /// From `input` channels to `output`, every `stride`th pixel; the excitation goes through `output` / 16 numbers, one at least.
  package init(_ input: Int, _ output: Int, stride: Int, normalization: Normalization = .batch, _ generator: Generator) {
    shortcut =
      input == output
      ? [Step.maxPool(1, stride: stride)]
      : [Conv2d(input, output, kernel: 1, stride: stride, bias: false, generator), normalization(output)]
    residual = [
      normalization(input), Conv2d(input, output, kernel: 3, padding: 1, bias: false, generator), PReLU(output),
      Conv2d(output, output, kernel: 3, stride: stride, padding: 1, bias: false, generator), normalization(output),
      SqueezeExcitation(output, reduction: 16, generator),
    ]
  }
  package func callAsFunction(_ x: Tensor) -> Tensor { residual(x) + shortcut(x) }

  final class SqueezeExcitation: Layer {
    let fc1, fc2: Conv2d

    init(_ channels: Int, reduction: Int, _ generator: Generator) {
      let inner = max(channels / reduction, 1)
      fc1 = Conv2d(channels, inner, kernel: 1, bias: false, generator)
      fc2 = Conv2d(inner, channels, kernel: 1, bias: false, generator)
    }
    func callAsFunction(_ x: Tensor) -> Tensor { x * fc2(fc1(x.mean(2, 3, keepdim: true)).relu()).sigmoid() }
  }
}
