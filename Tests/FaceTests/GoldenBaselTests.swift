import Face
import Foundation
import Testing
import Torch

private let files: [URL] = {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let golden = ProcessInfo.processInfo.environment["LIKENESS_GOLDEN"].map { URL(filePath: $0) } ?? root.appending(path: "../shared/golden")
  let found = try? FileManager.default.contentsOfDirectory(at: golden.appending(path: "portrait"), includingPropertiesForKeys: nil)
  return (found ?? []).filter { $0.lastPathComponent.hasPrefix("25_bfm_face_model") && $0.pathExtension == "safetensors" }
}()

struct GoldenBaselTests {
  private struct Options: Decodable { var focal, center, camera_distance: Double }

  @Test(.enabled(if: !files.isEmpty, "skipped: no golden vectors"), arguments: files)
  func everyQuantityIsThePublishedOnes(url: URL) throws {
    let file = try Safetensors.read(url)
    func t(_ name: String) throws -> Tensor { try #require(file.tensors[name], "\(name)") }
    let model = BaselFaceModel(
      meanShape: try t("meanshape_recentred"), identityBasis: try t("idBase"), expressionBasis: try t("exBase"),
      meanTexture: try t("meantex"), textureBasis: try t("texBase"), triangles: try t("in.tri0"), trianglesAround: try t("in.point_buf0"),
      keypoints: try t("in.keypoints0"))
    if let config = file.metadata["config"] {
      let options = try JSONDecoder().decode(Options.self, from: Data(config.utf8))
      (model.focal, model.center, model.cameraDistance) = (options.focal, options.center, options.camera_distance)
    }
    let c = BaselFaceModel.Coefficients(try t("in.coeffs257"))
    let shape = model.shape(c), texture = model.texture(c), normals = model.normals(shape)
    let camera = model.cameraVertices(shape, c)
    let found = [
      "out.shape": shape, "out.texture01": texture, "out.normals": normals, "out.rotation": model.rotation(c.angles),
      "out.vertex_cam": camera, "out.landmarks68_224": model.landmarks(camera), "out.color01": model.color(texture, normals, c),
    ]
    for (name, value) in found {
      let expected = try t(name)
      #expect(value.shape == expected.shape)
      let off = ((value - expected).abs() / (expected.abs() + 1)).max().item
      #expect(off < 1e-5, "\(name): off by \(off)")
    }
  }
}
