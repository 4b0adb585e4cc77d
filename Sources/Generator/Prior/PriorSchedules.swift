import Foundation
import Torch

/// What changes with the number of images shown, as the paper of EG3D (Chan et al. 2022, section 4 and supplement) trains.
package struct PriorSchedules: Codable, Sendable, Equatable {
  /// The blur's first sigma in pixels, and thousands of images until it is gone.
  package var blur, blurKimg: Double
  /// Rays a side of the volume's image: in the beginning, at the end, and thousands of images from the one to the other.
  package var firstResolution, lastResolution: Int
  package var resolutionKimg: Double
  /// How often the generator is told another image's camera: always at first, this often after so many thousands of images.
  package var swap, swapKimg: Double

  package init(
    blur: Double, blurKimg: Double, firstResolution: Int, lastResolution: Int, resolutionKimg: Double, swap: Double, swapKimg: Double
  ) {
    (self.blur, self.blurKimg, self.firstResolution, self.lastResolution) = (blur, blurKimg, firstResolution, lastResolution)
    (self.resolutionKimg, self.swap, self.swapKimg) = (resolutionKimg, swap, swapKimg)
  }

  /// Pixels, after `images` images: linear to zero.
  package func blurSigma(_ images: Int) -> Double { blur * (1 - Self.progress(images, blurKimg)) }
  /// Rays a side, after `images` images: linear, rounded to the nearest (halves to even).
  package func resolution(_ images: Int) -> Int {
    let (first, last) = (Double(firstResolution), Double(lastResolution))
    return Int((first + (last - first) * Self.progress(images, resolutionKimg)).rounded(.toNearestOrEven))
  }
  /// The probability of another image's camera, after `images` images: linear from 1.
  package func swapProbability(_ images: Int) -> Double { 1 + (swap - 1) * Self.progress(images, swapKimg) }

  private static func progress(_ images: Int, _ kimg: Double) -> Double { kimg > 0 ? min(1, Double(images) / (kimg * 1000)) : 1 }

  /// The cameras `[N, 25]` that the generator is told for images with the cameras `labels`: with the probability of now, drawn for each
  /// image or once for all, those of the image before.
  ///
  /// It may learn that a smile goes with a frontal camera, as photos have it, but not to bend the face with the camera.
  package func conditioning(_ labels: Tensor, images: Int, together: Bool = false, _ generator: Generator) -> Tensor {
    let drawn = Tensor.rand([together ? 1 : labels.size(0), 1], generator).to(labels.device)
    return labels.roll(1, 0).where(drawn .< swapProbability(images), else: labels)
  }
}

/// Adam under lazy regularisation (Karras et al. 2020): a term that is added only in every k-th step, times k, is a step of its own, so
/// that k + 1 steps are made where k were; rate and decays are taken to the power that gives the same course.
package struct LazyRates: Equatable, Sendable {
  package let learningRate: Double
  package let betas: (Double, Double)

  /// `every` nil: there is no such term.
  package init(learningRate: Double, betas: (Double, Double) = (0, 0.99), every: Int?) {
    let ratio = every.map { Double($0) / Double($0 + 1) } ?? 1
    self.learningRate = learningRate * ratio
    self.betas = (betas.0 == 0 ? 0 : pow(betas.0, ratio), pow(betas.1, ratio))
  }
  package static func == (a: LazyRates, b: LazyRates) -> Bool { a.learningRate == b.learningRate && a.betas == b.betas }
}
