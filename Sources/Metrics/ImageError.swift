import Foundation
import Torch

/// The mean absolute difference of two tensors of one shape.
///
/// With `mask`, `[H, W]` bool over images `[H, W, C]`, only of the pixels where it holds; nil if it holds nowhere.
package func l1(_ a: Tensor, _ b: Tensor, where mask: Tensor? = nil) -> Double? {
  mean((a.to(.float32) - b.to(.float32)).abs(), where: mask)
}

/// The mean squared difference, where `mask` holds; nil if it holds nowhere.
package func meanSquaredError(_ a: Tensor, _ b: Tensor, where mask: Tensor? = nil) -> Double? {
  mean((a.to(.float32) - b.to(.float32)).square(), where: mask)
}

/// Peak signal-to-noise ratio in decibels, `10 log10(1 / MSE)`, of images `[H, W, C]` in 0...1, MSE over all channels.
///
/// Infinite for equal images; nil if `mask`, `[H, W]` bool, holds nowhere.
package func psnr(_ a: Tensor, _ b: Tensor, where mask: Tensor? = nil) -> Double? {
  meanSquaredError(a, b, where: mask).map { -10 * log10($0) }
}

/// The same of a mean squared error, at most 100 dB, so that one perfect image does not make a mean infinite. What is not a number stays
/// what it is: nothing is the better for it.
package func psnr(meanSquaredError error: Double) -> Double { -10 * log10(error < 1e-10 ? 1e-10 : error) }

/// In float64: an image has enough pixels for a float32 sum to lose digits.
private func mean(_ difference: Tensor, where mask: Tensor?) -> Double? {
  guard let mask else { return difference.numel == 0 ? nil : difference.to(.float64).mean().item }
  let chosen = difference.index([mask])
  return chosen.numel == 0 ? nil : chosen.to(.float64).mean().item
}
