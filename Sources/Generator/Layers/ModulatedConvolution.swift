import Torch

/// How a modulated convolution is computed; both give the same.
package enum Modulation: Sendable {
  /// Inputs are multiplied with the styles and outputs with what makes up for them: one convolution for all images of a batch.
  case unfused
  /// Every image has weights of its own, in one grouped convolution.
  case fused
}

extension Tensor {
  /// A convolution of `[N, in, H, W]` whose weight `[out, in, k, k]` is multiplied with each image's style `[N, in]`:
  ///
  ///     y_o = d_o sum_i s_i x_i * W_oi + noise, d_o = (sum_ik (s_i W_oik)^2 + 1e-8)^(-1/2) where `demodulates`, else 1
  ///
  /// `up` 2 doubles the size with `filter`. `flips` as for `convolved`; `noise` is anything that fits `[N, out, H, W]`.
  package func modulated(
    _ weight: Tensor, styles: Tensor, noise: Tensor? = nil, up: Int = 1, padding: Int = 0, filter: Tensor? = nil,
    demodulates: Bool = true, flips: Bool = true, by modulation: Modulation = .unfused
  ) -> Tensor {
    let n = size(0), shape = weight.shape
    switch modulation {
    case .unfused:
      let scaled = self * styles.reshape(n, -1, 1, 1)
      var y = scaled.convolved(weight, filter: filter, up: up, padding: padding, flips: flips)
      if demodulates { y = y * demodulation(weight, styles).reshape(n, -1, 1, 1) }
      return noise.map { y + $0 } ?? y
    case .fused:
      var each = weight.unsqueeze(0) * styles.reshape(n, 1, -1, 1, 1)
      if demodulates { each = each * demodulation(weight, styles).reshape(n, -1, 1, 1, 1) }
      let y = reshape(1, n * shape[1], size(2), size(3))
        .convolved(
          each.reshape([n * shape[0]] + shape.dropFirst()), filter: filter, up: up, padding: padding, flips: flips, groups: n)
      let apart = y.reshape(n, shape[0], y.size(2), y.size(3))
      return noise.map { apart + $0 } ?? apart
    }
  }
}

/// d of `Tensor.modulated`, `[N, out]`, for a weight `[out, in, k, k]` and styles `[N, in]`.
func demodulation(_ weight: Tensor, _ styles: Tensor) -> Tensor {
  (styles.square().matmul(weight.square().sum(2, 3).t()) + 1e-8).rsqrt()
}
