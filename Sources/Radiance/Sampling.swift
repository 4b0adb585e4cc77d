import Torch

/// Depths that divide `near...far` evenly, each moved at random inside its own cell.
///
/// Cells meet half-way between neighbours; the first and the last are half cells. `near` and `far` are `[R]`; `jitter` is `[R, count]`
/// in 0..<1, nil for no movement. Returns `[R, count]`, ascending.
package func stratifiedDepths(near: Tensor, far: Tensor, count: Int, jitter: Tensor? = nil) -> Tensor {
  let t = Tensor.linspace(0, 1, count, device: near.device)
  let even = near.unsqueeze(1) * (1 - t) + far.unsqueeze(1) * t
  guard let jitter, count > 1 else { return even }
  let middles = midpoints(even)
  let upper = cat([middles, even.narrow(1, count - 1, 1)], 1)
  let lower = cat([even.narrow(1, 0, 1), middles], 1)
  return lower + (upper - lower) * jitter
}

/// Half-way points between neighbours of the last dimension: `[..., n]` to `[..., n - 1]`.
package func midpoints(_ values: Tensor) -> Tensor {
  let last = values.size(-1) - 1
  return 0.5 * (values.narrow(-1, 1, last) + values.narrow(-1, 0, last))
}

/// Draws from the piecewise-constant density that `weights` `[R, B - 1]` put on `edges` `[R, B]`, by its inverse distribution function.
///
/// `u` is `[R, n]` in 0..<1; nil takes `count` even steps of 0...1. Returns `[R, n]` in the order of `u`. Weights are raised by 1e-5 so that
/// empty rays are sampled evenly (NeRF's hierarchical sampling).
package func inverseTransformSample(edges: Tensor, weights: Tensor, u: Tensor?, count: Int) -> Tensor {
  let raised = weights + 1e-5
  let density = raised / raised.sum(-1, keepdim: true)
  let accumulated = density.cumsum(-1)
  let distribution = cat([accumulated.narrow(-1, 0, 1).zerosLike(), accumulated], -1).contiguous()  // [R, B]
  let draws = (u ?? Tensor.linspace(0, 1, count, device: weights.device).expand(weights.size(0), count)).contiguous()
  let above = distribution.searchsorted(draws, right: true)
  let low = call("aten::clamp", above - Tensor(1), 0), high = call("aten::clamp", above, Int?.none, edges.size(-1) - 1)
  let startShare = distribution.gather(-1, low), endShare = distribution.gather(-1, high)
  let start = edges.gather(-1, low), end = edges.gather(-1, high)
  let gap = endShare - startShare
  let share = (draws - startShare) / gap.onesLike().where(gap .< 1e-5, else: gap)
  return start + share * (end - start)
}

/// New depths where a first pass over `depths` `[R, S]` found `weights` `[R, S]`: `[R, count]`, without history, not sorted.
///
/// The weights of the samples between the first and the last lie on the cells between half-way points.
package func importanceDepths(depths: Tensor, weights: Tensor, u: Tensor?, count: Int) -> Tensor {
  withoutGradient {
    inverseTransformSample(
      edges: midpoints(depths), weights: weights.narrow(-1, 1, weights.size(-1) - 2), u: u, count: count)
  }
}

/// How many samples a ray gets and how they are disturbed in training.
package struct RaySampling: Codable, Sendable, Equatable {
  /// Even samples of the first pass.
  package var coarse: Int
  /// Samples the second pass adds where the first found matter; 0 renders with the first pass alone.
  package var fine: Int
  /// Standard deviation of the noise on the density in training, before its rectifier.
  package var densityNoise: Double

  package init(coarse: Int = 64, fine: Int = 64, densityNoise: Double = 0.1) {
    self.coarse = coarse
    self.fine = fine
    self.densityNoise = densityNoise
  }
}

/// The random numbers that rendering rays in training takes; rendering without them is deterministic.
package struct RayRandoms {
  /// `[R, coarse]` and `[R, fine]`, in 0..<1.
  package var jitter: Tensor?, importance: Tensor?
  /// `[R, coarse]` and `[R, coarse + fine]`, in the order of depth, added to the raw density.
  package var coarseNoise: Tensor?, fineNoise: Tensor?

  package init(jitter: Tensor? = nil, importance: Tensor? = nil, coarseNoise: Tensor? = nil, fineNoise: Tensor? = nil) {
    self.jitter = jitter
    self.importance = importance
    self.coarseNoise = coarseNoise
    self.fineNoise = fineNoise
  }
  /// None: evaluation.
  package static var none: RayRandoms { RayRandoms() }

  /// Draws for `rays` rays, always in the same order, so that a generator's state decides them whatever the chunks.
  package static func drawn(_ sampling: RaySampling, rays: Int, _ generator: Generator) -> RayRandoms {
    let noisy = sampling.densityNoise > 0
    return RayRandoms(
      jitter: .rand([rays, sampling.coarse], generator),
      importance: sampling.fine > 0 ? .rand([rays, sampling.fine], generator) : nil,
      coarseNoise: noisy ? .randn([rays, sampling.coarse], generator) * sampling.densityNoise : nil,
      fineNoise: noisy && sampling.fine > 0
        ? .randn([rays, sampling.coarse + sampling.fine], generator) * sampling.densityNoise : nil)
  }

  /// The numbers of a run of the rays.
  package subscript(range: Range<Int>) -> RayRandoms {
    mapped { $0.narrow(0, range.lowerBound, range.count) }
  }
  /// The numbers of the rays at `indices`, `[n]` int64.
  package func gathered(_ indices: Tensor) -> RayRandoms { mapped { $0.indexSelect(0, indices) } }
  package func to(_ device: Device) -> RayRandoms { mapped { $0.to(device) } }
  private func mapped(_ pick: (Tensor) -> Tensor) -> RayRandoms {
    RayRandoms(
      jitter: jitter.map(pick), importance: importance.map(pick), coarseNoise: coarseNoise.map(pick), fineNoise: fineNoise.map(pick))
  }
}
