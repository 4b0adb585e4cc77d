import Torch

/// The weights of the losses (Eq 14).
package struct LossConfiguration: Codable, Sendable, Equatable {
  /// λ of the semantic loss.
  package var semantic = 0.02
  /// Weight of the mean errors over the rays of the mouth's classes; the published code has 0.005, the paper none.
  package var mouth = 0.0
  /// Mouth interior and lips.
  package var mouthClasses = [7, 8]
  package init() {}
  package static var paper: LossConfiguration { LossConfiguration() }
  package static var published: LossConfiguration {
    var configuration = LossConfiguration()
    configuration.mouth = 0.005
    return configuration
  }
}

/// The losses of Eq 12 and 13, a ray at a time.
package enum RayLoss {
  /// Squared error summed over the colours, `[R]`; `predicted` and `truth` are `[R, 3]`.
  package static func photometric(_ predicted: Tensor, _ truth: Tensor) -> Tensor { (predicted - truth).square().sum(-1) }

  /// -Σ_l p_l log(p̂_l + 1e-10), `[R]`; `predicted` and `truth` are `[R, K]`, a row of zeros in `truth` for an unlabelled ray.
  package static func semantic(_ predicted: Tensor, _ truth: Tensor) -> Tensor { -(truth * (predicted + 1e-10).log()).sum(-1) }

  /// Labels `[R]` (uint8 or int64; classes and anything above for unlabelled) as rows of zeros and ones, `[R, K]`.
  package static func oneHot(_ labels: Tensor, classes: Int) -> Tensor {
    (labels.to(.int64).unsqueeze(1) .== Tensor.arange(classes, device: labels.device).unsqueeze(0)).to(.float32)
  }

  /// Sums of `values` `[R]` over the rays of each of so many classes, added up in the rays' order whatever the number of threads.
  static func sums(_ values: Tensor, _ labels: Tensor, _ classes: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: classes)
    for (value, label) in zip(values.floats, labels.to(.int64).array(Int.self)) where label < classes { sums[label] += Double(value) }
    return sums
  }

  /// The mean of `values` `[R]` over the rays of each class, 0 where there are none: `[K]`.
  package static func classMeans(_ values: Tensor, _ truth: Tensor) -> Tensor {
    values.unsqueeze(0).matmul(truth).squeeze(0) / truth.sum(0).clamp(1)
  }

  /// What each ray's errors weigh in the loss of a batch: the loss is Σ_r (photometric_r a_r + semantic_r b_r), both `[R]`.
  ///
  /// Knowing them beforehand, a batch can be worked through in chunks.
  package static func weights(_ truth: Tensor, _ configuration: LossConfiguration) -> (photometric: Tensor, semantic: Tensor) {
    let rays = Double(truth.size(0))
    let even = Tensor.full([truth.size(0)], 1 / rays, device: truth.device)
    guard configuration.mouth > 0 else { return (even, even * configuration.semantic) }
    let chosen = truth.indexSelect(1, Tensor(configuration.mouthClasses).to(truth.device))
    let mouth = (chosen / chosen.sum(0).clamp(1)).sum(-1) * configuration.mouth
    return (even + mouth, even * configuration.semantic + mouth)
  }

  /// The loss of one pass over a batch: colours `[R, 3]`, classes `[R, K]`, a scalar.
  package static func total(
    color: Tensor, semantics: Tensor, trueColor: Tensor, truth: Tensor, _ configuration: LossConfiguration
  ) -> Tensor {
    let weights = weights(truth, configuration)
    return (photometric(color, trueColor) * weights.photometric + semantic(semantics, truth) * weights.semantic).sum()
  }
}
