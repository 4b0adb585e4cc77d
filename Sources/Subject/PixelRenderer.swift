import Radiance
import Torch

extension ConditionedField {
  /// Renders rays of one frame without history, deterministically, in chunks: what their pixels show.
  ///
  /// The first pass only looks for density. Colours and classes are evaluated at samples that can be seen, without rounding. `plate` is
  /// `[R, 3]`, what lies behind the rays, nil for black. About `memory` bytes are taken by one temporary.
  public func pixels(
    _ rays: Rays, frame: Int = 0, sampling: RaySampling, plate: Tensor? = nil, memory: Int = 8 << 20
  ) -> RenderedRays {
    let samples = max(sampling.coarse, sampling.fine)
    let most = max(1, memory / (4 * configuration.widest * samples))
    return withoutGradient {
      let starts = Array(stride(from: 0, to: rays.count, by: most))
      let lanes = Lanes.map(min(Lanes.count, starts.count)) { lane in
        stride(from: lane, to: starts.count, by: Lanes.count).map { i in
          let range = starts[i]..<min(starts[i] + most, rays.count)
          return chunk(rays[range], frame, sampling, plate?.narrow(0, range.lowerBound, range.count))
        }
      }
      return RenderedRays(joining: starts.indices.map { lanes[$0 % Lanes.count][$0 / Lanes.count] })
    }
  }

  private func chunk(_ rays: Rays, _ frame: Int, _ sampling: RaySampling, _ plate: Tensor?) -> RenderedRays {
    if evaluation == .plain {
      let passes = render(rays, frame: frame, sampling: sampling, plate: plate)
      return passes[passes.count - 1]
    }
    let firstDepths = stratifiedDepths(near: rays.near, far: rays.far, count: sampling.coarse)
    let directions = configuration.direction(rays.directions)
    let first = canonical(rays.points(at: firstDepths).reshape(-1, 3), frame: frame)
    let firstFeatures = template(0).features(first.encoded, frame: frame)
    let firstRaw = rawDensity(firstFeatures, pass: 0).reshape(firstDepths.shape)
    let weights = Compositing.weights(density: Compositing.density(firstRaw), depths: firstDepths, directions: rays.directions)
    guard sampling.fine > 0 else {
      let seen = colored(first, firstFeatures, front(weights, plate), directions, pass: 0)
      return pixels(seen, weights, firstDepths, plate)
    }
    let newDepths = importanceDepths(depths: firstDepths, weights: weights, u: nil, count: sampling.fine)
    let new = canonical(rays.points(at: newDepths).reshape(-1, 3), frame: frame)
    let again = configuration.sharesTemplate ? firstFeatures : template(1).features(first.encoded, frame: frame)
    let features = template(1).features(new.encoded, frame: frame)
    let againRaw = configuration.sharesTemplate ? firstRaw : rawDensity(again, pass: 1).reshape(firstDepths.shape)
    let raw = cat([againRaw, rawDensity(features, pass: 1).reshape(newDepths.shape)], 1)
    let (depths, order) = cat([firstDepths, newDepths], 1).sort(1)
    let sorted = Compositing.weights(
      density: Compositing.density(raw.gather(1, order)), depths: depths, directions: rays.directions)
    let shares = call("aten::scatter.src", raw.zerosLike(), 1, order, front(sorted, plate))
    let seen =
      colored(first, again, shares.narrow(1, 0, sampling.coarse), directions, pass: 1)
      + colored(new, features, shares.narrow(1, sampling.coarse, sampling.fine), directions, pass: 1)
    return pixels(seen, sorted, depths, plate)
  }

  /// The weights with which samples show their own colours: where there is a plate, the last one shows that.
  private func front(_ weights: Tensor, _ plate: Tensor?) -> Tensor {
    guard plate != nil else { return weights }
    let last = weights.size(1) - 1
    return cat([weights.narrow(1, 0, last), weights.narrow(1, last, 1).zerosLike()], 1)
  }

  /// Sums of colours and classes over the samples with `weights` `[R, S]`: `[R, 3 + K]`.
  private func colored(_ points: CanonicalPoints, _ features: Tensor, _ weights: Tensor, _ directions: Tensor, pass: Int) -> Tensor {
    let visible = (weights.reshape(-1) .> LiveSamples.unseen).nonzero().squeeze(1)
    let ray = call("aten::div.Scalar_mode", visible, weights.size(1), "floor")
    let raw = template(pass).rawColors(
      features.indexSelect(0, visible), directions: directions.indexSelect(0, ray), grid: points.features.indexSelect(0, visible))
    let all = Tensor.zeros([weights.numel, raw.size(1)], raw.dtype, device: raw.device)
    callVoid("aten::index_put_", all, [Optional(visible)], values(raw), false)
    return weights.unsqueeze(1).matmul(all.reshape(weights.shape + [raw.size(1)])).squeeze(1)
  }

  private func pixels(_ seen: Tensor, _ weights: Tensor, _ depths: Tensor, _ plate: Tensor?) -> RenderedRays {
    var map = seen
    if case .plate(let behind) = background(plate) { map = map + weights.narrow(1, weights.size(1) - 1, 1) * behind }
    return finished(Compositing.rays(map, weights: weights, depths: depths))
  }
}
