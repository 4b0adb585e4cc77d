import Radiance
import Torch

extension ConditionedField {
  /// Renders rays of one frame in one piece, with history: the passes' results, first the coarse one, last the one that counts.
  ///
  /// - Parameters:
  ///   - rays: R of them.
  ///   - frame: Which of the conditioned frames they belong to.
  ///   - plate: Colours behind them, `[R, 3]`, all of class 0; nil is black.
  ///   - randoms: Jitter and noise for training; none is deterministic.
  public func render(
    _ rays: Rays, frame: Int = 0, sampling: RaySampling, plate: Tensor? = nil, randoms: RayRandoms = .none
  ) -> [RenderedRays] {
    let directions = configuration.direction(rays.directions)  // [R, D], once a ray
    func seen(_ depths: Tensor) -> (points: CanonicalPoints, directions: Tensor) {
      let count = depths.size(1)
      let spread = directions.unsqueeze(1).expand(rays.count, count, directions.size(1)).reshape(rays.count * count, directions.size(1))
      return (canonical(rays.points(at: depths).reshape(rays.count * count, 3), frame: frame), spread)
    }
    func shaded(_ samples: (points: CanonicalPoints, directions: Tensor), pass: Int) -> Tensor {
      raw(samples.points, directions: samples.directions, pass: pass, frame: frame).reshape(rays.count, -1, configuration.classes + 4)
    }
    let coarseDepths = stratifiedDepths(near: rays.near, far: rays.far, count: sampling.coarse, jitter: randoms.jitter)
    let coarseSamples = seen(coarseDepths)
    let coarseRaw = shaded(coarseSamples, pass: 0)
    let (coarse, weights) = composited(coarseRaw, coarseDepths, rays, plate, randoms.coarseNoise)
    guard sampling.fine > 0 else { return [coarse] }

    let newDepths = importanceDepths(depths: coarseDepths, weights: weights, u: randoms.importance, count: sampling.fine)
    if evaluation == .plain {
      let depths = cat([coarseDepths, newDepths], 1).sort(1).values
      return [coarse, composited(shaded(seen(depths), pass: 1), depths, rays, plate, randoms.fineNoise).rays]
    }
    let fineRaw = cat([configuration.sharesTemplate ? coarseRaw : shaded(coarseSamples, pass: 1), shaded(seen(newDepths), pass: 1)], 1)
    let (depths, order) = cat([coarseDepths, newDepths], 1).sort(1)
    let sorted = fineRaw.gather(1, order.unsqueeze(-1).expand(-1, -1, fineRaw.size(-1)))
    return [coarse, composited(sorted, depths, rays, plate, randoms.fineNoise).rays]
  }

  /// Colours, classes and depth of raw samples `[R, S, 3 + K + 1]` in the order of depth.
  func composited(
    _ raw: Tensor, _ depths: Tensor, _ rays: Rays, _ plate: Tensor?, _ noise: Tensor?
  ) -> (rays: RenderedRays, weights: Tensor) {
    let classes = configuration.classes
    let weights = Compositing.weights(
      density: Compositing.density(raw.select(-1, 3 + classes), noise: noise), depths: depths, directions: rays.directions)
    let colors = raw.narrow(-1, 0, 3).sigmoid(), scores = raw.narrow(-1, 3, classes)
    let values = cat([colors, configuration.semantics == .probabilities ? scores.softmax(-1) : scores], -1)
    let background = plate.map { Background.plate(cat([$0, backgroundClass.to($0.device).expand($0.size(0), -1)], 1)) } ?? .black
    var result = Compositing.rays(
      Compositing.composite(values, weights: weights, background: background), weights: weights, depths: depths)
    if configuration.semantics == .logits { result.semantics = result.semantics?.softmax(-1) }
    return (result, weights)
  }

  /// What the plate says of classes: background for certain. As a logit, certain means 10.
  private var backgroundClass: Tensor {
    let certain: Float = configuration.semantics == .probabilities ? 1 : 10
    return Tensor([certain] + [Float](repeating: 0, count: configuration.classes - 1), [1, configuration.classes])
  }
}
