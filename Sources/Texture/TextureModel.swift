import Torch

/// What a step looks at: cut-outs of rendered images and of the truth, and what the networks may see beside them.
struct TextureBatch {
  /// `[B, 3, H, W]` in 0...1 each; `source` is cut out of the source image at the same places.
  var rendered, truth, source: Tensor
  /// `[B, 16, channels]`: the speech around each frame.
  var speech: Tensor?
}

/// A network that makes rendered images look as filmed ones.
protocol TextureModel: Module {
  /// `[B, 3, H, W]` as the batch's images; nothing squashes it into 0...1, where gradients would end.
  func callAsFunction(_ batch: TextureBatch) -> Tensor
  /// One whole image, `[1, 3, H, W]` with sides that are multiples of `grain`, without history.
  func enhance(_ image: Tensor, speech: Tensor?) -> Tensor
  /// What the sides of images must be multiples of.
  var grain: Int { get }
}

extension TextureConfiguration {
  /// The network with random weights; `source` is the source image, `[H, W, 3]` uint8.
  func makeModel(source: Tensor, _ generator: Generator) -> any TextureModel {
    switch variant {
    case .light: LightTexture(light, generator)
    case .paper: PaperTexture(paper, source: source, generator)
    }
  }
}

/// A few convolutions on a grid of fewer pixels, whose result is added to the image: each reads and writes a block of pixels at its ends.
///
/// It is an odd function of the image's detail: the first filters have no mean, nothing has a bias, tanh is odd. So it cannot add the same
/// pattern of dots to every block, or wherever there is detail, which is the first that is learnt otherwise when there is too little: what it
/// adds to a dark line on bright it takes from a bright one on dark, and from what is even nothing.
final class LightTexture: TextureModel {
  let entry: Conv2d
  let layers: [Conv2d]
  let exit: Conv2d
  let grain: Int

  init(_ shape: TextureConfiguration.Light, _ generator: Generator) {
    let block = shape.block
    grain = block
    entry = Conv2d(3, shape.width, kernel: 2 * block, bias: false, generator)
    layers = (0..<shape.layers).map { _ in Conv2d(shape.width, shape.width, kernel: 3, padding: 1, bias: false, generator) }
    exit = Conv2d(shape.width, 3 * block * block, kernel: 3, padding: 1, bias: false, generator)
    // An untrained one changes nothing.
    withoutGradient { for (_, tensor) in exit.state() { tensor.zero_() } }
  }

  func callAsFunction(_ batch: TextureBatch) -> Tensor { correct(batch.rendered) }
  func enhance(_ image: Tensor, speech: Tensor?) -> Tensor { correct(image) }

  private func correct(_ image: Tensor) -> Tensor {
    let margin = Array(repeating: grain / 2, count: 4)
    let filters = entry.weight - entry.weight.mean(2, 3, keepdim: true)
    var x = image.pad(margin, .replicate).conv2d(filters, nil, stride: grain).tanh()
    for layer in layers { x = layer(x).tanh() }
    return image + exit(x).pixelShuffle(grain)
  }
}

/// The paper's networks around the source image that they look at.
final class PaperTexture: TextureModel {
  let network: TextureNetwork
  /// `[H, W, 3]` uint8: the frame that was filmed with the mouth most open.
  let source: Tensor
  /// Speech features a time step, of an enhancement that hears them.
  var speechChannels: Int? { _speech }
  private let _speech: Int?
  private let _isResidual: Bool
  private var _seen: (size: [Int], features: [StyleSource])?
  let grain = 8

  init(_ shape: TextureConfiguration.Paper, source: Tensor, _ generator: Generator) {
    network = TextureNetwork(normalization: shape.normalization, audio: shape.speech, generator)
    (self.source, _speech, _isResidual) = (source, shape.speech, shape.residual)
    if _isResidual { withoutGradient { for (_, tensor) in network.generator.layer8.state() { tensor.zero_() } } }
  }

  func callAsFunction(_ batch: TextureBatch) -> Tensor {
    // The weights are about to change.
    _seen = nil
    let features = network.features(batch.source).map { StyleSource($0) }
    return finish(network(batch.rendered, features, heard: network.heard(batch.speech)), batch.rendered)
  }

  func enhance(_ image: Tensor, speech: Tensor?) -> Tensor {
    network.train(false)
    defer { network.train() }
    let size = [image.size(2), image.size(3)]
    let features: [StyleSource]
    if let seen = _seen, seen.size == size {
      features = seen.features
    } else {
      let whole = (source.to(.float32) / 255).permute(2, 0, 1).unsqueeze(0)
      features = network.features(whole.interpolate(size: size, .linear, antialias: true)).map { StyleSource($0, keeps: true) }
      _seen = (size, features)
    }
    return finish(network(image, features, heard: network.heard(speech)), image)
  }

  private func finish(_ made: Tensor, _ image: Tensor) -> Tensor { _isResidual ? image + made : made }
}
