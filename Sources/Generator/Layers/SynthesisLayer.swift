import Torch

/// What is added to a layer's outputs so that details differ from image to image.
package enum NoiseMode {
  /// The buffer of the layer, the same for every image.
  case constant
  /// Fresh numbers from the generator.
  case random(Generator)
  case none
}

/// A modulated 3 x 3 convolution with noise, bias and leaky ReLU, which may double the size.
package final class SynthesisLayer: Module {
  package static let checkpointNames = ["noiseStrength": "noise_strength", "noiseBuffer": "noise_const"]
  /// `[out, in, 3, 3]`
  package let weight: Tensor
  /// A number.
  package let noiseStrength: Tensor
  /// `[out]`
  package let bias: Tensor
  /// `[resolution, resolution]`, not trained.
  package let noiseBuffer: Tensor
  /// w to the style.
  package let affine: EqualisedLinear
  let doubles: Bool
  let clamp: Double?
  private let _filter = binomialFilter()
  private var _packed = PackedConvolution()

  /// `resolution` is the side of what comes out.
  package init(
    _ input: Int, _ output: Int, width: Int, resolution: Int, doubles: Bool = false, clamp: Double? = nil, _ generator: Generator
  ) {
    weight = Tensor.randn([output, input, 3, 3], generator).requiringGrad()
    noiseStrength = Tensor.zeros([]).requiringGrad()
    bias = Tensor.zeros([output]).requiringGrad()
    noiseBuffer = Tensor.randn([resolution, resolution], generator)
    affine = EqualisedLinear(width, input, initialBias: 1, generator)
    (self.doubles, self.clamp) = (doubles, clamp)
  }

  /// `[N, in, H, W]` with w `[N, width]` to `[N, out, H, W]`, twice as large where the layer doubles.
  package func callAsFunction(
    _ x: Tensor, _ w: Tensor, noise: NoiseMode = .constant, gain: Double = 1, by modulation: Modulation = .unfused
  ) -> Tensor {
    let added = self.noise(noise, count: x.size(0))
    if let drawn = drawn(x, w, noise: added, gain: gain, &_packed) { return drawn }
    return x.modulated(
      weight, styles: affine(w), noise: added, up: doubles ? 2 : 1, padding: 1, filter: _filter.to(x.device), flips: !doubles,
      by: modulation
    )
    .biased(bias, .lrelu, gain: LayerActivation.lrelu.gain * gain, clamp: clamp.map { $0 * gain })
  }

  /// What the noise adds to every channel, `[H, W]` or `[N, 1, H, W]`.
  private func noise(_ mode: NoiseMode, count: Int) -> Tensor? {
    switch mode {
    case .none: nil
    case .constant: noiseBuffer * noiseStrength
    case .random(let generator):
      Tensor.randn([count, 1] + noiseBuffer.shape, generator, device: noiseBuffer.device) * noiseStrength
    }
  }
}

/// A modulated 1 x 1 convolution that makes an image, or planes, of features; its style is divided by sqrt(in) in place of demodulation.
package final class ImageLayer: Module {
  /// `[out, in, 1, 1]`
  package let weight: Tensor
  /// `[out]`
  package let bias: Tensor
  package let affine: EqualisedLinear
  let clamp: Double?

  package init(_ input: Int, _ output: Int, width: Int, clamp: Double? = nil, _ generator: Generator) {
    weight = Tensor.randn([output, input, 1, 1], generator).requiringGrad()
    bias = Tensor.zeros([output]).requiringGrad()
    affine = EqualisedLinear(width, input, initialBias: 1, generator)
    self.clamp = clamp
  }

  /// `[N, in, H, W]` with w `[N, width]` to `[N, out, H, W]`.
  package func callAsFunction(_ x: Tensor, _ w: Tensor, by modulation: Modulation = .unfused) -> Tensor {
    if !isRecordingGradient, x.size(0) == 1 {
      // One product with the channels last, as the layers before leave them.
      let (h, width) = (x.size(2), x.size(3)), each = weight.reshape(weight.size(0), -1) * style(w)
      let y = x.permute(0, 2, 3, 1).reshape(h * width, -1).linear(each, bias)
      if let clamp { y.clamp_(-clamp, clamp) }
      return y.reshape(1, h, width, -1).permute(0, 3, 1, 2)
    }
    return x.modulated(weight, styles: style(w), demodulates: false, by: modulation).biased(bias, clamp: clamp)
  }
  func style(_ w: Tensor) -> Tensor { affine(w) / Double(weight.size(1)).squareRoot() }
}
