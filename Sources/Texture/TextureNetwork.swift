import Subject
import Torch

/// An image to 64 channels at half its size.
private func stem(_ convolution: [Conv2d], _ image: Tensor) -> Tensor { convolution[0](image).avgPool2d(2) }

/// E_t of the paper: what an image of the person shows, at three scales.
final class TextureExtractor: Module {
  let layer1: [Conv2d]
  let layer2, layer3, layer4: ResidualBlock

  init(_ normalization: TextureNormalization, _ generator: Generator) {
    layer1 = [Conv2d(3, 64, kernel: 3, padding: 1, generator)]
    layer2 = ResidualBlock(64, 64, halving: false, normalization, generator)
    layer3 = ResidualBlock(64, 128, halving: true, normalization, generator)
    layer4 = ResidualBlock(128, 256, halving: true, normalization, generator)
  }

  /// `[B, 3, H, W]` to 64 channels at 1/2, 128 at 1/4 and 256 at 1/8 of the size.
  func callAsFunction(_ image: Tensor) -> [Tensor] {
    let fine = layer2(stem(layer1, image))
    let middle = layer3(fine)
    return [fine, middle, layer4(middle)]
  }
}

/// G of the paper: a rendered image to the final one, looking at features of the source at every scale.
final class TextureGenerator: Module {
  let layer1: [Conv2d]
  let layer2, layer3, layer4, layer5, layer6, layer7: SpadeBlock
  let layer8: Conv2d

  init(_ generator: Generator) {
    layer1 = [Conv2d(3, 64, kernel: 3, padding: 1, generator)]
    layer2 = SpadeBlock(64, 64, features: 64, .halved, generator)
    layer3 = SpadeBlock(64, 128, features: 128, .halved, generator)
    layer4 = SpadeBlock(128, 256, features: 256, .none, generator)
    layer5 = SpadeBlock(256, 256, features: 256, .doubled, generator)
    layer6 = SpadeBlock(256, 128, features: 128, .doubled, generator)
    layer7 = SpadeBlock(128, 64, features: 64, .doubled, generator)
    layer8 = Conv2d(64, 3, kernel: 3, padding: 1, generator)
  }

  /// `[B, 3, H, W]`, sides multiples of 8, to the same shape; not squashed into 0...1.
  func callAsFunction(_ image: Tensor, _ sources: [StyleSource]) -> Tensor {
    var x = stem(layer1, image)
    for (block, scale) in [(layer2, 0), (layer3, 1), (layer4, 2), (layer5, 2), (layer6, 1), (layer7, 0)] { x = block(x, sources[scale]) }
    return layer8(x)
  }
}

/// How speech takes the place of the extractor's coarsest features.
package enum AudioSpread: String, Codable, Sendable {
  /// All 64 features at every position, four times over to fill 256 channels.
  case everywhere
  /// As the published code lays them out, side by side along a row of 4096 of which a resize keeps every 64th or 32nd: one or two of the
  /// 64 features ever arrive. Only for comparison with it.
  case published
}

/// The paper's texture enhancement, under the published names: E_t, G and, driven by speech, the network that reads the speech.
package final class TextureNetwork: Module {
  package static var checkpointNames: [String: String] { ["extractor": "idencoder", "generator": "refine_network", "audio": "AudioNet"] }
  let extractor: TextureExtractor
  let generator: TextureGenerator
  let audio: AudioNet?
  private let _spread: AudioSpread

  /// With `audio` channels of speech features a time step, the coarsest features are those of the speech.
  package init(
    normalization: TextureNormalization = .instance, audio: Int? = nil, spread: AudioSpread = .everywhere, _ random: Generator
  ) {
    extractor = TextureExtractor(normalization, random)
    generator = TextureGenerator(random)
    self.audio = audio.map { AudioNet(channels: $0, output: nil, random) }
    _spread = spread
  }

  /// What the generator is to look at: features of the source image `[B or 1, 3, H, W]`, 64, 128 and 256 channels.
  package func features(_ source: Tensor) -> [Tensor] { extractor(source) }

  /// 64 features of speech windows `[B, 16, channels]`, `[B, 64]`; nil for a network without speech.
  package func heard(_ windows: Tensor?) -> Tensor? { windows.flatMap { audio?($0) } }

  /// Enhances `[B, 3, H, W]`, with the source's features and, for a network with speech, what is `heard`.
  package func callAsFunction(_ image: Tensor, _ features: [StyleSource], heard: Tensor?) -> Tensor {
    guard let heard else { return generator(image, features) }
    return generator(image, [features[0], features[1], StyleSource(spread(heard))])
  }

  private func spread(_ heard: Tensor) -> Tensor {
    switch _spread {
    case .everywhere: heard.repeated(1, 4).reshape(heard.size(0), 256, 1, 1)
    // Alike in all channels and rows, so one row of one channel stands for them.
    case .published: heard.repeated(1, 64).reshape(heard.size(0), 1, 1, 4096).expand(-1, 256, -1, -1)
    }
  }
}
