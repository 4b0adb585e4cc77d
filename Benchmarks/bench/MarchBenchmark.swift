import Radiance
import Torch

/// Steps of rays through a grid of which a ball is occupied, about a fifth of the box.
enum MarchBenchmark {
  static func run(_ report: Report) {
    let generator = Generator(seed: 8), resolution = 64
    let box = Tensor([-1, -1, -1, 1, 1, 1] as [Float], [2, 3])
    let centers = OccupancyGrid.full(box: box, resolution: resolution).centers
    let ball = ((centers * centers).sum(1) .< 0.53).reshape(resolution, resolution, resolution)
    let occupancy = OccupancyGrid(occupied: ball, box: box)
    for (name, side) in [("2,048 rays of training", 0), ("256x256 rays of a frame", 256)] {
      let count = side == 0 ? 2048 : side * side
      let directions: Tensor
      if side == 0 {
        directions = 0.35 * (2 * Tensor.rand([count, 3], generator) - 1) + Tensor([0, 0, -1] as [Float])
      } else {
        let pinhole = Pinhole(focal: [2.8 * Double(side), 2.8 * Double(side)], center: [Double(side) / 2, Double(side) / 2])
        directions = pinhole.directions(width: side, height: side).reshape(-1, 3)
      }
      let origins = Tensor.zeros([count, 3]) + Tensor([0, 0, side == 0 ? 3 : 5.6] as [Float])
      let rays = Rays(origins: origins, directions: directions, near: 0, far: 10)
      let samples = march(rays, occupancy: occupancy, step: 0.05, limit: 64).count
      let trial = KernelTrial(
        kernel: { march(rays, occupancy: occupancy, step: 0.05, limit: 64).depths },
        twin: { referenceMarch(rays, occupancy: occupancy, step: 0.05, limit: 64).depths })
      trial.run(report, "march, \(name), \(samples) samples")
    }
  }
}
