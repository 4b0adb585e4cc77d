import Golden
import Subject
import Testing
import Torch

/// The fused layer beside its plain twin, value and gradients.
@Suite struct DenseTests {
  private func twin(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ activation: Activation?) -> Tensor {
    let sum = x.matmul(weight.t()) + bias
    switch activation {
    case .relu: return sum.relu()
    case .leakyRelu: return sum.leakyRelu()
    case nil: return sum
    }
  }

  @Test(arguments: [Activation.relu, .leakyRelu, nil]) func isLinearAndActivation(activation: Activation?) throws {
    for (rows, input, output) in [(1, 3, 5), (7, 63, 128), (515, 17, 1), (1300, 96, 64)] {
      for dtype in [Tensor.DType.float32, .float64] {
        let generator = Generator(seed: UInt64(rows))
        let shapes = [[rows, input], [output, input], [output]]
        let ours = shapes.map { (Tensor.randn($0, generator) * 0.5).to(dtype).requiringGrad() }
        let theirs = ours.map { $0.detach().clone().requiringGrad() }
        let upstream = Tensor.randn([rows, output], generator).to(dtype)
        let found = ours[0].dense(ours[1], ours[2], activation), expected = twin(theirs[0], theirs[1], theirs[2], activation)
        expectClose(found, expected, absolute: 2e-5, "\(shapes) values")
        found.backward(upstream)
        expected.backward(upstream)
        for (a, b) in zip(ours, theirs) {
          let (found, expected) = (try #require(a.grad), try #require(b.grad))
          expectClose(found, expected, absolute: 2e-4, "\(shapes) gradient \(expected.shape)")
        }
      }
    }
  }

  @Test(arguments: [Activation.relu, .leakyRelu, nil]) func keepsWhatIsNotANumber(activation: Activation?) {
    for rows in [1, 515] {
      let x = Tensor.randn([rows, 17], Generator(seed: 2)), weight = Tensor.randn([5, 17], Generator(seed: 3))
      x[.at(rows - 1), .at(3)].copy_(Tensor(Float.nan))
      let y = x.dense(weight, Tensor.zeros([5]), activation)
      #expect(!y[.at(rows - 1)].isFinite().any() && (rows == 1 || y[.at(0)].isFinite().all()))
    }
  }

  @Test func givesNoGradientWhereNoneIsWanted() {
    let generator = Generator(seed: 1)
    let x = Tensor.randn([9, 4], generator), weight = Tensor.randn([3, 4], generator).requiringGrad(), bias = Tensor.zeros([3])
    let y = x.dense(weight, bias, .relu)
    y.sum().backward()
    #expect(weight.grad != nil && x.grad == nil && bias.grad == nil)
    #expect(!withoutGradient { x.dense(weight, bias, .relu) }.requiresGrad)
    #expect(x.narrow(0, 0, 0).dense(weight, bias, .relu).shape == [0, 3])
  }

  /// The sign alone says where the activation bent: a sum of exactly zero has no slope, as in PyTorch.
  @Test func zeroSumsHaveNoGradientThroughReLU() {
    let x = Tensor.zeros([2, 2]).requiringGrad()
    x.dense(Tensor.ones([2, 2]), Tensor.zeros([2]), .relu).sum().backward()
    #expect(x.grad?.abs().sum().item == 0)
  }
}
