import Torch

/// What a synthesis block hands on: features `[N, channels, H, W]` and the image so far `[N, image channels, H, W]`.
package struct SynthesisState {
  package var feature: Tensor
  package var image: Tensor?
  package init(feature: Tensor, image: Tensor?) { (self.feature, self.image) = (feature, image) }
}

/// Two synthesis layers and the layer that adds to the image, at one size.
package final class SynthesisBlock: Module {
  /// Where a block's features come from.
  package enum Entry: Sendable {
    /// A learnt constant: the first block, with one layer fewer.
    case constant
    /// The block before, which is half as large.
    case doubling
    /// What is before, of the same size.
    case level
  }

  package static let checkpointNames = ["constant": "const", "toRGB": "torgb"]
  /// `[channels, resolution, resolution]` of a first block.
  package let constant: Tensor?
  package let conv0: SynthesisLayer?
  package let conv1: SynthesisLayer
  package let toRGB: ImageLayer
  package let entry: Entry

  /// `resolution` is the side of what comes out; `input` counts for nothing in a first block.
  package init(
    _ entry: Entry, _ input: Int, _ output: Int, width: Int, resolution: Int, imageChannels: Int, clamp: Double? = nil,
    _ generator: Generator
  ) {
    self.entry = entry
    let first = entry == .constant
    constant = first ? Tensor.randn([output, resolution, resolution], generator).requiringGrad() : nil
    conv0 =
      first
      ? nil
      : SynthesisLayer(input, output, width: width, resolution: resolution, doubles: entry == .doubling, clamp: clamp, generator)
    conv1 = SynthesisLayer(output, output, width: width, resolution: resolution, clamp: clamp, generator)
    toRGB = ImageLayer(output, imageChannels, width: width, clamp: clamp, generator)
  }

  /// How many style vectors it takes; the last is the image layer's.
  package var layers: Int { conv0 == nil ? 2 : 3 }

  /// One step on from what is before, nil for a first block, with `layers` style vectors `[N, layers, width]`.
  package func callAsFunction(
    _ before: SynthesisState?, _ ws: Tensor, noise: NoiseMode = .constant, by modulation: Modulation = .unfused
  ) -> SynthesisState {
    var x: Tensor
    if let constant {
      x = constant.unsqueeze(0).expand([ws.size(0)] + constant.shape)
    } else if let before, let conv0 {
      x = conv0(before.feature, ws.select(1, 0), noise: noise, by: modulation)
    } else {
      fatalError("a block that is not the first needs what is before it")
    }
    x = conv1(x, ws.select(1, layers - 2), noise: noise, by: modulation)
    let added = toRGB(x, ws.select(1, layers - 1), by: modulation)
    guard let image = before?.image else { return SynthesisState(feature: x, image: added) }
    return SynthesisState(feature: x, image: (entry == .doubling ? image.doubled() : image) + added)
  }
}
