import Torch

/// Three networks that were trained to tell what a photo shows, up to their last features, with torchvision's names of weights.
package final class Backbone: Module {
  package enum Kind: String, CaseIterable, Sendable {
    case alex, vgg, squeeze

    /// Channels of the features that LPIPS compares.
    var channels: [Int] {
      switch self {
      case .alex: [64, 192, 384, 256, 256]
      case .vgg: [64, 128, 256, 512, 512]
      case .squeeze: [64, 128, 256, 384, 384, 512, 512]
      }
    }
    /// Places in `features` after which they are taken.
    var taps: [Int] {
      switch self {
      case .alex: [1, 4, 7, 9, 11]
      case .vgg: [3, 8, 15, 22, 29]
      case .squeeze: [1, 4, 7, 9, 10, 11, 12]
      }
    }
  }
  let features: [any Layer]
  private let kind: Kind

  init(_ kind: Kind, _ generator: Generator) {
    self.kind = kind
    switch kind {
    case .alex: features = Self.alexNet(generator)
    case .vgg: features = Self.vgg16(generator)
    case .squeeze: features = Self.squeezeNet(generator)
    }
  }

  /// Images `[N, 3, H, W]` to the features at each tap, `[N, c, h, w]`.
  func callAsFunction(_ images: Tensor) -> [Tensor] {
    var x = images
    var taken: [Tensor] = []
    for (i, layer) in features.enumerated() {
      x = layer(x)
      if kind.taps.contains(i) { taken.append(x) }
    }
    return taken
  }

  private static func alexNet(_ generator: Generator) -> [any Layer] {
    [
      Conv2d(3, 64, kernel: 11, stride: 4, padding: 2, generator), Step.relu, Step.maxPool(3, stride: 2),
      Conv2d(64, 192, kernel: 5, padding: 2, generator), Step.relu, Step.maxPool(3, stride: 2),
      Conv2d(192, 384, kernel: 3, padding: 1, generator), Step.relu, Conv2d(384, 256, kernel: 3, padding: 1, generator), Step.relu,
      Conv2d(256, 256, kernel: 3, padding: 1, generator), Step.relu,
    ]
  }
  private static func vgg16(_ generator: Generator) -> [any Layer] {
    var layers: [any Layer] = []
    var width = 3
    for (block, count) in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)] {
      if width > 3 { layers.append(Step.maxPool(2, stride: 2)) }
      for _ in 0..<count {
        layers += [Conv2d(width, block, kernel: 3, padding: 1, generator), Step.relu] as [any Layer]
        width = block
      }
    }
    return layers
  }
  /// Version 1.1.
  private static func squeezeNet(_ generator: Generator) -> [any Layer] {
    func fire(_ input: Int, _ squeeze: Int, _ expand: Int) -> Fire { Fire(input, squeeze: squeeze, expand: expand, generator) }
    let pool = { Step.maxPool(3, stride: 2, ceil: true) }
    return [
      Conv2d(3, 64, kernel: 3, stride: 2, generator), Step.relu, pool(), fire(64, 16, 64), fire(128, 16, 64), pool(), fire(128, 32, 128),
      fire(256, 32, 128), pool(), fire(256, 48, 192), fire(384, 48, 192), fire(384, 64, 256), fire(512, 64, 256),
    ]
  }
}

/// SqueezeNet's block: few channels, then twice `expand` from kernels of 1 and 3.
final class Fire: Layer {
  let squeeze, expand1x1, expand3x3: Conv2d

  init(_ input: Int, squeeze: Int, expand: Int, _ generator: Generator) {
    self.squeeze = Conv2d(input, squeeze, kernel: 1, generator)
    expand1x1 = Conv2d(squeeze, expand, kernel: 1, generator)
    expand3x3 = Conv2d(squeeze, expand, kernel: 3, padding: 1, generator)
  }
  func callAsFunction(_ x: Tensor) -> Tensor {
    let squeezed = squeeze(x).relu()
    return cat([expand1x1(squeezed).relu(), expand3x3(squeezed).relu()], 1)
  }
}
