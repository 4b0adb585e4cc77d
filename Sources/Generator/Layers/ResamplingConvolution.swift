import Torch

extension Tensor {
  /// A convolution of `[N, in, H, W]` with `[out, in, k, k]` (k odd) that doubles or halves the size on the way, filtered so that nothing
  /// aliases.
  ///
  /// Without `flips` the weight is turned over (a true convolution), with it not (a correlation). What is done in which order follows from
  /// the fewest operations: a 1 x 1 kernel works where there are fewest pixels, a larger one is a strided or a transposed convolution.
  package func convolved(
    _ weight: Tensor, filter: Tensor? = nil, up: Int = 1, down: Int = 1, padding: Int = 0, flips: Bool = true, groups: Int = 1
  ) -> Tensor {
    precondition(up == 1 || down == 1, "a convolution makes its image larger or smaller, not both")
    let k = weight.size(-1)
    guard up != 1 || down != 1, let filter else {
      return conv2d(flips ? weight : weight.flip(2, 3), padding: padding, groups: groups)
    }
    let taps = filter.size(-1)
    if up > 1 {
      // Zeros before and after the image of `up` times the size, as far as the filter reaches.
      let before = padding + (taps + up - 1) / 2, after = padding + (taps - up) / 2
      let gain = Double(up * up)
      guard k > 1 else {
        return conv2d(weight, groups: groups)
          .resampled(filter, Resampling(up: (up, up), padding: [before, after, before, after], gain: gain))
      }
      // The transposed convolution already puts k - 1 zeros before, and k - up after.
      let left = before - (k - 1), right = after - (k - up), crop = Swift.max(Swift.min(-left, -right), 0)
      let kernel = flips ? weight.flip(2, 3) : weight
      return convTranspose2d(kernel.turned(groups), stride: up, padding: crop, groups: groups)
        .resampled(filter, Resampling(padding: [left + crop, right + crop, left + crop, right + crop], gain: gain))
    }
    let before = padding + (taps - down + 1) / 2, after = padding + (taps - down) / 2
    let padded = [before, after, before, after], kernel = flips ? weight : weight.flip(2, 3)
    guard k > 1 else {
      return resampled(filter, Resampling(down: (down, down), padding: padded)).conv2d(kernel, groups: groups)
    }
    return resampled(filter, Resampling(padding: padded)).conv2d(kernel, stride: down, groups: groups)
  }

  /// `[groups out, in, k, k]` to the `[groups in, out, k, k]` that transposed convolutions take.
  private func turned(_ groups: Int) -> Tensor {
    guard groups > 1 else { return transpose(0, 1) }
    let (out, k) = (size(0) / groups, size(-1))
    return reshape(groups, out, size(1), k, k).transpose(1, 2).reshape(groups * size(1), out, k, k)
  }
}

/// A convolution of the discriminator: y = clamp(g a(x * (c W) + b)), c = 1 / sqrt(in k^2), which may halve or double the size.
package final class EqualisedConvolution: Module {
  /// `[out, in, k, k]`
  package let weight: Tensor
  /// `[out]`
  package let bias: Tensor?
  private let _activation: LayerActivation
  private let _up, _down: Int
  private let _clamp: Double?
  private let _filter: Tensor

  package init(
    _ input: Int, _ output: Int, kernel: Int, bias: Bool = true, activation: LayerActivation = .linear, up: Int = 1, down: Int = 1,
    clamp: Double? = nil, _ generator: Generator
  ) {
    weight = Tensor.randn([output, input, kernel, kernel], generator).requiringGrad()
    self.bias = bias ? Tensor.zeros([output]).requiringGrad() : nil
    (_activation, _up, _down, _clamp) = (activation, up, down, clamp)
    _filter = binomialFilter()
  }

  /// `[N, in, H, W]` to `[N, out, up H / down, up W / down]`; the activation's gain and the clamp are multiplied with `gain`.
  package func callAsFunction(_ x: Tensor, gain: Double = 1) -> Tensor {
    let k = weight.size(2), scale = 1 / Double(weight.size(1) * k * k).squareRoot()
    return x.convolved(
      weight * scale, filter: _filter.to(x.device), up: _up, down: _down, padding: k / 2, flips: _up == 1
    )
    .biased(bias, _activation, gain: _activation.gain * gain, clamp: _clamp.map { $0 * gain })
  }
}
