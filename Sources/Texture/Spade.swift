import Torch

/// Spatially adaptive normalisation (Park et al. 2019): `norm(x) * (1 + gamma(f)) + beta(f)`, norm over each channel of each image.
package final class SpadeLayer: Module {
  package static var checkpointNames: [String: String] { ["shared": "mlp_shared", "gamma": "conv_gamma", "beta": "conv_beta"] }
  let shared: [Conv2d]
  let gamma, beta: Conv2d
  private let _norm: InstanceNorm2d

  /// For `channels` of x and `features` of f.
  package init(_ channels: Int, features: Int, _ generator: Generator) {
    shared = [Conv2d(features, 128, kernel: 3, padding: 1, generator)]
    gamma = Conv2d(128, channels, kernel: 3, padding: 1, generator)
    beta = Conv2d(128, channels, kernel: 3, padding: 1, generator)
    _norm = InstanceNorm2d(channels)
  }

  /// `[B, C, H, W]`, with features of any size.
  package func callAsFunction(_ x: Tensor, _ source: StyleSource) -> Tensor {
    let style = source.style(of: self, size: [x.size(2), x.size(3)])
    return _norm(x) * style.factor + style.shift
  }

  /// 1 + gamma and beta, `[B or 1, C, H, W]` each, for features resized to the nearest of their elements.
  func style(_ features: Tensor, size: [Int]) -> (factor: Tensor, shift: Tensor) {
    let seen = shared[0](features.interpolate(size: size, .nearest)).relu()
    return (gamma(seen) + 1, beta(seen))
  }
}

/// Features of the source image, `[B or 1, C, H, W]`, and what the layers that look at them made of them.
///
/// One source serves a whole film, so what depends only on it is made once: three quarters of all the work.
package final class StyleSource {
  private let features: Tensor
  private let keeps: Bool
  private var known: [ObjectIdentifier: (size: [Int], style: (factor: Tensor, shift: Tensor))] = [:]

  /// With `keeps`, for images without history, styles are made once for each layer and size.
  package init(_ features: Tensor, keeps: Bool = false) { (self.features, self.keeps) = (features, keeps) }

  func style(of layer: SpadeLayer, size: [Int]) -> (factor: Tensor, shift: Tensor) {
    guard keeps else { return layer.style(features, size: size) }
    if let found = known[ObjectIdentifier(layer)], found.size == size { return found.style }
    let style = layer.style(features, size: size)
    known[ObjectIdentifier(layer)] = (size, style)
    return style
  }
}

/// A block of the generator: two convolutions behind SPADE layers, and a third one on the way past them.
package final class SpadeBlock: Module {
  package enum Scaling: Sendable { case none, halved, doubled }

  package static var checkpointNames: [String: String] {
    ["shortcutSpade": "spade_s", "shortcut": "conv_s", "halving": "residual_downsample", "doubling": "residual_upsample"]
  }
  let spade1, spade2, shortcutSpade: SpadeLayer
  let conv1, conv2, shortcut: SpectralConvolution
  let halving: Conv2d?
  let doubling: ConvTranspose2d?

  package init(_ input: Int, _ output: Int, features: Int, _ scaling: Scaling, _ generator: Generator) {
    spade1 = SpadeLayer(input, features: features, generator)
    conv1 = SpectralConvolution(input, output, generator)
    spade2 = SpadeLayer(output, features: features, generator)
    conv2 = SpectralConvolution(output, output, generator)
    halving = scaling == .halved ? Conv2d(input, input, kernel: 3, stride: 2, padding: 1, generator) : nil
    doubling =
      scaling == .doubled ? ConvTranspose2d(input, input, kernel: 3, stride: 2, padding: 1, outputPadding: 1, generator) : nil
    shortcutSpade = SpadeLayer(input, features: features, generator)
    shortcut = SpectralConvolution(input, output, generator)
  }

  /// `[B, in, H, W]` to `[B, out, H', W']`.
  package func callAsFunction(_ x: Tensor, _ source: StyleSource) -> Tensor {
    var (x, y) = (x, conv1(spade1(x, source).leakyRelu(0.2)))
    if let halving { (x, y) = (halving(x), y.avgPool2d(2)) }
    if let doubling { (x, y) = (doubling(x), y.interpolate(scale: 2, .nearest)) }
    return shortcut(shortcutSpade(x, source).leakyRelu(0.2)) + conv2(spade2(y, source).leakyRelu(0.2))
  }
}
