import Radiance
import Torch

/// Reads of lattices and planes at the samples of a training step.
enum GatherBenchmark {
  private static let samples = 40_000
  private static let warp = AxisWarp(center: .zero, half: .one, inner: [0.5, 0.5, 0.5], share: 0.7)

  private static func points(_ generator: Generator) -> Tensor { (Tensor.rand([samples, 3], generator) * 2 - 1).requiringGrad() }

  static func lattice(_ report: Report) {
    for (resolution, frames) in [(32, 1), (48, 1), (32, 4)] {
      let generator = Generator(seed: 5), axes = warp.tensor, points = points(generator)
      let nodes = Tensor.randn([frames, resolution, resolution, resolution, 8], generator).requiringGrad()
      let frame = frames == 1 ? nil : Tensor.randint(0..<frames, [samples], generator).to(.int32)
      let trial = KernelTrial(
        inputs: [nodes, points], kernel: { latticeFeatures(nodes, at: points, frame: frame, axes: axes) },
        twin: { referenceLatticeFeatures(nodes, at: points, frame: frame, axes: axes) })
      // Eight nodes of eight floats a sample, the point and the result; backward reads the nodes again and adds to their gradient.
      let read = Double(samples) * 4 * (64 + 3 + 8)
      trial.run(
        report, "lattice, \(frames == 1 ? "" : "\(frames) x ")\(resolution)^3 x 8, \(samples) samples",
        bytes: (read, 2 * read + Double(samples) * 4 * 128 + Double(4 * nodes.numel)))
    }
  }

  static func planes(_ report: Report) {
    let generator = Generator(seed: 6), axes = warp.tensor, points = points(generator), width = 16
    let planes = (1 + 0.1 * Tensor.randn([3, 256, 256, width], generator)).requiringGrad()
    let trial = KernelTrial(
      inputs: [planes, points], kernel: { planeFeatures(planes, at: points, axes: axes) },
      twin: { referencePlaneFeatures(planes, at: points, axes: axes) })
    // Three times four texels a sample, the point and the result; backward reads the texels again and adds to their gradient.
    let read = Double(samples * 4 * (12 * width + 3 + width))
    trial.run(
      report, "planes, 3 x 256^2 x \(width), \(samples) samples",
      bytes: (read, 2 * read + Double(samples * 4 * 24 * width) + Double(4 * planes.numel)))
  }
}
