import Foundation
import Testing
import Torch
import Tracking

@Suite struct TrackingMathsTests {
  @Test func bandedSystemsAreSolved() {
    let n = 40
    let band = 5
    var system = BandedSystem(size: n, bandwidth: band)
    var dense = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in max(0, i - band)...i {
        let value = i == j ? 9 + Double(i % 4) : sin(Double(3 * i + 5 * j))
        system.add(i, j, value)
        system.add(j, i, j < i ? 77 : 0)
        (dense[i * n + j], dense[j * n + i]) = (value, value)
      }
      system.right[i] = cos(Double(i))
    }
    guard let x = system.solved() else {
      Issue.record("not solved")
      return
    }
    for i in 0..<n {
      let product = (0..<n).reduce(0) { $0 + dense[i * n + $1] * x[$1] }
      #expect(abs(product - cos(Double(i))) < 1e-10)
    }
    var singular = BandedSystem(size: 2, bandwidth: 1)
    singular.add(0, 0, 1)
    #expect(singular.solved() == nil)
  }

  /// A smooth pattern, moved, grown and turned by known amounts.
  @Test func alignmentFindsShiftGrowthAndTurn() throws {
    func image(_ shift: SIMD2<Float>, _ growth: Float, _ turn: Float = 0) -> ImageAligner.Image {
      let (w, h) = (96, 80)
      let c = SIMD2<Float>(47.5, 39.5)
      return ImageAligner.Image(
        width: w, height: h,
        values: (0..<w * h).map { k in
          let q = (SIMD2(Float(k % w), Float(k / w)) - c - shift) / (1 + growth)
          let p = SIMD2(cos(turn) * q.x + sin(turn) * q.y, cos(turn) * q.y - sin(turn) * q.x) + c
          return 0.5 + 0.2 * sin(p.x / 5) * cos(p.y / 7) + 0.15 * sin((p.x + 2 * p.y) / 9)
        })
    }
    let mask = (0..<96 * 80).map { k in (20..<76).contains(k % 96) && (16..<64).contains(k / 96) }
    let aligner = try #require(ImageAligner(image(.zero, 0), mask: mask))
    for (shift, growth, turn) in [(SIMD2<Float>(0.37, -0.81), Float(0), Float(0.03)), ([2.5, 1.5], 0.02, 0), ([-1.2, 0.4], -0.03, -0.05)] {
      let found = aligner.align(image(shift, growth, turn), from: ImageAligner.Motion(), iterations: 30)
      #expect(length(found.shift - shift) < 0.03, "\(found.shift) for \(shift)")
      #expect(abs(found.growth - growth) < 0.002, "\(found.growth) for \(growth)")
      #expect(abs(found.turn - turn) < 0.002, "\(found.turn) for \(turn)")
      #expect(found.error < 0.01)
    }
    let flat = ImageAligner.Image(width: 96, height: 80, values: [Float](repeating: 0.5, count: 96 * 80))
    #expect(ImageAligner(flat, mask: mask) == nil)
  }

  /// A torso far from the camera's axis, turned about that axis, shifted and brought nearer: that is what is found, about the median frame.
  @Test func torsosAreFollowedAboutTheCamerasAxis() throws {
    let (size, focal, depth) = (192, Float(400), Float(8)), axis = SIMD2<Float>(96, 96)
    let motions: [SIMD4<Float>] = [.zero, [0.05, -0.03, 0.1, 0.02], [-0.08, 0.02, -0.15, -0.03]]
    let tracker = TorsoTracker()
    let labels = cat([Tensor.zeros([110, size], .uint8), .full([82, size], 11, .uint8)])
    for m in motions {
      let values = (0..<size * size).flatMap { k -> [UInt8] in
        // From the image back to the torso at rest: the camera sees f (R p d + t) / (d - t.z).
        let seen = SIMD2(Float(k % size) + 0.5, Float(k / size) + 0.5) - axis
        let flat = SIMD2(seen.x, -seen.y) * ((depth - m.z) / focal) - SIMD2(m.x, m.y)
        let (c, s) = (cos(-m.w), sin(-m.w))
        let p = SIMD2(c * flat.x - s * flat.y, s * flat.x + c * flat.y) * 50
        let v = 0.5 + 0.2 * sin(p.x / 5) * cos(p.y / 7) + 0.15 * sin((p.x + 2 * p.y) / 9)
        return [UInt8](repeating: UInt8(v * 255), count: 3)
      }
      tracker.add(Tensor(values, [size, size, 3]), labels: labels)
    }
    let found = tracker.shifts(focal: focal, depth: depth, center: axis)
    // The median is a frame of its own here in every part but that it mixes frames; all is relative to the first.
    for (i, m) in motions.enumerated() {
      let roll = found[i].w - found[0].w
      #expect(abs(roll - m.w) < 0.003, "\(roll) for \(m.w)")
      #expect(abs(found[i].z - found[0].z - m.z) < 0.05)
      #expect(abs(found[i].x - found[0].x - m.x) < 0.02 && abs(found[i].y - found[0].y - m.y) < 0.02, "\(found[i] - found[0]) for \(m)")
    }
  }
  private func length(_ v: SIMD2<Float>) -> Float { (v * v).sum().squareRoot() }
}
