import Testing
import Torch

@Test func operatorsRun() {
  let a = Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
  #expect(a[1].floats == [4, 5, 6])
  #expect(a[.all, .in(1..<3)].floats == [2, 3, 5, 6])
  #expect(a[.ellipsis, 0].floats == [1, 4])
  #expect((a * 2 + 1).floats == [3, 5, 7, 9, 11, 13])
  let w = Tensor.ones([3, 1]).requiringGrad()
  a.matmul(w).sum().backward()
  #expect(w.grad?.floats == [5, 7, 9])
  #expect(a.max(1).values.floats == [3, 6])
  #expect(a.to(.int64).array(Int.self) == [1, 2, 3, 4, 5, 6])
  let g = Generator(seed: 7)
  let state = g.state
  let x = Tensor.rand([4], g).floats
  g.state = state
  #expect(Tensor.rand([4], g).floats == x)
  #expect(gradients(of: [w.square().sum()], for: [w])[0]?.floats == [2, 2, 2])
  #expect(Libtorch.builtVersion == Libtorch.loadedVersion)
  #expect(cat([a, a]).shape == [4, 3])
  #expect(a.split(1)[1].floats == [4, 5, 6])
}
