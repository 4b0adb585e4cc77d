import Face
import Generator
import Golden
import Photos
import Portrait
import Testing
import Torch

/// `22_camera_label_and_align`: cameras of a 3-D reconstruction in the generators' convention, and the published crops. Photos are cut
/// on the CPU alone, also where LIKENESS_TEST_DEVICE names another device.
struct GoldenPhotoTests {
  private static let kind = "22_camera_label_and_align"

  @Test(.golden(kind, of: .portrait)) func camerasAreThePublishedOnes() throws {
    for file in try GoldenFile.all(Self.kind, of: .portrait) {
      let angles = try file["in.angle"].floats, translations = try file["in.trans"].floats
      var raw: [Float] = [], corrected: [Float] = [], labels: [Float] = [], mirrored: [Float] = []
      for i in try 0..<file["in.angle"].size(0) {
        func vector(_ all: [Float]) -> SIMD3<Float> { [all[3 * i], all[3 * i + 1], all[3 * i + 2]] }
        let seen = BoxSpace.camera(angles: vector(angles), translation: vector(translations))
        func label(_ pose: Rigid) -> CameraLabel { CameraLabel(BoxSpace.camera(pose, side: 512)) }
        raw += label(seen).values.prefix(16)
        corrected += label(BoxSpace.normalized(seen, about: .corrected)).values.prefix(16)
        labels += label(BoxSpace.normalized(seen)).values
        mirrored += label(BoxSpace.normalized(seen)).mirrored.values
      }
      for (name, values) in [
        "out.pose_raw": raw, "out.pose_cor_variant": corrected, "out.label25": labels, "out.label25_mirror": mirrored,
      ] where file.tensors[name] != nil {
        try expectClose(Tensor(values, file[name].shape), file[name], absolute: 2e-6, "\(file.name) \(name)")
      }
    }
  }

  @Test(.golden(kind, of: .portrait)) func cropsAreThePublishedOnes() throws {
    for file in try GoldenFile.all(Self.kind, of: .portrait) {
      let size = try file["in.img_wh"].floats.map { Int($0) }
      let seen = try file["in.lm5_image_coords"].floats, standard = try file["in.lm3d_std"].floats
      // Upwards, as whole pixels count.
      let points = (0..<seen.count / 2).map { SIMD2(Double(seen[2 * $0]), Double(size[1]) - 1 - Double(seen[2 * $0 + 1])) }
      let face = (0..<standard.count / 3).map { i in SIMD3<Double>((0..<3).map { Double(standard[3 * i + $0]) }) }
      let found = PointAlignment(points, standard: face)
      #expect(try abs(found.scale / file["out.pos_s"].item - 1) < 1e-6)
      try expectClose(
        Tensor([found.translation.x, found.translation.y]).to(.float32), file["out.pos_t"], absolute: 1e-4, "\(file.name) shift")
      for (name, framing) in [
        ("out.recon224_s_w_h_left_up", PublishedCrop.Framing.reconstruction), ("out.eg3d1024_s_w_h_left_up", .generator),
      ] {
        let crop = PublishedCrop(found, imageWidth: size[0], imageHeight: size[1], framing)
        let expected = try file[name].floats
        #expect(abs(Float(crop.scale) / expected[0] - 1) < 1e-6)
        #expect([crop.width, crop.height, crop.left, crop.up] == expected.dropFirst().map { Int($0) }, "\(file.name) \(name)")
      }
    }
  }

  /// Our own five numbers of the standard face are the published ones.
  @Test(.golden(kind, of: .portrait)) func theStandardFaceIsThePublishedOne() throws {
    for file in try GoldenFile.all(Self.kind, of: .portrait) where try file["in.lm3d_std"].size(0) == 5 {
      let ours = PointAlignment.standard.flatMap { [Float($0.x), Float($0.y), Float($0.z)] }
      try expectClose(Tensor(ours, [5, 3]), file["in.lm3d_std"], absolute: 1e-6, "standard face")
    }
  }
}
