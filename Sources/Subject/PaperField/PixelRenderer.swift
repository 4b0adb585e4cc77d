import Radiance
import Torch

extension ConditionedField {
  /// What may be missing of a pixel's value of 1 where nothing else is said: a quarter of a step of eight bits.
  package static let invisible = 1e-3

  /// Renders rays of one frame without history, deterministically, in chunks: what their pixels show.
  ///
  /// Rays are followed from the front to the back and end where they have become opaque. The first pass only looks for density; colours and
  /// classes are evaluated at samples that can be seen. Neighbouring pixels should stand together: the networks leave out what is
  /// nothing in all of them. About `memory` bytes are taken by one temporary.
  /// - Parameters:
  ///   - plate: `[R, 3]`, what lies behind the rays, nil for black.
  ///   - tolerance: How far colours may be off; half of it goes to what lies behind the opaque, half to samples too thin to be seen. 0 leaves
  ///     out what is rounding and nothing more.
  package func pixels(
    _ rays: Rays, frame: Int = 0, sampling: RaySampling, background: Tensor? = nil, tolerance: Double = invisible, memory: Int = 8 << 20
  ) -> RenderedRays {
    let samples = memory / (4 * configuration.widest)
    let most =
      evaluation == .plain
      ? max(1, samples / max(sampling.coarse, sampling.fine))
      : max(1, min(samples / RayWalk.round, (rays.count + Lanes.count - 1) / Lanes.count))
    return withoutGradient {
      let starts = Array(stride(from: 0, to: rays.count, by: most))
      return RenderedRays(
        joining: Lanes.pieces(starts.count) { i in
          let range = starts[i]..<min(starts[i] + most, rays.count)
          return chunk(rays[range], frame, sampling, background?.narrow(0, range.lowerBound, range.count), tolerance)
        })
    }
  }

  private func chunk(_ rays: Rays, _ frame: Int, _ sampling: RaySampling, _ background: Tensor?, _ tolerance: Double) -> RenderedRays {
    if evaluation == .plain {
      let passes = render(rays, frame: frame, sampling: sampling, background: background)
      return passes[passes.count - 1]
    }
    let walk = RayWalk(field: self, rays: rays, frame: frame, hasPlate: background != nil, tolerance: tolerance)
    let firstDepths = stratifiedDepths(near: rays.near, far: rays.far, count: sampling.coarse)
    let first = walk(firstDepths, pass: 0, showsColors: sampling.fine == 0)
    guard sampling.fine > 0 else { return pixels(first, firstDepths, background) }
    let newDepths = importanceDepths(depths: firstDepths, weights: first.weights, u: nil, count: sampling.fine)
    let (depths, order) = cat([firstDepths, newDepths], 1).sort(1)
    return pixels(walk(depths, order: order, after: first, pass: 1, showsColors: true), depths, background)
  }

  private func pixels(_ seen: RayWalk.Seen, _ depths: Tensor, _ background: Tensor?) -> RenderedRays {
    var map = seen.map
    if case .background(let behind) = classified(background) { map = map + seen.weights.narrow(1, depths.size(1) - 1, 1) * behind }
    return finished(Compositing.rays(map, weights: seen.weights, depths: depths))
  }
}
