import Torch

/// A block of the discriminator, which halves its image: two convolutions beside a short cut of one, both at half the power.
package final class DiscriminatorBlock: Module {
  /// Of the outermost block: makes features of the images.
  let fromrgb: EqualisedConvolution?
  let conv0, conv1, skip: EqualisedConvolution

  /// `images` channels come into the outermost block, where `input` is what is made of them.
  package init(_ input: Int, _ output: Int, images: Int? = nil, clamp: Double?, _ generator: Generator) {
    fromrgb = images.map { EqualisedConvolution($0, input, kernel: 1, activation: .lrelu, clamp: clamp, generator) }
    conv0 = EqualisedConvolution(input, input, kernel: 3, activation: .lrelu, clamp: clamp, generator)
    conv1 = EqualisedConvolution(input, output, kernel: 3, activation: .lrelu, down: 2, clamp: clamp, generator)
    skip = EqualisedConvolution(input, output, kernel: 1, bias: false, down: 2, generator)
  }

  /// `[N, input, H, W]`, or images `[N, images, H, W]`, to `[N, output, H / 2, W / 2]`.
  package func callAsFunction(_ x: Tensor) -> Tensor {
    let x = fromrgb?(x) ?? x, half = 0.5.squareRoot()
    return skip(x, gain: half) + conv1(conv0(x), gain: half)
  }
}

/// The discriminator's end: from features of 4 x 4 to one vector an image.
final class DiscriminatorEnd: Module {
  let conv: EqualisedConvolution
  let fc, out: EqualisedLinear
  private let _deviation: MinibatchDeviation

  init(_ channels: Int, output: Int, _ configuration: DiscriminatorConfiguration, _ generator: Generator) {
    _deviation = MinibatchDeviation(group: configuration.group, channels: configuration.groupChannels)
    conv = EqualisedConvolution(
      channels + configuration.groupChannels, channels, kernel: 3, activation: .lrelu, clamp: configuration.clamp, generator)
    fc = EqualisedLinear(channels * 16, channels, activation: .lrelu, generator)
    out = EqualisedLinear(channels, output, generator)
  }

  /// `[N, channels, 4, 4]` to `[N, output]`.
  func callAsFunction(_ x: Tensor) -> Tensor { out(fc(conv(_deviation(x)).flatten(1))) }
}
