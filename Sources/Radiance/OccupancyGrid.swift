import Torch

/// Which parts of a box may hold something, and how far from each of them the nearest such part is.
package struct OccupancyGrid {
  /// `[Z, Y, X]` uint8: 0 is an occupied cell; k means that the nearest one is k steps away, corners included, 255 that it is farther.
  package let cells: Tensor
  /// `[2, 3]`: the corners of the box, head units; cells divide it evenly.
  package let box: Tensor

  /// From `occupied` `[Z, Y, X]`, bool or uint8, where anything but 0 is occupied.
  package init(occupied: Tensor, box: Tensor) {
    self.init(cells: call("likeness::skip_distance", (occupied .!= 0).to(.uint8)), box: box)
  }
  /// From the distances themselves.
  package init(cells: Tensor, box: Tensor) {
    self.cells = cells
    self.box = box
  }
  /// All of the box.
  package static func full(box: Tensor, resolution: Int = 1) -> OccupancyGrid {
    OccupancyGrid(cells: .zeros([resolution, resolution, resolution], .uint8, device: box.device), box: box)
  }

  /// `[Z, Y, X]` bool.
  package var occupied: Tensor { cells .== 0 }
  /// How much of the box is occupied, 0...1.
  package var share: Double { occupied.to(.float32).mean().item }
  /// The middles of all cells in the order of `cells`, `[Z Y X, 3]` (x, y, z), head units.
  package var centers: Tensor {
    let low = box[0], size = box[1] - low
    let axes = (0..<3).map { axis in
      let count = cells.size(2 - axis)
      return (Tensor.arange(count, .float32, device: box.device) + 0.5) * (1 / Double(count))
    }
    let grid = [axes[0].unsqueeze(0).unsqueeze(0), axes[1].unsqueeze(0).unsqueeze(2), axes[2].unsqueeze(1).unsqueeze(2)]
    return stack(grid.map { $0.expand(cells.shape) }, -1).reshape(-1, 3) * size + low
  }

  /// The cell of each point `[N, 3]`: `[N]` int64, its place among `centers`; points outside get the nearest cell.
  package func cell(of points: Tensor) -> Tensor {
    let low = box[0], counts = [2, 1, 0].map { cells.size($0) }
    let scale = Tensor(counts.map { Float($0) }).to(box.device) / (box[1] - low)
    let place = ((points - low) * scale).floor()
    let (x, y, z) = (held(place, 0), held(place, 1), held(place, 2))
    return ((z &* counts[1]) + y) &* counts[0] + x
  }
  private func held(_ place: Tensor, _ axis: Int) -> Tensor {
    place.select(-1, axis).clamp(0, Double(cells.size(2 - axis) - 1)).to(.int64)
  }

  package func to(_ device: Device) -> OccupancyGrid { OccupancyGrid(cells: cells.to(device), box: box.to(device)) }
}
