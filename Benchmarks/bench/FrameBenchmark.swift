import Radiance
import Torch

/// A frame of the fast field as one operator: random features in the shape of a head and shoulders.
enum FrameBenchmark {
  static func run(_ report: Report) {
    let field = field(limit: 16)
    for side in [256, 512] {
      let camera = camera(side), background = Tensor.rand([side, side, 3], Generator(seed: 11))
      let samples = march(camera.rays, occupancy: field.occupancy, step: field.step, limit: field.limit)
      let counts = samples.starts.narrow(0, 1, samples.rayCount) - samples.starts.narrow(0, 0, samples.rayCount)
      let hit = (counts .> 0).to(.float32).mean().item
      let each = Double(samples.count) / max(1, hit * Double(samples.rayCount))
      let name = "frame, \(side)x\(side)"
      let what = "\(Int((100 * hit).rounded())) % of pixels, \(Int(each.rounded())) samples each"
      let time = fastest(report.times(20)) { _ = field.frame(camera, background: background) }
      if side == 256 {
        report.add(
          "\(name), \(what)", kernel: time, twin: fastest(report.times(5)) { _ = field.referenceFrame(camera, background: background) })
      } else {
        report.add("\(name), \(what)", time * 1e3, "ms")
      }
      report.add("\(name), frames a second", 1 / time, "1/s", ratio: 1 / time / 25, against: "live, 25 a second")
      report.add("\(name), networks", operations: operations(field, samples: samples.count, pixels: hit * Double(side * side)), in: time)
    }
  }

  /// Of both networks, were no ray to end early.
  private static func operations(_ field: FrameField, samples: Int, pixels: Double) -> Double {
    func size(_ weights: [Tensor]) -> Double { weights.reduce(0) { $0 + 2 * Double($1.numel) } }
    return size(field.point.weights) * Double(samples) + size(field.shading.weights) * pixels
  }

  private static func camera(_ side: Int) -> FrameCamera {
    let pixels = Double(side)
    return FrameCamera(
      Pinhole(focal: [2.8 * pixels, 2.8 * pixels], center: [pixels / 2, pixels / 2]),
      cameraToWorld: Tensor([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 7] as [Float], [3, 4]), width: side, height: side)
  }

  private static func field(limit: Int) -> FrameField {
    let generator = Generator(seed: 10), box = Tensor([-1.6, -1.6, -1.2, 1.6, 1.6, 1.2] as [Float], [2, 3])
    func random(_ shape: [Int], _ scale: Double) -> Tensor { Tensor.randn(shape, generator) * scale }
    func network(_ widths: [Int]) -> (weights: [Tensor], biases: [Tensor]) {
      let pairs = zip(widths, widths.dropFirst())
      return (pairs.map { random([$1, $0], 1.4 / Double($0).squareRoot()) }, pairs.map { random([$1], 0.1) })
    }
    let centers = OccupancyGrid.full(box: box, resolution: 64).centers
    func inside(_ center: [Float], _ radius: [Float]) -> Tensor { ((centers - Tensor(center)) / Tensor(radius)).square().sum(1) .< 1 }
    let person = inside([0, 0.25, 0], [0.75, 0.9, 0.75]) .| inside([0, -1.4, 0], [1.4, 0.9, 0.6])
    let axes = AxisWarp(center: .zero, half: [1.6, 1.6, 1.2], inner: [0.6, 0.6, 0.6], share: 0.6).tensor
    let lattice = cat([random([32, 32, 32, 3], 0.02), random([32, 32, 32, 2], 0.4), .zeros([32, 32, 32, 3])], 3)
    return FrameField(
      occupancy: OccupancyGrid(occupied: person.reshape(64, 64, 64), box: box), lattice: lattice, latticeAxes: axes,
      planes: (random([3, 256, 256, 16], 0.3) + 1).to(.float16), volume: random([1, 48, 48, 48, 8], 1).to(.float16), axes: axes,
      ambient: random([1, 1, 64, 64, 8], 1).to(.float16), point: network([32, 64, 17]), shading: network([19, 64, 15]), step: 0.06,
      limit: limit)
  }
}
