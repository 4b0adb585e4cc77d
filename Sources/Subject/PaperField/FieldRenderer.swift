import Radiance
import Torch

extension ConditionedField {
  /// Renders rays of one frame in one piece, with history: the passes' results, first the coarse one, last the one that counts.
  ///
  /// The deformations are evaluated once a sample: the second pass takes over what the first found.
  /// - Parameters:
  ///   - rays: R of them.
  ///   - frame: Which of the conditioned frames they belong to.
  ///   - plate: Colours behind them, `[R, 3]`, all of class 0; nil is black.
  ///   - randoms: Jitter and noise for training; none is deterministic.
  package func render(
    _ rays: Rays, frame: Int = 0, sampling: RaySampling, background: Tensor? = nil, randoms: RayRandoms = .none
  ) -> [RenderedRays] {
    let coarseDepths = stratifiedDepths(near: rays.near, far: rays.far, count: sampling.coarse, jitter: randoms.jitter)
    let samples = samples(rays, coarseDepths, frame: frame)
    let coarseRaw = shaded(samples, pass: 0, frame: frame)
    let (coarse, weights) = composited(coarseRaw, coarseDepths, rays, background, randoms.coarseNoise)
    guard sampling.fine > 0 else { return [coarse] }

    let newDepths = importanceDepths(depths: coarseDepths, weights: weights, u: randoms.importance, count: sampling.fine)
    if evaluation == .plain {
      let depths = cat([coarseDepths, newDepths], 1).sort(1).values
      let raw = shaded(self.samples(rays, depths, frame: frame), pass: 1, frame: frame)
      return [coarse, composited(raw, depths, rays, background, randoms.fineNoise).rays]
    }
    let again = configuration.sharesTemplate ? coarseRaw : shaded(samples, pass: 1, frame: frame)
    let new = shaded(self.samples(rays, newDepths, frame: frame), pass: 1, frame: frame)
    return [coarse, merged(again, coarseDepths, new, newDepths, rays, background, randoms.fineNoise)]
  }

  /// The same, evaluating with history only the samples that live (see `LiveSamples`).
  func render(_ live: LiveSamples, _ rays: Rays, frame: Int, background: Tensor?, randoms: RayRandoms) -> [RenderedRays] {
    let samples = samples(rays, live.coarseDepths, frame: frame, chosen: live.coarse)
    func raw(_ samples: Samples, pass: Int, like depths: Tensor, at chosen: Tensor) -> Tensor {
      let values = shaded(samples, pass: pass, frame: frame).squeeze(0)
      let width = values.size(1)
      let dead = cat(
        [
          Tensor.zeros([depths.numel, width - 1], values.dtype, device: values.device),
          .full([depths.numel, 1], LiveSamples.deadDensity, values.dtype, device: values.device),
        ], 1)
      return call("aten::index_put", dead, [Optional(chosen)], values, false).reshape(depths.shape + [width])
    }
    let coarseRaw = raw(samples, pass: 0, like: live.coarseDepths, at: live.coarse)
    let (coarse, _) = composited(coarseRaw, live.coarseDepths, rays, background, randoms.coarseNoise)
    guard let newDepths = live.newDepths, let chosen = live.new else { return [coarse] }
    let again = configuration.sharesTemplate ? coarseRaw : raw(samples, pass: 1, like: live.coarseDepths, at: live.coarse)
    let new = raw(self.samples(rays, newDepths, frame: frame, chosen: chosen), pass: 1, like: newDepths, at: chosen)
    return [coarse, merged(again, live.coarseDepths, new, newDepths, rays, background, randoms.fineNoise)]
  }

  /// Points of rays in canonical hyper-space and the encoded directions they are seen from.
  struct Samples {
    let points: CanonicalPoints
    /// `[N, D]`, encoded once a ray.
    let directions: Tensor
    /// `[R, S]`, or `[1, N]` for a choice.
    let shape: [Int]
  }

  /// The samples of rays at `depths` `[R, S]`: all, or those at the flat indices `chosen` `[N]`.
  func samples(_ rays: Rays, _ depths: Tensor, frame: Int, chosen: Tensor? = nil) -> Samples {
    let directions = configuration.direction(rays.directions)
    let points = rays.points(at: depths).reshape(-1, 3)
    if let chosen {
      let ray = call("aten::div.Scalar_mode", chosen, depths.size(1), "floor")
      return Samples(
        points: canonical(points.indexSelect(0, chosen), frame: frame), directions: directions.indexSelect(0, ray),
        shape: [1, chosen.numel])
    }
    let spread = directions.unsqueeze(1).expand(depths.shape + [directions.size(1)]).reshape(depths.numel, directions.size(1))
    return Samples(points: canonical(points, frame: frame), directions: spread, shape: depths.shape)
  }

  /// What a pass's template says of samples: `[R, S, 3 + K + 1]`.
  private func shaded(_ samples: Samples, pass: Int, frame: Int) -> Tensor {
    raw(samples.points, directions: samples.directions, pass: pass, frame: frame).reshape(samples.shape + [configuration.classes + 4])
  }

  /// The second pass from raw values at the first pass's depths and at new ones.
  private func merged(
    _ first: Tensor, _ firstDepths: Tensor, _ new: Tensor, _ newDepths: Tensor, _ rays: Rays, _ background: Tensor?, _ noise: Tensor?
  ) -> RenderedRays {
    let (depths, order) = cat([firstDepths, newDepths], 1).sort(1)
    let raw = cat([first, new], 1)
    let sorted = raw.gather(1, order.unsqueeze(-1).expand(-1, -1, raw.size(-1)))
    return composited(sorted, depths, rays, background, noise).rays
  }

  /// Colours, classes and depth of raw samples `[R, S, 3 + K + 1]` in the order of depth.
  func composited(
    _ raw: Tensor, _ depths: Tensor, _ rays: Rays, _ background: Tensor?, _ noise: Tensor?
  ) -> (rays: RenderedRays, weights: Tensor) {
    let classes = configuration.classes
    let weights = Compositing.weights(
      density: Compositing.density(raw.select(-1, 3 + classes), noise: noise), depths: depths, directions: rays.directions)
    let map = Compositing.composite(values(raw.narrow(-1, 0, 3 + classes)), weights: weights, background: classified(background))
    return (finished(Compositing.rays(map, weights: weights, depths: depths)), weights)
  }

  /// What is summed along a ray, of raw colours and classes `[..., 3 + K]`.
  func values(_ raw: Tensor) -> Tensor {
    let scores = raw.narrow(-1, 3, configuration.classes)
    return cat([raw.narrow(-1, 0, 3).sigmoid(), configuration.semantics == .probabilities ? scores.softmax(-1) : scores], -1)
  }
  /// What a pixel shows, of what was summed along its ray.
  func finished(_ rays: RenderedRays) -> RenderedRays {
    guard configuration.semantics == .logits else { return rays }
    var result = rays
    result.semantics = rays.semantics?.softmax(-1)
    return result
  }
  /// The background's colors with its class: background for certain, as a logit 10.
  func classified(_ background: Tensor?) -> Background {
    guard let background else { return .black }
    let certain: Float = configuration.semantics == .probabilities ? 1 : 10
    let classes = Tensor([certain] + [Float](repeating: 0, count: configuration.classes - 1), [1, configuration.classes])
    return .background(cat([background, classes.to(background.device).expand(background.size(0), -1)], 1))
  }
}
