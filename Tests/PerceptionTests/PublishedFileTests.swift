import Foundation
import Perception
import Testing
import Torch

/// Published files hold what PyTorch finds in them, bit for bit: the sums are of names and numbers as `torch.load` gives them.
@Suite struct PublishedFileTests {
  @Test(
    .enabled(if: exist("weights/lpips_lin_v0.1_alex.pth"), "skipped: ../shared is absent"),
    arguments: [
      ("weights/lpips_lin_v0.1_alex.pth", "885a51c7aba6f7ccf3321ca5f345fbd72201f3347f0a88e807016be494493f5d"),
      ("weights/lpips_lin_v0.1_squeeze.pth", "55d9bd39ee2c777937ec5fa22a32531971c306d30dcf0d0e799648c767be7e5f"),
      ("weights/lpips_lin_v0.1_vgg.pth", "09016f6c713efecd87823d0ac57b392f1c5c47de4e54122e04c71f80cc4650a3"),
      ("weights/mobilefacenet_id_068.ckpt", "31b5d042bad6492100c0f6ce33364ee2d9e55ebe1077a55ed9f8175a14520b67"),
      ("formats/improved_adnerf_track_params.pt", "3656fafca0bcc94741fee21ba6cbb22bc895e0473a60745eacedd152343a6ac9"),
    ])
  func areReadAsPyTorchReadsThem(_ path: String, _ expected: String) throws {
    var sum = SHA256()
    for (name, tensor) in try WeightFile.tensors(assets(path)).sorted(by: { $0.key < $1.key }) {
      Data(name.utf8).withUnsafeBytes { sum.update($0) }
      tensor.withBytes { sum.update($0) }
    }
    #expect(sum.hexadecimal() == expected)
  }
}
