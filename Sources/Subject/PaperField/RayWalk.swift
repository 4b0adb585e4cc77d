import Radiance
import Torch

/// Follows rays of one frame from the front to the back, some samples of all of them at a time, as far as anything can be seen.
///
/// What lies behind a sample adds at most what reaches it: a ray ends where that is less than half the tolerance, and no colour is found
/// for samples that together make up less than the other half. Samples of neighbouring rays stand together, as networks like them.
struct RayWalk {
  /// Samples of each ray at a time.
  static let round = 16

  let field: ConditionedField
  let rays: Rays
  let frame: Int
  /// Whether the last sample shows what lies behind, not itself.
  let hasPlate: Bool
  /// How far a pixel's values, of 1, may be off.
  let tolerance: Double

  /// What a pass over the rays has found.
  struct Seen {
    /// `[R, N]`; nothing behind the end of a ray.
    var weights: Tensor
    /// `[R, 3 + K]`: sums of colours and classes.
    var map: Tensor
    /// Which of the rows below a sample is, `[N, R]` int64 and flat; -1 where it was not reached.
    var row: Tensor
    /// The samples that were reached.
    var points: ConditionedField.CanonicalPoints
    /// `[n, W]`: what the trunk made of them, where the second pass can use it.
    var features: Tensor?
  }
  /// Samples of a round.
  private struct Evaluated {
    /// Which of the round's samples each is, `[n]`; nil where they are in order.
    var slots: Tensor?
    var points: ConditionedField.CanonicalPoints
    var features: Tensor
  }

  /// A pass over samples at `depths` `[R, N]`, ascending. `order` `[R, N]` says which each is of the ones of `first` and new ones behind.
  func callAsFunction(_ depths: Tensor, order: Tensor? = nil, after first: Seen? = nil, pass: Int, showsColors: Bool) -> Seen {
    let (count, samples, device) = (rays.count, depths.size(1), depths.device)
    let lengths = Compositing.lengths(depths: depths, directions: rays.directions)
    let directions = field.configuration.direction(rays.directions)
    let weights = depths.zerosLike(), row = Tensor.full([samples * count], -1, .int64, device: device)
    let map = Tensor.zeros([count, field.configuration.classes + 3], depths.dtype, device: device)
    var all: [Evaluated] = [], rows = 0
    var active = Tensor.arange(count, device: device), reaching = depths.select(1, 0).onesLike()
    for start in stride(from: 0, to: samples, by: Self.round) where active.numel > 0 {
      let width = min(Self.round, samples - start), isLast = start + width == samples
      func part(_ table: Tensor) -> Tensor { table.narrow(1, start, width).indexSelect(0, active).t() }
      let number = order.map(part) ?? (Tensor.arange(width, device: device) + Tensor(start)).unsqueeze(1).expand(width, active.numel)
      let place = (number &* count + active).reshape(-1)
      let found = evaluated(place, depths: part(depths), of: active, after: first, pass: pass)
      let raw = inOrder(field.rawDensity(found.features, pass: pass), found.slots).reshape(width, active.numel)
      // The last sample is always opaque.
      let density = isLast ? cat([raw.narrow(0, 0, width - 1).relu(), raw.narrow(0, width - 1, 1).relu() + 1e-6]) : raw.relu()
      let opacity = 1 - (-(density * part(lengths))).exp()
      let passed = (1 - opacity + 1e-10).cumprod(0) * reaching
      let own = opacity * cat([reaching.unsqueeze(0), passed.narrow(0, 0, width - 1)])
      callVoid("aten::index_copy_", weights.narrow(1, start, width), 0, active, own.t())
      if showsColors {
        let shown = hasPlate && isLast ? cat([own.narrow(0, 0, width - 1), own.narrow(0, width - 1, 1).zerosLike()]) : own
        let seen = colors(found, shown, samples: samples, directions: directions.indexSelect(0, active), pass: pass)
        callVoid("aten::index_add_", map, 0, active, seen)
      }
      if first == nil, !showsColors {
        callVoid("aten::index_put_", row, [Optional(place)], Tensor.arange(place.numel, device: device) + Tensor(rows), false)
        rows += place.numel
        all.append(found)
      }
      reaching = passed.select(0, width - 1)
      let going = (reaching .> max(tolerance / 2, LiveSamples.unseen)).nonzero().squeeze(1)
      if going.numel < active.numel { (active, reaching) = (active.indexSelect(0, going), reaching.indexSelect(0, going)) }
    }
    return Seen(
      weights: weights, map: map, row: row, points: joined(all.map(\.points)),
      features: field.configuration.sharesTemplate && !all.isEmpty ? cat(all.map(\.features)) : nil)
  }

