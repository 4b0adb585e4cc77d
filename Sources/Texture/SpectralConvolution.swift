import Torch

/// A 3 x 3 convolution whose weight, as a matrix `[out, in * 9]`, is divided by its largest singular value (Miyato et al. 2018).
///
/// The value is `u^T W v`; while it learns, every call makes one step of the power iteration that turns u and v to the right directions.
final class SpectralConvolution: Trainable {
  static var checkpointNames: [String: String] { ["weight": "weight_orig", "left": "weight_u", "right": "weight_v"] }
  /// `[out, in, 3, 3]`
  let weight: Tensor
  /// `[out]`
  let bias: Tensor?
  /// u `[out]` and v `[in * 9]`, of length 1.
  let left, right: Tensor
  var isTraining = true

  init(_ input: Int, _ output: Int, _ generator: Generator) {
    let drawn = Conv2d(input, output, kernel: 3, padding: 1, generator)
    (weight, bias) = (drawn.weight, drawn.bias)
    left = Tensor.randn([output], generator).normalized(0)
    right = Tensor.randn([input * 9], generator).normalized(0)
  }

  /// `[B, in, H, W]` to `[B, out, H, W]`.
  func callAsFunction(_ x: Tensor) -> Tensor { x.conv2d(normalizedWeight(), bias, padding: 1) }

  private func normalizedWeight() -> Tensor {
    let matrix = weight.reshape(weight.size(0), -1)
    if isTraining {
      withoutGradient {
        right.copy_(matrix.t().matmul(left).normalized(0))
        left.copy_(matrix.matmul(right).normalized(0))
      }
    }
    // Copies: the next call's step must not change what this one's gradient needs.
    return weight / left.clone().dot(matrix.matmul(right.clone()), 0)
  }
}
