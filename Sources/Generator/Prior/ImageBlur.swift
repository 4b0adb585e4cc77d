import Foundation
import Torch

/// The blur under which training begins: a discriminator that sees fine detail at once judges nothing else.
///
/// Weights `2^(-(k / sigma)^2)` for whole `|k| <= floor(3 sigma)`, divided by their sum, along columns and rows; zero beyond the border.
package struct ImageBlur {
  /// `[2 floor(3 sigma) + 1]`; one weight changes nothing.
  package let kernel: Tensor

  /// `sigma` in pixels.
  package init(sigma: Double) {
    let reach = max(0, Int((sigma * 3).rounded(.down)))
    let weights = (-reach...reach).map { k in sigma > 0 ? exp2(-pow(Double(k) / sigma, 2)) : 1 }
    let sum = weights.reduce(0, +)
    kernel = Tensor(weights.map { Float($0 / sum) })
  }

  /// Images `[N, C, H, W]`, differentiable.
  package func callAsFunction(_ images: Tensor) -> Tensor {
    kernel.numel > 1 ? images.smoothed(kernel.to(images.device)) : images
  }
}
