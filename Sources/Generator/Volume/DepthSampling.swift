import Radiance
import Torch

/// Depths at which rays are sampled.
package enum DepthSampling {
  /// Depths with some movement given by `jitter` `[N, M, S]`: `[N, M, S]`, ascending.
  ///
  /// S even steps of near...far, each moved by `jitter` times one step, so that the last one may lie beyond `far`. Limits are `[N, M]`.
  package static func stratified(near: Tensor, far: Tensor, jitter: Tensor) -> Tensor {
    let steps = jitter.size(-1), share = even(steps, near.device)
    let start = near.unsqueeze(-1), length = far.unsqueeze(-1) - start
    return start + share * length + jitter * (length / Double(steps - 1))
  }
  /// The same, evenly spaced in 1 / depth.
  package static func disparity(near: Tensor, far: Tensor, jitter: Tensor) -> Tensor {
    let steps = jitter.size(-1)
    let share = even(steps, near.device) + jitter * (1 / Double(steps - 1))
    return 1 / (near.unsqueeze(-1).reciprocal() * (1 - share) + far.unsqueeze(-1).reciprocal() * share)
  }
  /// As `configuration` says, for `rays`.
  package static func coarse(_ rays: LabelRays, jitter: Tensor, _ configuration: RenderingConfiguration) -> Tensor {
    let near: Tensor, far: Tensor
    switch configuration.limits {
    case .fixed:
      let shape = Array(rays.directions.shape.dropLast())
      near = Tensor.full(shape, configuration.near, device: rays.directions.device)
      far = Tensor.full(shape, configuration.far, device: rays.directions.device)
    case .auto:
      let limits = rays.limits(box: configuration.boxWarp)
      (near, far) = mended(near: limits.near, far: limits.far)
    }
    return configuration.disparity ? disparity(near: near, far: far, jitter: jitter) : stratified(near: near, far: far, jitter: jitter)
  }

  /// Limits for the rays that miss the box: the least of the others' beginnings, and the greatest of the others' beginnings.
  ///
  /// The second should be of their ends. Published generators were trained with it as it is, so it stays. If no ray meets the box nothing
  /// is changed.
  package static func mended(near: Tensor, far: Tensor) -> (near: Tensor, far: Tensor) {
    let hit = far .> near
    guard hit.any() else { return (near, far) }
    let first = near.maskedFill(hit.logicalNot(), .infinity).min(), last = near.maskedFill(hit.logicalNot(), -.infinity).max()
    return (near.where(hit, else: first), far.where(hit, else: last))
  }

  /// Weights of a first pass `[R, S - 1]` as the second one draws by them: each the mean of the two greatest of it and a neighbour, + 0.01.
  package static func smoothed(_ weights: Tensor) -> Tensor {
    let greatest = call("aten::max_pool1d", weights.unsqueeze(1), [2], [1], [1])
    return call("aten::avg_pool1d", greatest, [2], [1]).squeeze(1) + 0.01
  }
  /// Depths where a first pass over `depths` `[R, S]` found `weights` `[R, S - 1]` between neighbours: `[R, F]` in the order of `u` `[R, F]`,
  /// without history.
  ///
  /// Weight k + 1 is spread from middle k to middle k + 1, as published: half a step before where it was found.
  package static func importance(depths: Tensor, weights: Tensor, u: Tensor) -> Tensor {
    withoutGradient {
      let weights = smoothed(weights), inner = weights.size(-1) - 2
      return inverseTransformSample(
        edges: midpoints(depths).narrow(-1, 0, inner + 1), weights: weights.narrow(-1, 1, inner), u: u, count: u.size(-1))
    }
  }

  private static func even(_ steps: Int, _ device: Device) -> Tensor {
    Tensor.arange(steps, .float32, device: device) / Double(steps - 1)
  }
}
