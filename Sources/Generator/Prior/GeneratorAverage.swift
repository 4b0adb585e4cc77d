import Foundation
import Torch

/// The generator that is shown and kept: a running mean of the one that is trained, whose weights swing about.
///
/// A weight's influence halves every `halfLife` images; in the beginning, where all are bad, sooner.
package struct GeneratorAverage: Codable, Sendable, Equatable {
  /// Thousands of images; the published training has 10 / 32 of the batch.
  package var kimg: Double
  /// At most this share of the images shown so far; nil for no such limit.
  package var rampUp: Double?

  package init(kimg: Double, rampUp: Double? = 0.05) { (self.kimg, self.rampUp) = (kimg, rampUp) }

  /// What is left of the mean after a step of `batch` images with `images` shown before it: `0.5^(batch / half-life)`.
  package func share(images: Int, batch: Int) -> Double {
    let halfLife = min(kimg * 1000, rampUp.map { $0 * Double(images) } ?? .infinity)
    return pow(0.5, Double(batch) / max(halfLife, 1e-8))
  }

  /// Moves the parameters of `mean` towards those of `module`, of which they keep `share`, and copies everything else.
  package static func update(_ mean: any Module, from module: any Module, share: Double) {
    withoutGradient {
      for ((_, old), (_, new)) in zip(mean.state(), module.state()) {
        if new.requiresGrad { old.lerp_(new, 1 - share) } else { old.copy_(new) }
      }
    }
  }
}
