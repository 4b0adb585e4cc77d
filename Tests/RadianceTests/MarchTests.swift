import Golden
import Radiance
import Testing
import Torch

/// Stepping through occupied cells beside looking at every rayStep.
@Suite struct MarchTests {
  private let box = Tensor([-1, -1.5, -0.75, 1, 1.25, 1] as [Float], [2, 3]).to(.test)
  private func grid(_ share: Double, _ generator: Generator) -> OccupancyGrid {
    OccupancyGrid(occupied: (Tensor.rand([9, 14, 11], generator) .< share).to(.test), box: box)
  }
  private func rays(_ count: Int, _ generator: Generator) -> Rays {
    Rays(
      origins: (Tensor.randn([count, 3], generator) * 2).to(.test), directions: (Tensor.randn([count, 3], generator) * 0.7).to(.test),
      near: 0, far: 1)
  }

  @Test(arguments: [0, 0.004, 0.05, 0.5, 1]) func findsWhatLookingEverywhereFinds(share: Double) {
    let generator = Generator(seed: 4)
    let grid = grid(share, generator), rays = rays(1500, generator)
    let jitter = Tensor.rand([rays.count], generator).to(.test)
    for (limit, jitter) in [(1000, jitter), (5, jitter), (0, jitter), (7, nil)] {
      let found = march(rays, occupancy: grid, step: 0.04, jitter: jitter, limit: limit)
      let expected = referenceMarch(rays, occupancy: grid, step: 0.04, jitter: jitter, limit: limit)
      #expect(found.starts.array(Int.self) == expected.starts.array(Int.self))
      #expect(found.ray.array(Int.self) == expected.ray.array(Int.self))
      let same = found.depths.floats == expected.depths.floats && found.positions.floats == expected.positions.floats
      #expect(same && found.lengths.floats == expected.lengths.floats, "\(share), \(limit)")
      if share > 0 && limit > 5 { #expect(found.count > 10) }
    }
  }

  @Test func samplesAreWhereTheyAreSaidToBe() {
    // One ray along x through the middle of a row of four cells, of which the second and the fourth are occupied.
    let grid = OccupancyGrid(
      occupied: Tensor([0, 1, 0, 1] as [UInt8], [1, 1, 4]), box: Tensor([0, 0, 0, 4, 1, 1] as [Float], [2, 3]))
    #expect(grid.cells.array(Int.self) == [1, 0, 1, 0])
    #expect(grid.share == 0.5)
    let rays = Rays(
      origins: Tensor([-2, 0.5, 0.5] as [Float], [1, 3]), directions: Tensor([2, 0, 0] as [Float], [1, 3]), near: 0,
      far: 1)
    let found = march(rays, occupancy: grid, step: 0.5, limit: 3)
    #expect(found.depths.floats == [1.625, 1.875, 2.625])
    #expect(found.positions.floats == [1.25, 0.5, 0.5, 1.75, 0.5, 0.5, 3.25, 0.5, 0.5])
    #expect(found.lengths.floats == [0.5, 0.5, 0.5])
    #expect(found.starts.array(Int.self) == [0, 3])
  }

  @Test func raysWithNothingToHitHaveNoSamples() {
    let grid = OccupancyGrid.full(box: box)
    let origins: [[Float]] = [[5, 5, 5], [0, 0, 5], [0, 0, 5], [0, 3, 0], [.nan, 0, 5], [0, 0, 5], [0, 0, 5]]
    let directions: [[Float]] = [[0, 0, -1], [0, 0, 1], [0, 0, 0], [0, 0, -1], [0, 0, -1], [0, 0, .infinity], [0, 0, -1]]
    let rays = Rays(
      origins: Tensor(origins.flatMap(\.self), [7, 3]), directions: Tensor(directions.flatMap(\.self), [7, 3]), near: 0, far: 9)
    let found = march(rays, occupancy: grid, step: 0.5, limit: 8)
    #expect(found.starts.array(Int.self) == [0, 0, 0, 0, 0, 0, 0, 3])
    let none = march(rays[0..<0], occupancy: grid, step: 0.5, limit: 8)
    #expect(none.starts.array(Int.self) == [0] && none.positions.shape == [0, 3])
    #expect(referenceMarch(rays[0..<0], occupancy: grid, step: 0.5, limit: 8).positions.shape == [0, 3])
  }

  @Test func aCameraInsideTheBoxStartsAtItself() {
    let rays = Rays(origins: .zeros([1, 3]), directions: Tensor([0, 0, -1] as [Float], [1, 3]), near: 0, far: 1)
    #expect(march(rays, occupancy: .full(box: box), step: 0.5, limit: 8).depths.floats == [0.25])
  }

  @Test func distancesAreThoseToTheNearestCell() {
    let generator = Generator(seed: 2)
    for share in [0.0, 0.003, 0.1] {
      let occupied = Tensor.rand([7, 12, 20], generator) .< share
      let found = OccupancyGrid(occupied: occupied, box: box).cells
      let all = OccupancyGrid(cells: found, box: box)
      let places = Tensor.ones([7, 12, 20], .bool).nonzero().to(.float32)
      let full = occupied.nonzero().to(.float32)
      let expected =
        full.size(0) == 0
        ? Tensor.full([7 * 12 * 20], 255) : (places.unsqueeze(1) - full.unsqueeze(0)).abs().amax(-1).amin(1)
      #expect(found.reshape(-1).array(Int.self) == expected.array(Int.self))
      #expect(all.cell(of: all.centers).array(Int.self) == Array(0..<(7 * 12 * 20)))
    }
    #expect(call("likeness::skip_distance", Tensor.zeros([0, 2, 2], .uint8)).shape == [0, 2, 2])
    let far = Tensor.zeros([1, 1, 400], .uint8)
    far.select(2, 0).fill_(1)
    #expect(call("likeness::skip_distance", far).array(Int.self) == (0..<400).map { min($0, 255) })
  }

  @Test func samplesDoNotDependOnTheThreads() {
    let generator = Generator(seed: 6)
    let grid = grid(0.1, generator), rays = rays(3000, generator)
    let before = Libtorch.threads
    defer { Libtorch.threads = before }
    let found = [1, 2, 4].map { threads in
      Libtorch.threads = threads
      return march(rays, occupancy: grid, step: 0.03, limit: 16).positions.floats
    }
    let same = found[0] == found[1] && found[0] == found[2]
    #expect(same && found[0].count > 1000)
  }
}
