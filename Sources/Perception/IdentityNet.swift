import Foundation
import Torch

/// A network that turns a face into a direction which is nearly the same for all images of one person.
package protocol IdentityNet: Module {
  /// Height and width of the crops that it takes.
  static var cropSize: (height: Int, width: Int) { get }
  /// Aligned crops `[N, 3, h, w]` in 0...1, red first, to unit vectors `[N, D]`.
  func callAsFunction(_ crops: Tensor) -> Tensor
}

extension IdentityNet {
  /// The unit vector `[D]` of the face at `points` (see `FacePoints`) in an image `[H, W, 3]`, in 0...1 or as bytes.
  package func embed(_ image: Tensor, _ points: FacePoints) -> Tensor {
    withoutGradient { self(points.crop(image, Self.cropSize).asImages()).squeeze(0) }
  }
}

/// MobileFaceNet (Chen et al. 2018) with the names of weights of Xiaoccer/MobileFaceNet_Pytorch.
///
/// Its vector is the image's and its mirror image's, one behind the other, 256 numbers.
package final class MobileFaceNet: IdentityNet {
  package static var checkpointNames: [String: String] { ["depthwise": "dw_conv1", "wide": "conv2", "whole": "linear7", "out": "linear1"] }
  package static let cropSize = (height: 112, width: 96)
  let conv1, depthwise: ConvBlock
  let blocks: [InvertedBottleneck]
  let wide, whole, out: ConvBlock

  package init(_ generator: Generator) {
    conv1 = ConvBlock(3, 64, kernel: 3, stride: 2, padding: 1, generator)
    depthwise = ConvBlock(64, 64, kernel: 3, padding: 1, groups: 64, generator)
    var blocks: [InvertedBottleneck] = []
    var width = 64
    for (expansion, output, count, stride) in [(2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1)] {
      for i in 0..<count {
        blocks.append(InvertedBottleneck(width, output, stride: i == 0 ? stride : 1, expansion: expansion, generator))
        width = output
      }
    }
    self.blocks = blocks
    wide = ConvBlock(128, 512, kernel: 1, generator)
    whole = ConvBlock(512, 512, kernel: [7, 6], groups: 512, linear: true, generator)
    out = ConvBlock(512, 128, kernel: 1, linear: true, generator)
    _ = frozen()
  }
  /// Loads `068.ckpt`; throws `FileError`, `TorchFileError`, `SafetensorsError` or `ModelFileError`.
  package convenience init(weights: URL) throws {
    self.init(Generator(seed: 0))
    try ModelFileError.naming(weights) { try load(try WeightFile.tensors(weights)) }
  }

  package func callAsFunction(_ crops: Tensor) -> Tensor {
    let x = crops * (255 / 128.0) - 127.5 / 128
    return cat([features(x), features(x.flip(3))], 1).normalized(1)
  }
  /// Crops in the network's own range, (byte - 127.5) / 128, to `[N, 128]` of any length.
  func features(_ x: Tensor) -> Tensor {
    out(whole(wide((blocks as [any Layer])(depthwise(conv1(x)))))).flatten(1)
  }

  /// Convolution, normalisation and, unless linear, a learned slope below zero.
  final class ConvBlock: Layer {
    let conv: Conv2d
    let bn: BatchNorm2d
    let prelu: PReLU?

    init(
      _ input: Int, _ output: Int, kernel: some Lengths, stride: Int = 1, padding: Int = 0, groups: Int = 1, linear: Bool = false,
      _ generator: Generator
    ) {
      conv = Conv2d(input, output, kernel: kernel, stride: stride, padding: padding, groups: groups, bias: false, generator)
      bn = BatchNorm2d(output)
      prelu = linear ? nil : PReLU(output)
    }
    func callAsFunction(_ x: Tensor) -> Tensor {
      let y = bn(conv(x))
      return prelu?(y) ?? y
    }
  }

  /// Widens, filters each channel by itself, narrows; added to what came in where the shape allows.
  final class InvertedBottleneck: Layer {
    let conv: [any Layer]
    private let isResidual: Bool

    init(_ input: Int, _ output: Int, stride: Int, expansion: Int, _ generator: Generator) {
      let width = input * expansion
      conv = [
        Conv2d(input, width, kernel: 1, bias: false, generator), BatchNorm2d(width), PReLU(width),
        Conv2d(width, width, kernel: 3, stride: stride, padding: 1, groups: width, bias: false, generator), BatchNorm2d(width),
        PReLU(width),
        Conv2d(width, output, kernel: 1, bias: false, generator), BatchNorm2d(output),
      ]
      isResidual = stride == 1 && input == output
    }
    func callAsFunction(_ x: Tensor) -> Tensor { isResidual ? x + conv(x) : conv(x) }
  }
}

/// ArcFace's IR-SE-50 (Deng et al. 2019) with the names of weights of TreB1eN/InsightFace_Pytorch; vectors of 512 numbers.
package final class ArcFace: IdentityNet {
  package static var checkpointNames: [String: String] { ["input": "input_layer", "output": "output_layer"] }
  package static let cropSize = (height: 112, width: 112)
  let input: [any Layer]
  let body: [ResidualBottleneck]
  let output: [any Layer]

  package init(_ generator: Generator) {
    input = [Conv2d(3, 64, kernel: 3, padding: 1, bias: false, generator), BatchNorm2d(64), PReLU(64)]
    var body: [ResidualBottleneck] = []
    var width = 64
    for (output, count) in [(64, 3), (128, 4), (256, 14), (512, 3)] {
      for i in 0..<count {
        body.append(ResidualBottleneck(width, output, stride: i == 0 ? 2 : 1, generator))
        width = output
      }
    }
    self.body = body
    output = [BatchNorm2d(512), Step.nothing, Step.flatten, Linear(512 * 7 * 7, 512, generator), BatchNorm1d(512)]
    _ = frozen()
  }
  /// Loads `model_ir_se50.pth`; throws `FileError`, `TorchFileError`, `SafetensorsError` or `ModelFileError`.
  package convenience init(weights: URL) throws {
    self.init(Generator(seed: 0))
    try ModelFileError.naming(weights) { try load(try WeightFile.tensors(weights)) }
  }
  package func callAsFunction(_ crops: Tensor) -> Tensor {
    let features = output((body as [any Layer])(input(crops * 2 - 1)))
    return features / features.norm(1, keepdim: true)
  }
}
