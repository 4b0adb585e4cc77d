import Metrics
import Testing
import Torch

@Suite struct FrechetTests {
  /// By hand: variances 4 and 1 in one dimension and equal in the other, means 3 apart, give 9 + (2 - 1)^2.
  @Test func ofNormalDistributionsItIsKnown() {
    let n = 4000, drawn = Tensor.randn([n, 2], Generator(seed: 1)).to(.float64)
    // Whitened, so that mean and covariance are exact.
    let away = drawn - drawn.mean(0)
    let factor = (away.t().matmul(away) / Double(n - 1)).cholesky()
    let white = away.matmul(factor.inverse().t())
    let a = white * Tensor([2.0, 1]) + Tensor([3.0, 0])
    #expect(abs(frechetDistance(a, white)! - 10) < 1e-6)
    #expect(abs(frechetDistance(white, a)! - 10) < 1e-6)
    #expect(abs(frechetDistance(a, a)!) < 1e-6)
  }

  @Test func fewerImagesThanFeaturesAreNoTrouble() {
    let few = Tensor.randn([3, 8], Generator(seed: 2))
    #expect(abs(frechetDistance(few, few)!) < 1e-6)
    #expect(frechetDistance(few, few + 2)! > 31.9)
    #expect(frechetDistance(few[.to(1)], few) == nil)
  }
}
