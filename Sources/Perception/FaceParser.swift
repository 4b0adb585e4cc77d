import Face
import Foundation
import Torch

/// What each pixel of a portrait shows: BiSeNet (Yu et al. 2018) on ResNet-18, with the names of weights of zllrunning/face-parsing.PyTorch.
package final class FaceParser: Module {
  package static var checkpointNames: [String: String] {
    ["context": "cp", "fusion": "ffm", "out": "conv_out", "out16": "conv_out16", "out32": "conv_out32"]
  }
  let context: ContextPath
  let fusion: FeatureFusion
  /// The last two learn only.
  let out, out16, out32: Head

  package init(_ generator: Generator) {
    context = ContextPath(generator)
    fusion = FeatureFusion(256, 256, generator)
    out = Head(256, 256, generator)
    out16 = Head(128, 64, generator)
    out32 = Head(128, 64, generator)
    _ = frozen()
  }
  /// Loads `79999_iter.pth` or weights of the same names; throws `FileError`, `TorchFileError`, `SafetensorsError` or `ModelFileError`.
  package convenience init(weights: URL) throws {
    self.init(Generator(seed: 0))
    try ModelFileError.naming(weights) { try load(try WeightFile.tensors(weights)) }
  }

  /// An image `[H, W, 3]`, in 0...1 or as bytes, to labels `[H, W]` uint8 of the 12 classes of `SemanticClass`.
  ///
  /// It is looked at as 512 x 512 pixels, as in training; it should show the head and the shoulders.
  package func callAsFunction(_ image: Tensor) -> Tensor {
    withoutGradient {
      var image = image.asImages()
      let size = [image.size(2), image.size(3)]
      if size != [512, 512] { image = image.interpolate(size: [512, 512], .linear, antialias: true) }
      func channels(_ values: [Float]) -> Tensor { Tensor(values, [1, 3, 1, 1]).to(image.device) }
      var scores = self.scores((image - channels([0.485, 0.456, 0.406])) / channels([0.229, 0.224, 0.225]))
      if size != [512, 512] { scores = scores.interpolate(size: size, .linear) }
      return SemanticClass.labels(of: scores.argmax(1).squeeze(0), names: SemanticClass.biSeNetNames)
    }
  }

  /// Normalised images `[N, 3, H, W]` to the scores of the 19 classes of `SemanticClass.biSeNetNames`, `[N, 19, H, W]`.
  package func scores(_ x: Tensor) -> Tensor {
    let (fine, coarse) = context(x)
    return out(fusion(cat([fine, coarse], 1))).interpolate(size: [x.size(2), x.size(3)], .linear, alignCorners: true)
  }

  /// Convolution, normalisation, ReLU.
  final class ConvBlock: Layer {
    let conv: Conv2d
    let bn: BatchNorm2d
    init(_ input: Int, _ output: Int, kernel: Int = 3, _ generator: Generator) {
      conv = Conv2d(input, output, kernel: kernel, padding: kernel / 2, bias: false, generator)
      bn = BatchNorm2d(output)
    }
    func callAsFunction(_ x: Tensor) -> Tensor { bn(conv(x)).relu() }
  }

  final class Head: Layer {
    static var checkpointNames: [String: String] { ["out": "conv_out"] }
    let conv: ConvBlock
    let out: Conv2d
    init(_ input: Int, _ middle: Int, _ generator: Generator) {
      conv = ConvBlock(input, middle, generator)
      out = Conv2d(middle, SemanticClass.biSeNetNames.count, kernel: 1, bias: false, generator)
    }
    func callAsFunction(_ x: Tensor) -> Tensor { out(conv(x)) }
  }

  /// Features whose channels are weighed by their means over the image.
  final class AttentionRefinement: Layer {
    static var checkpointNames: [String: String] { ["attention": "conv_atten", "norm": "bn_atten"] }
    let conv: ConvBlock
    let attention: Conv2d
    let norm: BatchNorm2d
    init(_ input: Int, _ output: Int, _ generator: Generator) {
      conv = ConvBlock(input, output, generator)
      attention = Conv2d(output, output, kernel: 1, bias: false, generator)
      norm = BatchNorm2d(output)
    }
    func callAsFunction(_ x: Tensor) -> Tensor {
      let features = conv(x)
      return features * norm(attention(features.mean(2, 3, keepdim: true))).sigmoid()
    }
  }

  final class FeatureFusion: Layer {
    static var checkpointNames: [String: String] { ["block": "convblk"] }
    let block: ConvBlock
    let conv1, conv2: Conv2d
    init(_ input: Int, _ output: Int, _ generator: Generator) {
      block = ConvBlock(input, output, kernel: 1, generator)
      conv1 = Conv2d(output, output / 4, kernel: 1, bias: false, generator)
      conv2 = Conv2d(output / 4, output, kernel: 1, bias: false, generator)
    }
    func callAsFunction(_ x: Tensor) -> Tensor {
      let features = block(x)
      return features * conv2(conv1(features.mean(2, 3, keepdim: true)).relu()).sigmoid() + features
    }
  }
}

