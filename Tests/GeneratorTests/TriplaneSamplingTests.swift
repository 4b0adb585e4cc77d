import Generator
import Golden
import Testing
import Torch

/// The kernel that reads three planes at once gives what plain tensors give, derivatives included.
@Suite struct TriplaneSamplingTests {
  /// Channels of each kind that the kernel is compiled for, points within, beyond and far beyond the box, and some that are none.
  @Test(arguments: [16, 32, 5], PlaneAxes.allCases) func meansAreThoseOfPlainTensors(channels: Int, axes: PlaneAxes) throws {
    let random = Generator(seed: 3), box = 1.4
    let planes = Tensor.randn([2, 3, channels, 6, 9], random).to(.test).requiringGrad()
    let points = ((Tensor.rand([2, 700, 3], random) - 0.5) * 2.2).to(.test).requiringGrad(),
      weight = Tensor.randn([2, 700, channels], random).to(.test)
    func all(_ read: (Tensor, Tensor, PlaneAxes, Double) -> Tensor) -> [Tensor] {
      let means = read(planes, points, axes, box)
      (means * weight).sum().backward()
      defer { (planes.grad, points.grad) = (nil, nil) }
      return [means.detach(), planes.grad, points.grad].compactMap { $0?.clone() }
    }
    let plain = all { TriplaneSampling.features($0, at: $1, axes: $2, boxWarp: $3).mean(1) }
    let kernel = all { TriplaneSampling.mean($0, at: $1, axes: $2, boxWarp: $3) }
    #expect(plain.count == 3 && kernel.count == 3)
    for (name, (a, b)) in zip(["means", "planes' gradient", "points' gradient"], zip(kernel, plain)) {
      let limit = 2e-5 * max(1, b.abs().max().item)
      #expect((a - b).abs().max().item < limit, "\(name)")
    }
    let lost = TriplaneSampling.mean(planes.detach(), at: Tensor.full([2, 1, 3], .nan, device: .test), axes: axes, boxWarp: box)
    #expect(lost.abs().max().item == 0, "what lies nowhere reads nothing")
  }

  /// Samples' shares along a ray see what the marcher of whole features sees.
  @Test func sharesSeeWhatMiddlesSee() {
    let random = Generator(seed: 4), features = Tensor.rand([2, 5, 8, 3], random), densities = Tensor.randn([2, 5, 8], random) * 3
    let depths = Tensor.rand([2, 5, 8], random).sort(-1).0, weights = RayMarcher.weights(densities: densities, depths: depths)
    let middles = 0.5 * (features.narrow(2, 0, 7) + features.narrow(2, 1, 7))
    let seen = (weights.unsqueeze(-1) * middles).sum(2), shared = (RayMarcher.shares(weights).unsqueeze(-1) * features).sum(2)
    #expect((seen - shared).abs().max().item < 1e-6)
  }
}