  /// The samples at `depths` `[w, A]` of the rays `active`, at `place` `[w * A]` of the pass's tables.
  private func evaluated(_ place: Tensor, depths: Tensor, of active: Tensor, after first: Seen?, pass: Int) -> Evaluated {
    let own = rays.gathered(active), template = field.template(pass)
    let places = (own.origins + own.directions * depths.unsqueeze(-1)).reshape(-1, 3)
    guard let first else {
      let points = field.canonical(places, frame: frame)
      return Evaluated(points: points, features: template.features(points.encoded, frame: frame))
    }
    let isOld = place .< Double(first.row.numel)
    let row = first.row.indexSelect(0, place.where(isOld, else: place.zerosLike())).where(isOld, else: place.zerosLike() - Tensor(1))
    let old = (row .>= 0).nonzero().squeeze(1), new = (row .< 0).nonzero().squeeze(1)
    let oldRow = row.indexSelect(0, old)
    let fresh = field.canonical(places.indexSelect(0, new), frame: frame)
    let points = joined([first.points.gathered(oldRow), fresh])
    let features =
      first.features.map { cat([$0.indexSelect(0, oldRow), template.features(fresh.encoded, frame: frame)]) }
      ?? template.features(points.encoded, frame: frame)
    return Evaluated(slots: cat([old, new]), points: points, features: features)
  }

  /// Sums of colours and classes over a round's samples with `weights` `[w, A]`: `[A, 3 + K]`. `directions` are the rays', encoded.
  private func colors(_ found: Evaluated, _ weights: Tensor, samples: Int, directions: Tensor, pass: Int) -> Tensor {
    let flat = weights.reshape(-1), count = weights.size(1)
    let least = max(tolerance / 2 / Double(samples), LiveSamples.unseen)
    let visible = ((found.slots.map { flat.indexSelect(0, $0) } ?? flat) .> least).nonzero().squeeze(1)
    let slot = found.slots?.indexSelect(0, visible) ?? visible
    let raw = field.template(pass).rawColors(
      found.features.indexSelect(0, visible), directions: directions.indexSelect(0, slot.remainder(count)),
      grid: found.points.features.indexSelect(0, visible))
    let all = Tensor.zeros([weights.numel, raw.size(1)], raw.dtype, device: raw.device)
    callVoid("aten::index_put_", all, [Optional(slot)], field.values(raw), false)
    return (weights.unsqueeze(-1) * all.reshape(weights.shape + [raw.size(1)])).sum(0)
  }

  private func inOrder(_ values: Tensor, _ slots: Tensor?) -> Tensor {
    guard let slots else { return values }
    let result = values.zerosLike()
    callVoid("aten::index_put_", result, [Optional(slots)], values, false)
    return result
  }

  private func joined(_ parts: [ConditionedField.CanonicalPoints]) -> ConditionedField.CanonicalPoints {
    guard !parts.isEmpty else { return ConditionedField.CanonicalPoints(encoded: Tensor.zeros([0]), features: Tensor.zeros([0])) }
    return ConditionedField.CanonicalPoints(encoded: cat(parts.map(\.encoded)), features: cat(parts.map(\.features)))
  }
}

extension ConditionedField.CanonicalPoints {
  fileprivate func gathered(_ rows: Tensor) -> ConditionedField.CanonicalPoints {
    ConditionedField.CanonicalPoints(encoded: encoded.indexSelect(0, rows), features: features.indexSelect(0, rows))
  }
}
