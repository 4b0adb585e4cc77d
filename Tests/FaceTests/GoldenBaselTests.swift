import Face
import Foundation
import Golden
import Testing
import Torch

/// The head model is computed on the CPU alone, also where LIKENESS_TEST_DEVICE names another device.
struct GoldenBaselTests {
  private struct Options: Decodable { var focal, center, camera_distance: Double }

  @Test(.golden("25_bfm_face_model", of: .portrait)) func everyQuantityIsThePublishedOnes() throws {
    for file in try GoldenFile.all("25_bfm_face_model", of: .portrait) { try everyQuantityIsThePublishedOnes(file) }
  }
  private func everyQuantityIsThePublishedOnes(_ file: GoldenFile) throws {
    let model = BaselFaceModel(
      meanShape: try file["meanshape_recentred"], identityBasis: try file["idBase"], expressionBasis: try file["exBase"],
      meanTexture: try file["meantex"], textureBasis: try file["texBase"], triangles: try file["in.tri0"],
      trianglesAround: try file["in.point_buf0"],
      keypoints: try file["in.keypoints0"])
    if let config = file.metadata["config"] {
      let options = try JSONDecoder().decode(Options.self, from: Data(config.utf8))
      (model.focal, model.center, model.cameraDistance) = (options.focal, options.center, options.camera_distance)
    }
    let c = BaselFaceModel.Coefficients(try file["in.coeffs257"])
    let shape = model.shape(c), texture = model.texture(c), normals = model.normals(shape)
    let camera = model.cameraVertices(shape, c)
    let found = [
      "out.shape": shape, "out.texture01": texture, "out.normals": normals, "out.rotation": model.rotation(c.angles),
      "out.vertex_cam": camera, "out.landmarks68_224": model.landmarks(camera), "out.color01": model.color(texture, normals, c),
    ]
    for (name, value) in found {
      let expected = try file[name]
      try #require(value.shape == expected.shape, "\(file.name) \(name)")
      let off = ((value - expected).abs() / (expected.abs() + 1)).max().item
      #expect(off < 1e-5, "\(file.name) \(name): off by \(off)")
    }
  }
}
