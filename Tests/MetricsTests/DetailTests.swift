import Metrics
import Testing
import Torch

@Suite struct DetailTests {
  static var truth: Tensor { Tensor.rand([24, 20, 3], Generator(seed: 3)) }
  static func detail(_ image: Tensor, where mask: Tensor? = nil) -> Detail {
    var found = Detail()
    found.add(image, truth: truth, where: mask)
    return found
  }

  @Test func theTruthIsAsSharpAsItself() {
    let found = Self.detail(Self.truth)
    #expect(abs(found.sharpness! - 1) < 1e-9 && abs(found.likeness! - 1) < 1e-9)
    // Half the contrast is a quarter of the energy, in the right places.
    let pale = Self.detail(Self.truth * 0.5 + 0.2)
    #expect(abs(pale.sharpness! - 0.25) < 1e-5 && abs(pale.likeness! - 1) < 1e-6)
  }

  @Test func blurAndNoiseShow() {
    let plane = Self.truth.permute(2, 0, 1).unsqueeze(0)
    let blurred = call("aten::avg_pool2d", plane, [3, 3], [1, 1], [1, 1]).squeeze(0).permute(1, 2, 0)
    #expect(Self.detail(blurred).sharpness! < 0.3)
    let noisy = Self.detail(Self.truth + Tensor.randn(Self.truth.shape, Generator(seed: 4)) * 0.3)
    #expect(noisy.sharpness! > 1.5 && noisy.likeness! < 0.9)
  }

  /// By hand: a single bright pixel has the Laplacian -4 y there and y at its four neighbours.
  @Test func energiesAreThoseOfTheFormula() {
    let dot = Tensor.zeros([5, 5, 3]), bright = Tensor.zeros([5, 5, 3])
    dot[2, 2] = Tensor([0, 0.5, 0] as [Float])
    bright[2, 2] = Tensor([0, 1, 0] as [Float])
    var found = Detail()
    found.add(dot, truth: bright)
    #expect(abs(found.sharpness! - 0.25) < 1e-6)
    let laplacian = Detail.laplacian(bright)
    #expect(abs(laplacian[1, 1].item + 4 * 0.7152) < 1e-6 && abs(laplacian[0, 1].item - 0.7152) < 1e-6 && laplacian[0, 0].item == 0)
  }

  @Test func onlyTheMaskCounts() {
    let left = Tensor.zeros([24, 20], .bool)
    left[.all, .to(10)] = Tensor.ones([24, 10], .bool)
    let halfBlank = Self.truth.clone()
    halfBlank[.all, .from(11)] = Tensor.zeros([24, 9, 3])
    #expect(abs(Self.detail(halfBlank, where: left).sharpness! - 1) < 1e-9)
    #expect(Self.detail(halfBlank).sharpness! < 0.8)
    #expect(Self.detail(halfBlank, where: Tensor.zeros([24, 20], .bool)).sharpness == nil)
    #expect(Self.detail(Tensor.zeros([24, 20, 3])).likeness == nil)
  }
}
