import Foundation
import Torch

/// SSIM of Wang et al. 2004: how alike the structure of two images is, 1 for equal ones.
///
/// Per window and channel `(2 m_a m_b + C1) (2 s_ab + C2) / ((m_a^2 + m_b^2 + C1) (s_a^2 + s_b^2 + C2))` with `C1 = 0.01^2`, `C2 = 0.03^2`
/// for values in 0...1; only windows that lie wholly in the image count.
package struct StructuralSimilarity: Sendable {
  /// The weights of a window along one side; the window is their outer product.
  package let taps: [Float]
  /// What variances are multiplied with: 1, or n / (n - 1) for the unbiased estimate over n pixels.
  package let varianceFactor: Double

  /// The paper's window, and what `ssim` means wherever this project reports it: Gaussian, 11 x 11, standard deviation 1.5 pixels.
  package static let gaussian = StructuralSimilarity(gaussian: 11, deviation: 1.5)
  /// scikit-image's default, a different number: 7 x 7, all alike, unbiased variances.
  package static let uniform = StructuralSimilarity(uniform: 7)

  package init(gaussian size: Int, deviation: Double) {
    let weights = (0..<size).map { i in exp(-pow((Double(i) - Double(size - 1) / 2) / deviation, 2) / 2) }
    taps = weights.map { Float($0 / weights.reduce(0, +)) }
    varianceFactor = 1
  }
  package init(uniform size: Int) {
    taps = [Float](repeating: 1 / Float(size), count: size)
    varianceFactor = Double(size * size) / Double(size * size - 1)
  }

  /// The similarity around each pixel whose window fits: `[H - n + 1, W - n + 1, C]` for images `[H, W, C]` in 0...1, windows of n x n.
  package func map(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.shape == b.shape && a.dim == 3, "images \(a.shape) and \(b.shape) cannot be compared")
    precondition(a.size(0) >= taps.count && a.size(1) >= taps.count, "\(a.shape) is smaller than a window of \(taps.count)")
    return withoutGradient {
      let (a, b) = (a.to(.float32).permute(2, 0, 1), b.to(.float32).permute(2, 0, 1))
      let means = smooth(stack([a, b, a * a, b * b, a * b])).unbind()
      let (meanA, meanB) = (means[0], means[1])
      let varianceA = (means[2] - meanA * meanA) * varianceFactor
      let varianceB = (means[3] - meanB * meanB) * varianceFactor
      let covariance = (means[4] - meanA * meanB) * varianceFactor
      let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
      let above = (2 * (meanA * meanB) + c1) * (2 * covariance + c2)
      let below = (meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2)
      return (above / below).permute(1, 2, 0)
    }
  }

  /// The mean similarity; with `mask`, `[H, W]` bool, over windows centred where it holds, nil if there is none or no window fits.
  package func callAsFunction(_ a: Tensor, _ b: Tensor, where mask: Tensor? = nil) -> Double? {
    guard a.size(0) >= taps.count, a.size(1) >= taps.count else { return nil }
    let all = map(a, b).to(.float64)
    guard let mask else { return all.mean().item }
    let border = taps.count / 2
    let inner = mask.narrow(0, border, all.size(0)).narrow(1, border, all.size(1))
    let chosen = all.index([inner])
    return chosen.numel == 0 ? nil : chosen.mean().item
  }

  /// Weighted means `[K, C, H', W']` of `[K, C, H, W]`, columns first, then rows.
  private func smooth(_ x: Tensor) -> Tensor {
    let n = taps.count
    let (k, c) = (x.size(0), x.size(1))
    let column = Tensor(taps, [1, 1, n, 1]), row = Tensor(taps, [1, 1, 1, n])
    let planes = x.reshape(k * c, 1, x.size(2), x.size(3))
    let columns = call("aten::conv2d", planes, column, Tensor?.none, [1, 1], [0, 0], [1, 1], 1)
    let both = call("aten::conv2d", columns, row, Tensor?.none, [1, 1], [0, 0], [1, 1], 1)
    return both.reshape(k, c, both.size(2), both.size(3))
  }
}

/// SSIM with the Gaussian window of 11 x 11; nil where `mask` leaves nothing to compare.
package func ssim(_ a: Tensor, _ b: Tensor, where mask: Tensor? = nil) -> Double? { StructuralSimilarity.gaussian(a, b, where: mask) }
