import Torch

/// Samples along rays, those of a ray side by side in the order of depth; N samples of R rays.
package struct MarchedSamples {
  /// `[N, 3]`.
  package var positions: Tensor
  /// `[N]`: t along the ray `o + t d`, whose direction need not have length 1.
  package var depths: Tensor
  /// `[N]`: how much of the ray each sample stands for, head units.
  package var lengths: Tensor
  /// `[N]` int32: the ray of each sample.
  package var ray: Tensor
  /// `[R + 1]` int32: samples of ray r are `starts[r]..<starts[r + 1]`.
  package var starts: Tensor

  package init(positions: Tensor, depths: Tensor, lengths: Tensor, ray: Tensor, starts: Tensor) {
    self.positions = positions
    self.depths = depths
    self.lengths = lengths
    self.ray = ray
    self.starts = starts
  }

  package var count: Int { depths.size(0) }
  package var rayCount: Int { starts.size(0) - 1 }
}

/// The first `limit` samples of each ray in occupied cells, on a ladder of even steps from where the ray enters the box.
///
/// `step` is in head units; `jitter` `[R]` in 0..<1 says where between two raySteps a ray's samples lie, nil in the middle. The depth bounds of
/// `rays` do not count. No history.
package func march(_ rays: Rays, occupancy: OccupancyGrid, step: Double, jitter: Tensor? = nil, limit: Int) -> MarchedSamples {
  withoutGradient {
    let moved = jitter ?? .full([rays.count], 0.5, device: rays.origins.device)
    let found = callAll(
      "likeness::march", rays.origins, rays.directions, occupancy.cells, occupancy.box, step, moved, limit)
    return samples(found.compactMap(\.self))
  }
}

private func samples(_ found: [Tensor]) -> MarchedSamples {
  MarchedSamples(positions: found[0], depths: found[1], lengths: found[2], ray: found[3], starts: found[4])
}

/// `march` with plain tensors: all raySteps of all rays at once.
package func referenceMarch(_ rays: Rays, occupancy: OccupancyGrid, step: Double, jitter: Tensor? = nil, limit: Int) -> MarchedSamples {
  withoutGradient {
    let (o, box) = (rays.origins, occupancy.box)
    let moved = jitter ?? .full([rays.count], 0.5, device: o.device)
    let (enter, leave, rayStep, hit) = raySteps(rays, box: box, step: step)
    let most = ((leave - enter) / rayStep).maskedFill(hit.logicalNot(), 0)
    let count = rays.count == 0 ? 0 : Int(most.max().item) + 2
    let k = Tensor.arange(count, .float32, device: o.device)
    let depths = enter.unsqueeze(1) + (k + moved.unsqueeze(1)) * rayStep.unsqueeze(1)
    let points = rays.points(at: depths)
    let full = occupancy.occupied.reshape(-1).indexSelect(0, occupancy.cell(of: points.reshape(-1, 3))).reshape(depths.shape)
    var kept = hit.unsqueeze(1) .& (depths .< leave.unsqueeze(1)) .& full
    kept = kept .& (kept.to(.int64).cumsum(1) .<= Double(limit))
    let ray = kept.nonzero().select(1, 0).to(.int32)
    let counts = kept.to(.int32).sum(1)
    let starts = cat([Tensor.zeros([1], .int64, device: o.device), counts.cumsum(0)]).to(.int32)
    let taken = depths.maskedSelect(kept)
    return samples([
      points.maskedSelect(kept.unsqueeze(-1)).reshape(-1, 3), taken, Tensor.full(taken.shape, step, device: o.device), ray, starts,
    ])
  }
}

/// Where rays enter and leave a `box` `[2, 3]`, how far apart their samples lie, in t, and which of them cross it at all.
func raySteps(_ rays: Rays, box: Tensor, step: Double) -> (enter: Tensor, leave: Tensor, rayStep: Tensor, hit: Tensor) {
  let (o, d) = (rays.origins, rays.directions)
  let squares = (0..<3).map { d.select(1, $0) * d.select(1, $0) }
  // libtorch's square root of float32 may be off by one unit in the last place.
  let length = (squares[0] + squares[1] + squares[2]).to(.float64).sqrt().to(.float32)
  // Along an axis that the ray does not move on, it is always or never inside.
  let still = d .== 0
  let inside = (o .>= box[0]) .& (o .<= box[1])
  let ends = [(box[0] - o) / d, (box[1] - o) / d]
  let enter = ends[0].minimum(ends[1]).maskedFill(still, -.infinity).amax(1).clamp(0)
  let leave = ends[0].maximum(ends[1]).maskedFill(still, .infinity).amin(1)
  let hit = (enter .< leave) .& leave.isFinite() .& (length .> 0) .& (still.logicalNot() .| inside).all(1)
  return (enter, leave, Tensor(Float(step)).to(o.device) / length, hit)
}
