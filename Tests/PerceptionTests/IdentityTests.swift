import Foundation
import Golden
import Perception
import Testing
import Torch

@Suite struct IdentityTests {
  @Test func cropsPutThePointsOnTheTemplate() {
    // An image whose colours are its coordinates, so that a crop tells where it was taken.
    let size = 400
    let ramp = (Tensor.arange(size).to(.float32) + 0.5) / Double(size)
    let grid = meshgrid(ramp, ramp)
    let image = stack([grid[1], grid[0], grid[0] * 0], 2)
    // A face twice the template's size, turned by 30 degrees.
    let (c, s) = (Float(cos(0.5)) * 2, Float(sin(0.5)) * 2)
    func place(_ x: Float, _ y: Float) -> SIMD2<Float> { SIMD2(c * x - s * y + 200, s * x + c * y + 30) }
    let points = FacePoints(
      leftEye: place(30.2946, 51.6963), rightEye: place(65.5318, 51.5014), nose: place(48.0252, 71.7366),
      leftMouth: place(33.5493, 92.3655), rightMouth: place(62.7299, 92.2041))
    for width in [96, 112] {
      let crop = points.crop(image, (112, width))
      #expect(crop.shape == [112, width, 3])
      for (x, y) in [(30, 51), (65, 92), (48, 71)] {
        let found = crop.select(0, y).select(0, x).floats.map { $0 * Float(size) }
        let expected = place(Float(x) + 0.5 - Float(width - 96) / 2, Float(y) + 0.5)
        #expect(abs(found[0] - expected.x) < 0.6 && abs(found[1] - expected.y) < 0.6, "\(found) \(expected)")
      }
    }
  }

  @Test(.enabled(if: exist("weights/mobilefacenet_id_068.ckpt"), "skipped: ../shared is absent"))
  func publishedWeightsOfMobileFaceNetLoad() throws {
    let network = MobileFaceNet(Generator(seed: 1))
    try network.load(try WeightFile.tensors(assets("weights/mobilefacenet_id_068.ckpt")))
    let vectors = withoutGradient { network(image("in.face", [2, 3, 112, 96])) }
    #expect(abs(vectors.norm(1).min().item - 1) < 1e-5)
  }

  @Test(.enabled(if: exist("weights/lpips_lin_v0.1_alex.pth"), "skipped: ../shared is absent"), arguments: Backbone.Kind.allCases)
  func publishedHeadsOfLPIPSLoad(_ kind: Backbone.Kind) throws {
    let network = LPIPS(kind, Generator(seed: 1))
    let url = assets("weights/lpips_lin_v0.1_\(kind.rawValue).pth")
    try network.load(heads: try WeightFile.tensors(url), from: url)
    #expect(network.heads.layers.allSatisfy { $0.weight.min().item >= 0 })
  }

  /// `w.` weights of a block under ArcFace's names, `in.x`, `out`.
  @Test(.golden("26_irse_bottleneck", of: .portrait)) func blocksOfArcFaceAreTheGoldenOnes() throws {
    for file in try GoldenFile.all("26_irse_bottleneck", of: .portrait, on: .test) {
      let x = try file["in.x"], y = try file["out"]
      let weights = file.tensors.filter { !$0.key.hasPrefix("in.") && !$0.key.hasPrefix("out") }
      let block = ResidualBottleneck(x.size(1), y.size(1), stride: x.size(2) / y.size(2), Generator(seed: 1)).frozen()
      var complete = weights
      for (name, tensor) in block.state() where name.hasSuffix("num_batches_tracked") && complete[name] == nil { complete[name] = tensor }
      try block.load(complete)
      block.onTestDevice()
      expectClose(withoutGradient { block(x) }, y, absolute: 1e-4 * y.abs().max().item, file.name)
    }
  }
}
