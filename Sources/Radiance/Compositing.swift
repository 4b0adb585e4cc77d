import Torch

/// What a pixel sees along its ray.
package struct RenderedRays {
  /// `[R, 3]`, 0...1.
  package var color: Tensor
  /// `[R, K]`: the share of each class, summing to the opacity; nil where the field has none.
  package var semantics: Tensor?
  /// `[R]`: depth weighted by visibility.
  package var depth: Tensor
  /// `[R]`: the sum of the weights.
  package var opacity: Tensor
  /// `[R]`: the visibility of the last sample, which is the background's where there is one.
  package var backgroundWeight: Tensor

  package init(color: Tensor, semantics: Tensor?, depth: Tensor, opacity: Tensor, backgroundWeight: Tensor) {
    self.color = color
    self.semantics = semantics
    self.depth = depth
    self.opacity = opacity
    self.backgroundWeight = backgroundWeight
  }

  /// Runs of rays one after another.
  package init(joining parts: [RenderedRays]) {
    func joined(_ part: (RenderedRays) -> Tensor) -> Tensor { parts.count == 1 ? part(parts[0]) : cat(parts.map(part)) }
    let semantics = parts.compactMap(\.semantics)
    self.init(
      color: joined(\.color), semantics: semantics.isEmpty ? nil : cat(semantics), depth: joined(\.depth), opacity: joined(\.opacity),
      backgroundWeight: joined(\.backgroundWeight))
  }

  /// `[R]`: one over the mean depth.
  package var disparity: Tensor { (depth / opacity).maximum(Tensor.full([], 1e-10, device: depth.device)).reciprocal() }
}

/// What stands behind the samples.
package enum Background {
  /// Nothing: what no sample stops stays black.
  case black
  /// What no sample stops is white.
  case white
  /// The last sample of each ray takes these values, colours then classes, `[R, 3 + K]`, and keeps its density.
  ///
  /// Together with the endless last interval this makes the plate stop all that is left.
  case background(Tensor)
}

/// The quadrature of volume rendering (Max 1995; Eq 6, 7, 11 of SAHS).
package enum Compositing {
  /// σ = relu(raw + noise), a little more at the last sample so that its endless interval is always opaque: `[R, S]`.
  package static func density(_ raw: Tensor, noise: Tensor? = nil) -> Tensor {
    let rectified = (noise.map { raw + $0 } ?? raw).relu()
    let last = rectified.size(-1) - 1
    return cat([rectified.narrow(-1, 0, last), rectified.narrow(-1, last, 1) + 1e-6], -1)
  }

  /// Each sample's visibility, α Π(1 - α) over those before it: `[R, S]`.
  ///
  /// `density` and `depths` are `[R, S]`, in the order of depth; `directions` `[R, 3]` scale depth to length.
  package static func weights(density: Tensor, depths: Tensor, directions: Tensor) -> Tensor {
    visibility(density: density, depths: depths, directions: directions).weights
  }

  /// The weights, and how much of the ray reaches each sample, Π(1 - α): both `[R, S]`.
  package static func visibility(density: Tensor, depths: Tensor, directions: Tensor) -> (weights: Tensor, reached: Tensor) {
    let count = depths.size(-1)
    let opacity = 1 - (-(density * lengths(depths: depths, directions: directions))).exp()
    let passed = (1 - opacity + 1e-10).cumprod(-1)
    let reached = cat([passed.narrow(-1, 0, 1).onesLike(), passed.narrow(-1, 0, count - 1)], -1)
    return (opacity * reached, reached)
  }

  /// How long the stretch behind each sample is, the last one's endless: `[R, S]`, of `depths` `[R, S]` and `directions` `[R, 3]`.
  package static func lengths(depths: Tensor, directions: Tensor) -> Tensor {
    let count = depths.size(-1)
    let steps = depths.narrow(-1, 1, count - 1) - depths.narrow(-1, 0, count - 1)
    return cat([steps, Tensor.full([depths.size(0), 1], 1e10, device: depths.device)], -1) * directions.norm(-1, keepdim: true)
  }

  /// Sums `values` `[R, S, C]` over each ray with `weights` `[R, S]` in front of `background`: `[R, C]`.
  package static func composite(_ values: Tensor, weights: Tensor, background: Background = .black) -> Tensor {
    let count = weights.size(-1)
    switch background {
    case .black: return sum(values, weights)
    case .white: return sum(values, weights) + (1 - weights.sum(-1, keepdim: true))
    case .background(let background):
      let front = count - 1
      return sum(values.narrow(1, 0, front), weights.narrow(-1, 0, front)) + weights.narrow(-1, front, 1) * background
    }
  }
  private static func sum(_ values: Tensor, _ weights: Tensor) -> Tensor { weights.unsqueeze(1).matmul(values).squeeze(1) }

  /// What a field said of a ray's samples, turned into what its pixel sees.
  ///
  /// `raw` is `[R, S, 3 + K + 1]`: colours before the sigmoid, classes before the softmax (K may be 0), density before the
  /// rectifier. Classes are composited as probabilities. Noise is added to the raw density.
  package static func render(
    _ raw: Tensor, depths: Tensor, directions: Tensor, background: Background = .black, noise: Tensor? = nil
  ) -> (rays: RenderedRays, weights: Tensor) {
    let classes = raw.size(-1) - 4
    let weights = weights(
      density: density(raw.select(-1, 3 + classes), noise: noise), depths: depths, directions: directions)
    var values = raw.narrow(-1, 0, 3).sigmoid()
    if classes > 0 { values = cat([values, raw.narrow(-1, 3, classes).softmax(-1)], -1) }
    let map = composite(values, weights: weights, background: background)
    return (rays(map, weights: weights, depths: depths), weights)
  }

  /// Takes a composited map `[R, 3 + K]` apart and adds depth and opacity.
  package static func rays(_ map: Tensor, weights: Tensor, depths: Tensor) -> RenderedRays {
    let classes = map.size(-1) - 3
    return RenderedRays(
      color: map.narrow(-1, 0, 3), semantics: classes > 0 ? map.narrow(-1, 3, classes) : nil, depth: (weights * depths).sum(-1),
      opacity: weights.sum(-1), backgroundWeight: weights.select(-1, weights.size(-1) - 1))
  }
}
