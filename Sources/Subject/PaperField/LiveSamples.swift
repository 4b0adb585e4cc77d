import Radiance
import Torch

/// Where along its rays a field has something to learn.
///
/// Density is rectified: a sample whose raw density, noise included, is not above zero adds nothing to its pixel, and neither it nor
/// the networks get a gradient from it. The same holds, up to rounding, behind what is opaque. Found without history, such samples
/// can be left out of the pass with history: that is exact, and most of space is empty.
struct LiveSamples {
  /// `[R, coarse]` and `[R, fine]`, the second pass's own ones not sorted.
  let coarseDepths: Tensor
  let newDepths: Tensor?
  /// Flat indices, `[n]` int64, into each.
  let coarse: Tensor
  let new: Tensor?
  /// The part of the samples that live.
  let share: Double

  /// What density a sample that is left out counts as having.
  static let deadDensity = -1e9
  /// Less than this of a ray is rounding.
  static let unseen = 1e-8

  init(_ field: ConditionedField, _ rays: Rays, frame: Int, sampling: RaySampling, opaqueEnd: Bool, randoms: RayRandoms) {
    let count = rays.count
    func density(_ points: ConditionedField.CanonicalPoints, pass: Int) -> Tensor {
      field.rawDensity(points, pass: pass, frame: frame).reshape(count, -1)
    }
    func seen(_ depths: Tensor) -> ConditionedField.CanonicalPoints {
      field.canonical(rays.points(at: depths).reshape(-1, 3), frame: frame)
    }
    /// Which samples, in the order of depth, live; and their weights.
    func alive(_ raw: Tensor, _ depths: Tensor, _ noise: Tensor?) -> (Tensor, weights: Tensor) {
      let (weights, reached) = Compositing.visibility(
        density: Compositing.density(raw, noise: noise), depths: depths, directions: rays.directions)
      let alive = ((noise.map { raw + $0 } ?? raw) .> field.configuration.density.negligible) .& (reached .> Self.unseen)
      guard !opaqueEnd else { return (alive, weights) }
      // Without a plate behind it the last sample shows its own colour.
      let last = raw.size(1) - 1
      return (cat([alive.narrow(1, 0, last), alive.narrow(1, last, 1).onesLike()], 1), weights)
    }
    let depths = stratifiedDepths(near: rays.near, far: rays.far, count: sampling.coarse, jitter: randoms.jitter)
    let points = seen(depths)
    let raw = density(points, pass: 0)
    var (needed, weights) = alive(raw, depths, randoms.coarseNoise)
    coarseDepths = depths
    guard sampling.fine > 0 else {
      (newDepths, new) = (nil, nil)
      (coarse, share) = (Self.chosen(needed), Self.share([needed]))
      return
    }
    let added = importanceDepths(depths: depths, weights: weights, u: randoms.importance, count: sampling.fine)
    let fineRaw = cat([field.configuration.sharesTemplate ? raw : density(points, pass: 1), density(seen(added), pass: 1)], 1)
    let (sorted, order) = cat([depths, added], 1).sort(1)
    let (inOrder, _) = alive(fineRaw.gather(1, order), sorted, randoms.fineNoise)
    let unsorted = call("aten::scatter.src", inOrder.zerosLike(), 1, order, inOrder)
    needed = needed .| unsorted.narrow(1, 0, sampling.coarse)
    newDepths = added
    let own = unsorted.narrow(1, sampling.coarse, sampling.fine)
    (coarse, new, share) = (Self.chosen(needed), Self.chosen(own), Self.share([needed, own]))
  }

  /// The flat indices at which `mask` holds, filled up with others to one of a few lengths: they are dead and change nothing, and kernels
  /// that are compiled for each length are compiled seldom.
  private static func chosen(_ mask: Tensor) -> Tensor {
    let flat = mask.flatten()
    let live = flat.nonzero().squeeze(1)
    let step = max(1, flat.numel / 16)
    let missing = min((live.numel + step - 1) / step * step, flat.numel) - live.numel
    guard missing > 0 else { return live }
    return cat([live, flat.logicalNot().nonzero().squeeze(1).narrow(0, 0, missing)])
  }

  private static func share(_ masks: [Tensor]) -> Double {
    masks.map { $0.to(.float32).sum().item }.reduce(0, +) / Double(masks.map(\.numel).reduce(0, +))
  }
}
