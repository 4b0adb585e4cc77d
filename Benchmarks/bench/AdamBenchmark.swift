import Foundation
import Torch

/// A step of Adam over parameters as the fast field has them: planes, a volume, small networks.
enum AdamBenchmark {
  static func run(_ report: Report) {
    let generator = Generator(seed: 12)
    let shapes = [[3, 256, 256, 16], [1, 48, 48, 48, 8], [64, 32], [64], [17, 64], [17]]
    func parameters() -> [(name: String, tensor: Tensor)] {
      shapes.enumerated().map { i, shape in
        let tensor = Tensor.randn(shape, generator).requiringGrad()
        tensor.grad = Tensor.randn(shape, generator)
        return ("\(i)", tensor)
      }
    }
    let ours = Adam(groups: [Adam.ParameterGroup(parameters: parameters(), learningRate: 1e-3)])
    let theirs = parameters().map(\.tensor), averages = theirs.map { $0.detach().zerosLike() }
    let squares = theirs.map { $0.detach().zerosLike() }
    var steps = 0.0
    func plainly() {
      steps += 1
      let (first, second) = (1 - pow(0.9, steps), 1 - pow(0.999, steps))
      for (i, tensor) in theirs.enumerated() {
        guard let gradient = tensor.grad else { continue }
        callVoid("aten::mul_.Scalar", averages[i], 0.9)
        callVoid("aten::add_.Tensor", averages[i], gradient, 0.1)
        callVoid("aten::mul_.Scalar", squares[i], 0.999)
        callVoid("aten::addcmul_", squares[i], gradient, gradient, 0.001)
        callVoid("aten::addcdiv_", tensor, averages[i], (squares[i] / second).sqrt() + 1e-8, -1e-3 / first)
      }
    }
    let times = fastest(report.times(20), [{ ours.step() }, { withoutGradient { plainly() } }])
    let count = Double(shapes.map { $0.reduce(1, *) }.reduce(0, +))
    let name = "adam, \((count / 1e5).rounded() / 10) million parameters"
    report.add(name, kernel: times[0], twin: times[1])
    // Parameter, gradient and two moments are read, all but the gradient written.
    report.add("\(name), bytes used", bytes: count * 7 * 4, in: times[0])
  }
}
