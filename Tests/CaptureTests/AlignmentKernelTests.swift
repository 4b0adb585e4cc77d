import Capture
import Datasets
import Face
import Golden
import Testing
import Torch
import Tracking

/// Kernels of the alignment against libtorch's operators.
@Suite struct AlignmentKernelTests {
  @Test func bandsAreAsTheReference() {
    let rgb = picture(90, 70, 0)
    let off = (BandImages.band(rgb, width: 90, height: 70).to(.float32) - BandImages.referenceBand(rgb).to(.float32)).abs()
    #expect(off.max().item <= 1 && off.mean().item < 0.02)
    // Of an image that is shrunken first, colors are rounded in between.
    let small = ImageScaling.scale(rgb, width: 40, height: 33)
    let shrunken = (BandImages.band(rgb, width: 40, height: 33).to(.float32) - BandImages.referenceBand(small).to(.float32)).abs()
    #expect(shrunken.max().item <= 3 && shrunken.mean().item < 0.5)
    #expect(BandImages.referenceBand(small).to(.float32).abs().mean().item > 1.5, "the image shows next to nothing")
  }

  /// Points on a bent sheet before a camera that some of them leave, in frames that look alike.
  @Test func equationsAreAsTheReference() throws {
    let n = 5, side = 48
    let bands = BandImages(count: n, width: side, height: side)
    for i in 0..<n { bands.set(i, picture(side, side, i)) }
    let camera = Camera(width: side, height: side, focal: [90, 90], center: [23, 25])
    let places = (0..<203).map { k -> SIMD3<Float> in
      let (x, y) = (Float(k % 15) / 7 - 1, Float(k / 15) / 7 - 1)
      return [1.2 * x, 1.1 * y, 0.5 - 0.4 * x * x]
    }
    func rows(_ all: [SIMD3<Float>]) -> Tensor { Tensor(all.flatMap { [$0.x, $0.y, $0.z] }, [all.count, 3]) }
    let likeness = RigidLikeness(
      points: rows(places), directions: rows(places.map { [0.1 * $0.x, 0.1 * $0.y, -1] }), freedom: Tensor.full([203], 0.1),
      rotation: .identity, camera: camera)
    let poses = HeadPoses(
      (0..<n).map { i in
        Rigid(rotation: Matrix3(rotationVector: [0.03 * Float(i), -0.05, 0.02]), translation: [0.02 * Float(i), -0.1, -4.2])
      })
    let weights = Tensor((0..<n).map { 1 - 0.15 * Float($0) })
    let reference = ReferenceLikeness(likeness)
    let mean = likeness.mean(bands, poses, weights: weights), wanted = reference.mean(bands, poses, weights: weights)
    #expect((mean - wanted).abs().max().item < 1e-5)
    #expect(wanted.std().item > 0.005, "the points see next to nothing")
    func same(_ a: (hessian: Tensor, gradient: Tensor), _ b: (hessian: Tensor, gradient: Tensor)) -> Bool {
      zip([a.hessian, a.gradient], [b.hessian, b.gradient]).allSatisfy {
        ($0 - $1).abs().max().item < 1e-3 * $1.abs().max().item && $1.abs().max().item > 0
      }
    }
    #expect(
      same(
        likeness.equations(bands, poses, mean: mean, weights: weights, noise: 0.03),
        reference.equations(bands, poses, mean: mean, weights: weights, noise: 0.03)))
    #expect(
      same(
        likeness.depths(bands, poses, mean: mean, weights: weights, noise: 0.03),
        reference.depths(bands, poses, mean: mean, weights: weights, noise: 0.03)))
  }

  /// Blobs of colors, moved a little from frame to frame.
  private func picture(_ width: Int, _ height: Int, _ frame: Int) -> Tensor {
    let t = 0.4 * Float(frame)
    let bytes = (0..<width * height).flatMap { k -> [UInt8] in
      let (x, y) = (Float(k % width) + t, Float(k / width) - t)
      return [UInt8(128 + 90 * wave(x / 3 + y / 7)), UInt8(128 + 80 * wave(y / 2.5)), UInt8(128 + 100 * wave(x / 11 - y / 5))]
    }
    return Tensor(bytes, [height, width, 3])
  }
  private func wave(_ x: Float) -> Float {
    let part = x - x.rounded(.down)
    return 16 * part * (1 - part) * abs(part - 0.5) * (part < 0.5 ? 1 : -1)
  }
}
