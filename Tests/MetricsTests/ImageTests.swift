import Foundation
import Metrics
import Testing
import Torch

@Suite struct ImageTests {
  static func fixture() throws -> Safetensors {
    try Safetensors.read(Bundle.module.resourceURL!.appendingPathComponent("Fixtures/pictures.safetensors"))
  }

  @Test func figuresAreThoseOfPlainLoops() throws {
    let file = try Self.fixture()
    let (a, b, mask) = (file.tensors["a"]!, file.tensors["b"]!, file.tensors["mask"]!)
    func near(_ value: Double?, _ name: String) { #expect(abs((value ?? .nan) - file.tensors[name]!.item) < 1e-5, "\(name)") }
    near(l1(a, b), "l1")
    near(l1(a, b, where: mask), "l1.mask")
    near(psnr(a, b), "psnr")
    near(psnr(a, b, where: mask), "psnr.mask")
    near(ssim(a, b), "ssim")
    near(ssim(a, b, where: mask), "ssim.mask")
    near(StructuralSimilarity.uniform(a, b), "ssim.uniform")
  }

  @Test func equalImagesArePerfect() throws {
    let a = try Self.fixture().tensors["a"]!
    #expect(l1(a, a) == 0)
    #expect(psnr(a, a) == .infinity)
    #expect(abs(ssim(a, a)! - 1) < 1e-6)
    let scores = ImageScores(a, truth: a)!
    #expect(
      ImageScores.mean([scores, ImageScores(l1: 0.5, psnr: 20, ssim: nil)]) == ImageScores(l1: 0.25, psnr: 60, ssim: scores.ssim))
  }

  @Test func nothingToCompareHasNoFigure() throws {
    let file = try Self.fixture()
    let (a, b) = (file.tensors["a"]!, file.tensors["b"]!)
    let nowhere = Tensor.zeros([a.size(0), a.size(1)], .bool)
    #expect(psnr(a, b, where: nowhere) == nil)
    #expect(ImageScores(a, truth: b, where: nowhere) == nil)
    // A mask on the border alone holds no centre of a window, but has pixels.
    nowhere[0, 0] = Tensor(true)
    let corner = ImageScores(a, truth: b, where: nowhere)!
    #expect(corner.ssim == nil && corner.l1 == l1(a[0, 0], b[0, 0]))
    #expect(ssim(a[.to(5)], b[.to(5)]) == nil)
    #expect(ImageScores.mean([]) == nil)
  }
}

@Suite struct SeriesTests {
  @Test func correlationAndAmplitude() {
    let truth: [Double?] = [0, 1, 2, 3, 4]
    #expect(abs(correlation(truth.map { $0! * -3 + 1 }, truth)! + 1) < 1e-12)
    #expect(abs(amplitude(of: truth.map { $0! * -3 + 1 }, truth: truth)! - 3) < 1e-12)
    // By hand: deviations (-1, 0, 1) and (-1, 1, 0), so 1 / 2.
    #expect(abs(correlation([1, 2, 3], [0, 2, 1])! - 0.5) < 1e-12)
    #expect(amplitude(of: [5, 5, 5], truth: [0, 1, 2]) == 0)
  }
  @Test func placesWithoutAValueDoNotCount() {
    #expect(abs(correlation([0, 1, nil, 2, 9], [0, 1, 50, 2, nil])! - 1) < 1e-12)
    #expect(abs(amplitude(of: [0, 2, .nan, 4], truth: [0, 1, 7, 2])! - 2) < 1e-12)
    #expect(correlation([0, 1], [0, 1]) == nil)
    #expect(correlation([5, 5, 5], [0, 1, 2]) == nil)
    #expect(amplitude(of: [0, 1, 2], truth: [5, 5, 5]) == nil)
  }

  @Test func motionIsComparedBySignal() {
    let truth: [[String: Double]?] = [
      ["lips": 0, "brow": 1], ["lips": 1, "brow": 1], nil, ["lips": 2, "brow": 1], ["lips": 0, "brow": 1],
    ]
    let frames: [[String: Double]?] = [["lips": 3], ["lips": 3.5], ["lips": 9], ["lips": 4], nil]
    let found = MotionFidelity.compare(frames, truth: truth)
    #expect(found["lips"]?.frames == 3 && abs(found["lips"]!.correlation! - 1) < 1e-12 && abs(found["lips"]!.amplitude! - 0.5) < 1e-12)
    #expect(found["brow"] == MotionFidelity(correlation: nil, amplitude: nil, frames: 0))
  }
}
