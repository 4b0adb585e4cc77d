import Foundation
import Golden
import Metrics
import Testing
import Torch

/// Figures are computed on the CPU alone, also where LIKENESS_TEST_DEVICE names another device.
@Suite struct GoldenMetricsTests {
  @Test(.golden("23_metrics", of: .portrait)) func images() throws {
    for file in try GoldenFile.all("23_metrics", of: .portrait) {
      let (a, b) = (try file["in.img1_hwc01"], try file["in.img2_hwc01"])
      func near(_ value: Double?, _ name: String) throws {
        let expected = try file[name].item
        #expect(abs((value ?? .nan) - expected) < 1e-4 * max(1, abs(expected)), "\(file.name) \(name)")
      }
      try near(psnr(a, b), "out.psnr")
      try near(ssim(a, b), "out.ssim_gauss11")
      try near(StructuralSimilarity.uniform(a, b), "out.ssim_uniform7")
      let found = try CoefficientDistance(
        expressions: file["in.exp1"], poses: file["in.pose1"], truth: (file["in.exp2"], file["in.pose2"]))
      try near(found?.expression, "out.aed")
      try near(found?.pose, "out.apd6")
      try near(found?.rotation, "out.apd3")
      try near(frechetDistance(file["in.feat1"], file["in.feat2"]), "out.fid")
    }
  }
}
