import Foundation
import Radiance
import Torch

extension HyperSpace {
  /// Notes what the samples of a step showed: how much of its pixel each made up, `weights` `[N]`, and its `density` `[N]`.
  ///
  /// A cell that was looked at keeps only a part of what it showed before, `kept`. What lies behind something was not looked at: another side
  /// may show it, so it keeps a larger part, `hidden`.
  package func updateOccupancy(
    _ samples: MarchedSamples, weights: Tensor, density: Tensor? = nil, visible: Double, kept: Double, hidden: Double = 1
  ) {
    guard samples.count > 0 else { return }
    guard box.device == .cpu else {
      return referenceUpdateOccupancy(samples, weights: weights, density: density, visible: visible, kept: kept, hidden: hidden)
    }
    callVoid(
      "likeness::mark_seen", samples.positions, samples.starts, weights, density ?? weights.zerosLike(), box, visibility,
      density == nil ? nil : thickness, visible, kept, hidden)
  }

  /// `updateOccupancy` in plain tensors.
  package func referenceUpdateOccupancy(
    _ samples: MarchedSamples, weights: Tensor, density: Tensor? = nil, visible: Double, kept: Double, hidden: Double = 1
  ) {
    let cell = occupancy.cell(of: samples.positions), flat = visibility.reshape(-1)
    let light = 1 - sumsBefore(weights, samples)
    let isSeen = light .>= visible
    let seen = weights.where(isSeen, else: weights.zerosLike() - 1)
    let largest = call("aten::scatter_reduce.two", flat.zerosLike() - 1, 0, cell, seen, "amax", true)
    let was = flat * kept
    flat.copy_(was.maximum(largest).where(largest .>= 0, else: flat * hidden))

    guard let thickness = thickness?.reshape(-1), let density else { return }
    // A sample that was left out in the dark has a density of 0. Rises slowly, falls at once: a mouth that opens now and then is never taken for closed.
    let risen = thickness * 1.05 + 1, none = Double(Float.greatestFiniteMagnitude)
    let least = call(
      "aten::scatter_reduce.two", thickness.zerosLike() + none, 0, cell, density.where(density .> 0, else: density.zerosLike() + none),
      "amin",
      true)
    thickness.copy_(risen.minimum(least).where(least .< none, else: thickness))
  }

  /// `samples` up to where rays meet more than `end` of what their cells have shown to be the least optical depth: what lies behind is in the
  /// dark, and is not looked at.
  package func ended(_ samples: MarchedSamples, at end: Double) -> MarchedSamples {
    guard let thickness, samples.count > 0 else { return samples }
    guard box.device == .cpu else { return referenceEnded(samples, at: end) }
    return withoutGradient {
      let found = callAll(
        "likeness::march_lit", samples.positions, samples.depths, samples.lengths, samples.starts, thickness, box, end
      ).compactMap(\.self)
      return MarchedSamples(positions: found[0], depths: found[1], lengths: found[2], ray: found[3], starts: found[4])
    }
  }

  /// `ended` in plain tensors.
  package func referenceEnded(_ samples: MarchedSamples, at end: Double) -> MarchedSamples {
    guard let thickness, samples.count > 0 else { return samples }
    return withoutGradient {
      let cell = occupancy.cell(of: samples.positions)
      let depth = sumsBefore(thickness.reshape(-1).indexSelect(0, cell) * samples.lengths, samples)
      let kept = (depth .< end).nonzero().squeeze(1)
      let counts = call("aten::bincount", samples.ray.indexSelect(0, kept), Tensor?.none, samples.rayCount)
      func some(_ all: Tensor) -> Tensor { all.indexSelect(0, kept) }
      return MarchedSamples(
        positions: some(samples.positions), depths: some(samples.depths), lengths: some(samples.lengths), ray: some(samples.ray),
        starts: cat([counts.narrow(0, 0, 1).zerosLike(), counts.cumsum(0)]).to(.int32))
    }
  }

  /// Of each sample the sum of `values` `[N]` of those before it in its ray.
  private func sumsBefore(_ values: Tensor, _ samples: MarchedSamples) -> Tensor {
    let before = call("aten::cumsum", values, 0, Tensor.DType.float64) - values
    let first = samples.starts.narrow(0, 0, samples.rayCount).clamp(0, Double(samples.count - 1)).to(.int64)
    return before - before.indexSelect(0, first).indexSelect(0, samples.ray.to(.int64))
  }

  /// Notes which cells of the template samples with `weights` `[N]` in their pixels have read, at `places` `[3, N]`.
  package func markShown(_ places: Tensor, weights: Tensor, visible: Double) {
    guard let shown else { return }
    guard box.device == .cpu else { return referenceMarkShown(places, weights: weights, visible: visible) }
    callVoid("likeness::mark_shown", places, weights, templateAxes, shown, visible)
  }
  /// `markShown` in plain tensors.
  package func referenceMarkShown(_ places: Tensor, weights: Tensor, visible: Double) {
    guard let shown else { return }
    let size = (0..<3).map { shown.size(2 - $0) }, u = warped(places.t(), templateAxes)
    let cells = (0..<3).map { ((u.select(1, $0) + 1) * (0.5 * Double(size[$0]))).clamp(0, Double(size[$0]) - 0.5).to(.int64) }
    let cell = (cells[2] &* size[1] + cells[1]) &* size[0] + cells[0]
    let seen = weights.where(weights .>= visible, else: weights.zerosLike())
    shown.copy_(call("aten::scatter_reduce.two", shown.reshape(-1), 0, cell, seen, "amax", true).reshape(shown.shape))
  }

  /// The cells of the template that have shown something of late, and their neighbours, as `FrameField.shown` has them.
  package func shownCells(visible: Double) -> Tensor? {
    shown.map { packedBits(($0 .> visible).to(.float32).widened .> 0) }
  }

  /// What a cell of the template keeps of what it showed from one look at the cells to the next, `steps` later: what one of `all` frames shows must
  /// outlast a pass over the others, of which a step sees `frames`.
  package static func shownKept(steps: Int, frames: Int, of all: Int) -> Double {
    max(0.85, pow(0.05, Double(steps * frames) / Double(max(1, all))))
  }

  /// Cells are occupied that showed something of late, and their neighbours.
  func prune(visible: Double, shownKept: Double = 0.85) {
    withoutGradient {
      let near = (visibility .> visible).to(.float32).widened
      cells.copy_(OccupancyGrid(occupied: near .> 0, box: box).cells)
      shown?.mul_(shownKept)
    }
  }
}

extension Tensor {
  /// The greatest of each place's neighbours, corners included, and its own, `[Z, Y, X]`; axis by axis.
  var widened: Tensor {
    var wide = unsqueeze(0).unsqueeze(0)
    for axis in 0..<3 {
      func along(_ here: Int, _ elsewhere: Int) -> [Int] { (0..<3).map { $0 == axis ? here : elsewhere } }
      wide = call("aten::max_pool3d", wide, along(3, 1), [1, 1, 1], along(1, 0))
    }
    return wide.reshape(shape)
  }
}
