import Foundation
import Metrics
import Testing
import Torch

/// Where golden vectors lie, if they do: `LIKENESS_GOLDEN`, or a checkout's `../shared/golden`.
private let golden: URL? = {
  let named = ProcessInfo.processInfo.environment["LIKENESS_GOLDEN"]
  let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
  let folder = named.map { URL(filePath: $0) } ?? package.appending(path: "../shared/golden").standardizedFileURL
  return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}()

@Suite(.enabled(if: golden != nil, "skipped: ../shared/golden is absent and LIKENESS_GOLDEN not set"))
struct GoldenMetricsTests {
  static let files: [URL] =
    ((try? FileManager.default.contentsOfDirectory(at: golden!.appending(path: "portrait"), includingPropertiesForKeys: nil)) ?? [])
    .filter { $0.lastPathComponent.hasPrefix("23_metrics") && $0.pathExtension == "safetensors" }

  @Test func pictures() throws {
    try #require(!Self.files.isEmpty)
    for url in Self.files {
      let file = try Safetensors.read(url)
      let (a, b) = (file.tensors["in.img1_hwc01"]!, file.tensors["in.img2_hwc01"]!)
      func near(_ value: Double?, _ name: String) {
        let expected = file.tensors[name]!.item
        #expect(abs((value ?? .nan) - expected) < 1e-4 * max(1, abs(expected)), "\(url.lastPathComponent) \(name)")
      }
      near(psnr(a, b), "out.psnr")
      near(ssim(a, b), "out.ssim_gauss11")
      near(StructuralSimilarity.uniform(a, b), "out.ssim_uniform7")
      let found = CoefficientDistance(
        expressions: file.tensors["in.exp1"]!, poses: file.tensors["in.pose1"]!,
        truth: (file.tensors["in.exp2"]!, file.tensors["in.pose2"]!))
      near(found?.expression, "out.aed")
      near(found?.pose, "out.apd6")
      near(found?.rotation, "out.apd3")
      near(frechetDistance(file.tensors["in.feat1"]!, file.tensors["in.feat2"]!), "out.fid")
    }
  }
}