/// ResNet-18's features at an eighth of the size, and what they mean given all of the image.
final class ContextPath: Module {
  static var checkpointNames: [String: String] { ["head32": "conv_head32", "head16": "conv_head16", "whole": "conv_avg"] }
  let resnet: ResNet18
  let arm16, arm32: FaceParser.AttentionRefinement
  let head32, head16, whole: FaceParser.ConvBlock

  init(_ generator: Generator) {
    resnet = ResNet18(generator)
    arm16 = FaceParser.AttentionRefinement(256, 128, generator)
    arm32 = FaceParser.AttentionRefinement(512, 128, generator)
    head32 = FaceParser.ConvBlock(128, 128, generator)
    head16 = FaceParser.ConvBlock(128, 128, generator)
    whole = FaceParser.ConvBlock(512, 128, kernel: 1, generator)
  }
  /// Both `[N, 128, H / 8, W / 8]`.
  func callAsFunction(_ x: Tensor) -> (fine: Tensor, coarse: Tensor) {
    let (fine, middle, deep) = resnet(x)
    func enlarged(_ features: Tensor, to other: Tensor) -> Tensor { features.interpolate(size: [other.size(2), other.size(3)]) }
    let deepest = head32(enlarged(arm32(deep) + whole(deep.mean(2, 3, keepdim: true)), to: middle))
    return (fine, head16(enlarged(arm16(middle) + deepest, to: fine)))
  }
}

/// ResNet-18 (He et al. 2016) without its classifier, with torchvision's names of weights.
final class ResNet18: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let layer1, layer2, layer3, layer4: [Block]

  init(_ generator: Generator) {
    conv1 = Conv2d(3, 64, kernel: 7, stride: 2, padding: 3, bias: false, generator)
    bn1 = BatchNorm2d(64)
    layer1 = [Block(64, 64, stride: 1, generator), Block(64, 64, stride: 1, generator)]
    layer2 = [Block(64, 128, stride: 2, generator), Block(128, 128, stride: 1, generator)]
    layer3 = [Block(128, 256, stride: 2, generator), Block(256, 256, stride: 1, generator)]
    layer4 = [Block(256, 512, stride: 2, generator), Block(512, 512, stride: 1, generator)]
  }
  /// Features at 1/8, 1/16 and 1/32 of the size: 128, 256 and 512 channels.
  func callAsFunction(_ x: Tensor) -> (Tensor, Tensor, Tensor) {
    let start = bn1(conv1(x)).relu().maxPool2d(3, stride: [2, 2], padding: 1)
    let eighth = (layer2 as [any Layer])((layer1 as [any Layer])(start))
    let sixteenth = (layer3 as [any Layer])(eighth)
    return (eighth, sixteenth, (layer4 as [any Layer])(sixteenth))
  }

  final class Block: Layer {
    let conv1, conv2: Conv2d
    let bn1, bn2: BatchNorm2d
    /// Where the shape changes.
    let downsample: [any Layer]

    init(_ input: Int, _ output: Int, stride: Int, _ generator: Generator) {
      conv1 = Conv2d(input, output, kernel: 3, stride: stride, padding: 1, bias: false, generator)
      bn1 = BatchNorm2d(output)
      conv2 = Conv2d(output, output, kernel: 3, padding: 1, bias: false, generator)
      bn2 = BatchNorm2d(output)
      downsample =
        input == output && stride == 1
        ? [] : [Conv2d(input, output, kernel: 1, stride: stride, bias: false, generator), BatchNorm2d(output)]
    }
    func callAsFunction(_ x: Tensor) -> Tensor { (bn2(conv2(bn1(conv1(x)).relu())) + downsample(x)).relu() }
  }
}
