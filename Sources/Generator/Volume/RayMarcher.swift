import Radiance
import Torch

/// What rays see of a volume.
package struct RenderedFeatures {
  /// `[N, M, C]`, -1...1; the first three are an image.
  package var features: Tensor
  /// `[N, M, 1]`: the mean distance of what a ray sees, within the distances of all samples.
  package var depth: Tensor
  /// `[N, M, 1]`: the sum of the weights, how much a ray sees at all.
  package var weights: Tensor

  package init(features: Tensor, depth: Tensor, weights: Tensor) {
    self.features = features
    self.depth = depth
    self.weights = weights
  }

  /// As images of `resolution`² rays: features `[N, C, H, W]`, depth and weights `[N, 1, H, W]`.
  package func images(_ resolution: Int) -> (features: Tensor, depth: Tensor, weights: Tensor) {
    func image(_ rays: Tensor) -> Tensor { rays.transpose(1, 2).reshape(rays.size(0), rays.size(2), resolution, resolution) }
    return (image(features), image(depth), image(weights))
  }
}

/// Volume rendering with the values half-way between neighbouring samples (after Max's midpoint rule).
package enum RayMarcher {
  /// α = 1 - exp(-softplus(density - 1) δ), w = α Π (1 - α + 1e-10) over those before: `[N, M, S - 1]`.
  ///
  /// `densities` and `depths` are `[N, M, S]`, in the order of depth; densities count half-way between neighbours.
  package static func weights(densities: Tensor, depths: Tensor) -> Tensor {
    let lengths = depths.narrow(-1, 1, depths.size(-1) - 1) - depths.narrow(-1, 0, depths.size(-1) - 1)
    let passed = (-((midpoints(densities) - 1).softplus() * lengths)).exp()
    let reached = (passed + 1e-10).cumprod(-1)
    let before = cat([reached.narrow(-1, 0, 1).onesLike(), reached.narrow(-1, 0, reached.size(-1) - 1)], -1)
    return (1 - passed) * before
  }

  /// Features of samples `[N, M, S, C]` in 0...1 as seen along their rays, and the weights `[N, M, S - 1]`.
  ///
  /// A depth that is nothing's becomes the greatest of all samples', and every depth is held within those of all samples of the batch, as
  /// published: it may depend on the other images. `range` gives these bounds where the rays are only some of a batch's.
  package static func march(
    features: Tensor, densities: Tensor, depths: Tensor, whiteBack: Bool, range: (low: Tensor, high: Tensor)? = nil
  ) -> (rays: RenderedFeatures, weights: Tensor) {
    let weights = weights(densities: densities, depths: depths), seen = shares(weights).unsqueeze(-2).matmul(features).squeeze(-2)
    return (rays(seen: seen, weights: weights, depths: depths, whiteBack: whiteBack, range: range), weights)
  }

  /// Each sample's share in what is seen, `[N, M, S]`: half the weight before it and half the one behind it, `[N, M, S - 1]`.
  package static func shares(_ weights: Tensor) -> Tensor { 0.5 * (weights.pad([0, 1]) + weights.pad([1, 0])) }

  /// What rays see that see `seen` `[N, M, C]`, 0...1, of samples at `depths` with `weights` between them; `range` as for `march`.
  static func rays(
    seen: Tensor, weights: Tensor, depths: Tensor, whiteBack: Bool, range: (low: Tensor, high: Tensor)? = nil
  ) -> RenderedFeatures {
    let total = weights.sum(-1, keepdim: true), seen = whiteBack ? seen + 1 - total : seen
    let depth = meanDepth((weights * midpoints(depths)).sum(-1, keepdim: true), total)
    let bounds = range ?? (depths.min(), depths.max())
    return RenderedFeatures(features: seen * 2 - 1, depth: depth.maximum(bounds.low).minimum(bounds.high), weights: total)
  }

  /// A sum of weighted depths over the weights' sum, infinite where this is 0; without a gradient there.
  static func meanDepth(_ sum: Tensor, _ total: Tensor) -> Tensor {
    let empty = total .== 0
    return (sum / total.maskedFill(empty, 1)).maskedFill(empty, .infinity)
  }
}
