import Metrics
import Testing

@Suite struct DecibelTests {
  @Test func decibelsOfAMeanSquaredError() {
    #expect(psnr(meanSquaredError: 0.01) == 20)
    #expect(psnr(meanSquaredError: 0) == 100 && psnr(meanSquaredError: 1e-12) == 100)
    #expect(psnr(meanSquaredError: .nan).isNaN && psnr(meanSquaredError: .infinity) == -.infinity)
  }
}
