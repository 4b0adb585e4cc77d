import Golden
import Radiance
import Testing
import Torch

@Suite struct LatticeTests {
  let generator = Generator(seed: 5)
  let warp = AxisWarp(center: [0.1, -0.2, 0.3], half: [1.5, 2, 1], inner: [0.4, 0.5, 0.3], share: 0.6)

  private func points(_ count: Int) -> Tensor {
    ((Tensor.rand([count, 3], generator) * 2 - 1) * Tensor([1.8, 2.3, 1.2] as [Float])).to(.test)
  }
  private var axes: Tensor { warp.tensor.to(.test) }
  private func difference(_ a: Tensor, _ b: Tensor) -> Double { (a - b).abs().max().item }

  @Test func nodesLieWhereTheWarpSaysThatTheyDo() {
    let u = warped(warp.nodes([9, 5, 7]).reshape(-1, 3), warp.tensor).reshape(7, 5, 9, 3)
    #expect(difference(u[.at(3), .at(2), .all, .at(0)], Tensor((0..<9).map { Float($0) / 4 - 1 })) < 1e-6)
    #expect(difference(u[.at(3), .all, .at(1), .at(1)], Tensor((0..<5).map { Float($0) / 2 - 1 })) < 1e-6)
    #expect(abs(warp.nodes(0, count: 9)[8] - 1.6) < 1e-6)
  }

  @Test(arguments: [3, 8, 16]) func latticeReadsAsPlainTensorsDo(channels: Int) {
    let nodes = Tensor.randn([2, 4, 5, 6, channels], generator).to(.test)
    let points = points(3000), frame = Tensor.randint(0..<2, [3000], generator).to(.int32).to(.test)
    check([nodes, points]) {
      latticeFeatures($0[0], at: $0[1], frame: frame, axes: axes)
    } twin: {
      referenceLatticeFeatures($0[0], at: $0[1], frame: frame, axes: axes.to(.float64))
    }
  }

  @Test(arguments: [5, 16]) func planesReadAsPlainTensorsDo(channels: Int) {
    let planes = Tensor.randn([3, 7, 9, channels], generator).to(.test)
    check([planes, points(2000)]) {
      planeFeatures($0[0], at: $0[1], axes: axes)
    } twin: {
      referencePlaneFeatures($0[0], at: $0[1], axes: axes.to(.float64))
    }
  }

  @Test func aPlaneIsALatticeOfOneLayer() {
    let plane = Tensor.randn([1, 1, 6, 5, 8], generator).to(.test), points = points(100)
    let read = latticeFeatures(plane, at: points, axes: AxisWarp.identity.tensor.to(.test))
    let at = stack([points[.all, .at(0)], points[.all, .at(1)]], -1).reshape(1, -1, 1, 2)
    let twin = call("aten::grid_sampler_2d", plane[.at(0), .at(0)].permute(2, 0, 1).unsqueeze(0), at, 0, 1, true).reshape(8, -1).t()
    #expect(difference(read, twin) < 1e-5)
  }

  @Test func noPointsGiveNoFeatures() {
    #expect(latticeFeatures(.ones([1, 2, 2, 2, 8]), at: .zeros([0, 3]), axes: warp.tensor).shape == [0, 8])
    #expect(planeFeatures(.ones([3, 2, 2, 8]), at: .zeros([0, 3]), axes: warp.tensor).shape == [0, 8])
  }

  /// Values and gradients of a random sum of the results, against the twin in double precision.
  private func check(_ inputs: [Tensor], _ kernel: ([Tensor]) -> Tensor, twin: ([Tensor]) -> Tensor) {
    let own = inputs.map { $0.clone().requiringGrad() }, plain = inputs.map { $0.to(.float64).requiringGrad() }
    let value = kernel(own), expected = twin(plain)
    #expect(difference(value.to(.float64), expected) < 1e-4 * max(1, expected.abs().max().item))
    let weights = Tensor.randn(value.shape, generator).to(.test)
    (value * weights).sum().backward()
    (expected * weights.to(.float64)).sum().backward()
    for (a, b) in zip(own, plain) {
      guard let found = a.grad, let known = b.grad else {
        Issue.record("no gradient")
        continue
      }
      // At the very ends of an axis either side's slope is right.
      let worst = difference(found.to(.float64), known) / max(1, known.abs().max().item)
      #expect(worst < 2e-4, "\(worst)")
    }
  }
}
