import Torch

/// Tells real images from made ones, and looks at two at once: the finished image and what was rendered of the volume, enlarged, so
/// that the super-resolution keeps to the volume (Chan et al. 2022, section 4.3).
///
/// Its weights have the names of the published discriminator's state_dict.
package final class DualDiscriminator: Module, NamedParts {
  private let _blocks: [(name: String, part: DiscriminatorBlock)]
  package var namedParts: [(name: String, part: any Module)] { _blocks }
  /// Of the label, to what the result is weighted with.
  let mapping: MappingNetwork?
  let b4: DiscriminatorEnd
  private let _configuration: DiscriminatorConfiguration

  package init(_ configuration: DiscriminatorConfiguration, _ generator: Generator) {
    _configuration = configuration
    let outermost = configuration.resolution, last = configuration.channels(4)
    _blocks = sequence(first: outermost) { $0 / 2 }.prefix { $0 > 4 }.map { side in
      let block = DiscriminatorBlock(
        configuration.channels(side), configuration.channels(side / 2),
        images: side == outermost ? 2 * configuration.imageChannels : nil, clamp: configuration.clamp, generator)
      return ("b\(side)", block)
    }
    mapping =
      configuration.label > 0
      ? MappingNetwork(
        latent: 0, label: configuration.label, width: last, layers: configuration.mappingLayers, keepsAverage: false, generator) : nil
    b4 = DiscriminatorEnd(last, output: configuration.label > 0 ? last : 1, configuration, generator)
  }

  /// How real images `[N, 3, H, H]` in -1...1 with their rendered ones `[N, 3, h, h]` and cameras `[N, 25]` look: logits `[N, 1]`.
  package func callAsFunction(_ image: Tensor, raw: Tensor, label: Tensor) -> Tensor {
    let side = _configuration.resolution
    precondition(image.size(2) == side && image.size(3) == side, "images of \(image.shape) where they have a side of \(side)")
    let large = raw.size(2) == side ? raw : raw.interpolate(size: [side, side], .linear, antialias: true)
    let found = b4(_blocks.reduce(cat([image, large], 1)) { $1.part($0) })
    guard let mapping else { return found }
    // A projection (Miyato and Koyama 2018): how well the image fits its camera.
    return (found * mapping(nil, label)).sum(1, keepdim: true) / Double(found.size(1)).squareRoot()
  }
}
