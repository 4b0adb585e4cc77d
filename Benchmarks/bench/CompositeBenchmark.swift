import Radiance
import Torch

/// Compositing of 2,048 rays with 0...40 samples each.
enum CompositeBenchmark {
  static func run(_ report: Report) {
    let generator = Generator(seed: 7), rays = 2048, width = 16
    let counts = Tensor.randint(0..<41, [rays], generator)
    let starts = cat([Tensor.zeros([1], .int64), counts.cumsum(0)]).to(.int32)
    let samples = Int(counts.sum().item)
    let density = (Tensor.rand([samples], generator) * 10).requiringGrad()
    let features = Tensor.randn([samples, width], generator).requiringGrad()
    let lengths = Tensor.full([samples], 0.05)
    // Deeper and deeper over all rays, so within each.
    let depths = Tensor.arange(samples, .float32) * 1e-4
    func all(_ rays: CompositedRays) -> Tensor {
      cat([rays.features.flatten(), rays.transmittance, rays.distortion])
    }
    let trial = KernelTrial(
      inputs: [density, features],
      kernel: { all(composite(density: density, lengths: lengths, depths: depths, features: features, starts: starts)) },
      twin: { all(referenceComposite(density: density, lengths: lengths, depths: depths, features: features, starts: starts)) })
    let read = Double(samples * 4 * (width + 4) + rays * 4 * (width + 3))
    trial.run(
      report, "composite, \(rays) rays, \(samples) samples, \(width) features",
      bytes: (read, 2 * read + Double(samples * 4 * (width + 1))))
  }
}
