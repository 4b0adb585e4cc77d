import Radiance
import Torch

/// Chains of dense layers: the fast field's two networks at the samples of a training step, and the trunk at the paper's sizes.
enum LayersBenchmark {
  static func run(_ report: Report) {
    for (name, widths, skip, rows) in [
      ("mlp 32-64-64-17, 40,000 samples", [32, 64, 64, 17], nil as Int?, 40_000),
      ("mlp 32-64-17, 40,000 samples", [32, 64, 17], nil, 40_000),
      ("mlp 8 x 256 with skip, 16,384 samples", [81] + [Int](repeating: 256, count: 8), 3, 16_384),
    ] {
      let generator = Generator(seed: 9)
      let x = Tensor.randn([rows, widths[0]], generator).requiringGrad()
      var weights: [Tensor] = [], biases: [Tensor] = [], operations = 0.0
      for (i, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
        let entering = inputs + (i == skip ? widths[0] : 0)
        weights.append((Tensor.randn([outputs, entering], generator) * (2 / Double(entering)).squareRoot()).requiringGrad())
        biases.append(Tensor.zeros([outputs]).requiringGrad())
        operations += 2 * Double(rows * entering * outputs)
      }
      let trial = KernelTrial(
        inputs: [x] + weights + biases, kernel: { fusedMLP(x, weights: weights, biases: biases, skip: skip) },
        twin: { referenceMLP(x, weights: weights, biases: biases, skip: skip) })
      let forward = trial.forward(report.times(20)), both = trial.both(report.times(20))
      report.add("\(name), forward", kernel: forward.kernel, twin: forward.twin)
      report.add("\(name), forward", operations: operations, in: forward.kernel)
      report.add("\(name), forward + backward", kernel: both.kernel, twin: both.twin)
      report.add("\(name), forward + backward", operations: 3 * operations, in: both.kernel)

      let threads = Libtorch.threads
      Libtorch.threads = 1
      let alone = fastest(report.times(10)) { withoutGradient { _ = trial.kernel() } }
      Libtorch.threads = threads
      let rate = operations / alone * 1e-9
      report.add(
        "\(name), forward, 1 thread", rate, "GFLOP/s", ratio: rate / report.ceilings.arithmeticOfOne, against: "the FMA peak, 1 thread")
    }
  }
}
