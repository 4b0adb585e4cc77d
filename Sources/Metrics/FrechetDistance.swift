import Torch

/// Mean and covariance of the features of many images, the normal distribution that the Fréchet distance takes them for.
package struct FeatureStatistics {
  /// `[D]` and `[D, D]`, float64; the covariance is divided by n - 1.
  package let mean, covariance: Tensor
  package let count: Int

  /// Of features `[N, D]`; nil of fewer than two.
  package init?(_ features: Tensor) {
    precondition(features.dim == 2, "features are [N, D], not \(features.shape)")
    count = features.size(0)
    guard count >= 2 else { return nil }
    let x = withoutGradient { features.to(Device.cpu).to(.float64) }
    mean = x.mean(0)
    let away = x - mean
    covariance = away.t().matmul(away) / Double(count - 1)
  }

  /// `|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))` (Heusel et al. 2017): 0 for one distribution, more the farther apart they are.
  ///
  /// FID where the features are those of the Inception network; of other features it is a number of its own, to be compared only with
  /// numbers of the same features and about as many images: the fewer there are, the larger it is by chance.
  package func frechetDistance(to other: FeatureStatistics) -> Double {
    // (S1 S2)^(1/2) has the trace of (R S2 R)^(1/2), R = S1^(1/2), which is symmetric.
    let (values, vectors) = covariance.eigh()
    let root = (vectors * values.clamp(0).sqrt()).matmul(vectors.t())
    let inner = root.matmul(other.covariance).matmul(root)
    let cross = ((inner + inner.t()) * 0.5).eigh().values.clamp(0).sqrt().sum()
    let spread = covariance.diagonal().sum() + other.covariance.diagonal().sum()
    return ((mean - other.mean).square().sum() + spread - 2 * cross).item
  }
}

/// The Fréchet distance of two sets of features, `[N, D]` and `[M, D]`; nil where one has fewer than two.
package func frechetDistance(_ a: Tensor, _ b: Tensor) -> Double? {
  guard let a = FeatureStatistics(a), let b = FeatureStatistics(b) else { return nil }
  return a.frechetDistance(to: b)
}
