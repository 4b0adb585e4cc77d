import Foundation
import Testing
import Torch

@Suite struct AutogradTests {
  private let x = Tensor([1, 2, 3] as [Float]).requiringGrad()

  @Test func gradientsAddUp() {
    (x * x).sum().backward()
    #expect(x.grad?.floats == [2, 4, 6])
    x.sum().backward()
    #expect(x.grad?.floats == [3, 5, 7])
    x.grad = nil
    #expect(x.grad == nil)
    (x * 2).backward(Tensor([1, 0, -1] as [Float]))
    #expect(x.grad?.floats == [2, 0, -2])
    x.grad = Tensor.ones([3])
    #expect(x.grad?.floats == [1, 1, 1])
  }

  @Test func historyIsKeptIfAsked() {
    let y = x.exp().sum()
    y.backward(retainGraph: true)
    y.backward()
    #expect(distance(x.grad, 2 * x.exp().detach()) < 1e-5)
    let z = (x * x).sum()
    let one = gradients(of: [z], for: [x], retainGraph: true)[0], two = gradients(of: [z], for: [x])[0]
    #expect(one?.floats == [2, 4, 6] && two?.floats == [2, 4, 6])
  }

  @Test func gradientsOfManyOutputsWeighted() {
    let w = Tensor([4, 5, 6] as [Float]).requiringGrad(), unused = Tensor.ones([2]).requiringGrad()
    let found = gradients(of: [x * w, w.sum()], for: [x, w, unused], with: [Tensor([1, 10, 100] as [Float]), nil])
    #expect(found[0]?.floats == [4, 50, 600] && found[1]?.floats == [2, 21, 301] && found[2] == nil)
    #expect(x.grad == nil && w.grad == nil)
    // An output that is not a leaf's copy: the gradient for something in the middle.
    let middle = x * x
    #expect(gradients(of: [(middle * w).sum()], for: [middle])[0]?.floats == [4, 5, 6])
  }

  @Test func gradientsCanBeDifferentiated() {
    // y = x^3: y' = 3 x^2, y'' = 6 x, y''' = 6.
    let first = gradients(of: [(x * x * x).sum()], for: [x], createGraph: true)[0]!
    let second = gradients(of: [first.sum()], for: [x], createGraph: true)[0]!
    let third = gradients(of: [second.sum()], for: [x])[0]
    #expect(first.floats == [3, 12, 27] && second.floats == [6, 12, 18] && third?.floats == [6, 6, 6])
    // The R1 penalty |dD/dx|^2 of a small network, its gradient for a weight against finite differences.
    let g = Generator(seed: 3)
    let (a, b) = (Linear(3, 5, g), Linear(5, 1, g))
    let input = Tensor.randn([4, 3], g).requiringGrad()
    func penalty() -> Tensor {
      let d = gradients(of: [b(a(input).softplus()).sum()], for: [input], createGraph: true)[0]!
      return d.square().sum()
    }
    penalty().backward()
    let analytic = a.weight.grad![2, 1].item
    func moved(by step: Double) -> Double {
      withoutGradient { a.weight[2, 1].add_(Tensor(Float(step))) }
      return penalty().item
    }
    let (up, down) = (moved(by: 1e-2), moved(by: -2e-2))
    #expect(abs(analytic - (up - down) / 2e-2) < 1e-3 * max(1, abs(analytic)))
    #expect(abs(analytic) > 1e-3)
  }

  @Test func noHistoryInScope() throws {
    struct Stop: Error {}
    let y = withoutGradient { x * 2 }
    #expect(!y.requiresGrad && (x * 2).requiresGrad && !x.detach().requiresGrad)
    #expect(throws: Stop.self) { try withoutGradient { throw Stop() } }
    #expect((x * 2).requiresGrad)
    withoutGradient {
      withoutGradient {}
      #expect(!(x * 2).requiresGrad)
    }
    #expect(!Tensor.ones([1]).requiringGrad().requiringGrad(false).requiresGrad)
  }

  @Test func generatorsGoOnExactly() throws {
    let g = Generator(seed: 11)
    // An odd number of normal numbers leaves one waiting inside.
    _ = Tensor.randn([3], g)
    let state = g.state.clone()
    func draw() -> [Float] { Tensor.randn([5], g).floats + Tensor.rand([3], g).floats + Tensor.randperm(9, g).floats }
    let truth = draw()
    g.state = state
    #expect(draw() == truth)
    try withFolder { folder in
      let url = folder.appendingPathComponent("state.safetensors")
      try Safetensors.write(["random": state], to: url)
      let other = Generator(seed: 0)
      try other.load(try Safetensors.read(url).tensors["random"], name: "random")
      #expect(Tensor.randn([5], other).floats == Array(truth.prefix(5)))
      #expect(throws: ModuleError.missing("random")) { try other.load(nil, name: "random") }
      #expect(throws: ModuleError.shape("random", [3], expected: state.shape)) { try other.load(.zeros([3], .uint8), name: "random") }
      #expect(throws: ModuleError.type("random", .int64, expected: .uint8)) { try other.load(state.to(.int64), name: "random") }
      #expect(throws: ModuleError.damaged("random")) { try other.load(state.onesLike(), name: "random") }
    }
    #expect(Tensor.rand([4], Generator(seed: 1)).floats != Tensor.rand([4], Generator(seed: 2)).floats)
  }

  @Test func threadsKeepTheirOwnGradMode() {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var recorded = false
    withoutGradient {
      Thread {
        recorded = (Tensor.ones([1]).requiringGrad() * 2).requiresGrad; done.signal()
      }.start()
      done.wait()
    }
    #expect(recorded)
  }
}
