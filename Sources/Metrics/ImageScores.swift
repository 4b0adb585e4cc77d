import Torch

/// How near one image comes to the truth, in the three customary figures.
package struct ImageScores: Equatable, Sendable {
  /// Mean absolute difference, 0 is best.
  package var l1: Double
  /// Decibels, more is better.
  package var psnr: Double
  /// With the Gaussian window, 1 is best; nil where no window fits.
  package var ssim: Double?

  package init(l1: Double, psnr: Double, ssim: Double?) {
    self.l1 = l1
    self.psnr = psnr
    self.ssim = ssim
  }

  /// Compares images `[H, W, 3]` in 0...1 where `mask`, `[H, W]` bool, holds; nil if it holds nowhere.
  package init?(_ image: Tensor, truth: Tensor, where mask: Tensor? = nil) {
    guard let l1 = Metrics.l1(image, truth, where: mask), let psnr = Metrics.psnr(image, truth, where: mask) else { return nil }
    self.init(l1: l1, psnr: psnr, ssim: Metrics.ssim(image, truth, where: mask))
  }

  /// The mean over images, of each figure over the images that have it; nil of none.
  ///
  /// PSNR is capped at 100 dB, so that one perfect image does not make the mean infinite.
  package static func mean(_ all: [ImageScores]) -> ImageScores? {
    func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
    guard let l1 = mean(all.map(\.l1)), let psnr = mean(all.map { min($0.psnr, 100) }) else { return nil }
    return ImageScores(l1: l1, psnr: psnr, ssim: mean(all.compactMap(\.ssim)))
  }
}
