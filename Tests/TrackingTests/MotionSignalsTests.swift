import Foundation
import Testing
import Tracking

@Suite struct MotionSignalsTests {
  /// A face of a few points, 100 pixels between the outer corners of the eyes, turned in the image by `angle` and scaled.
  static func face(lips: Float, lids: Float, brows: Float, mouth: Float, angle: Float = 0, scale: Float = 1) -> FaceLandmarks {
    var points = [SIMD3<Float>](repeating: [0, 30, 0], count: 478)
    points[33] = [-50, 0, 0]
    points[133] = [-20, 0, 0]
    points[362] = [20, 0, 0]
    points[263] = [50, 0, 0]
    for (upper, lower, x) in [(159, 145, -35), (386, 374, 35)] as [(Int, Int, Float)] {
      points[upper] = [x, -lids / 2, 0]
      points[lower] = [x, lids / 2, 0]
    }
    points[13] = [0, 70, 5]
    points[14] = [0, 70 + lips, 5]
    points[61] = [-mouth / 2, 72, 0]
    points[291] = [mouth / 2, 72, 0]
    for (brow, x) in [([70, 63, 105, 66, 107], -35), ([300, 293, 334, 296, 336], 35)] as [([Int], Float)] {
      for i in brow { points[i] = [x, -brows, 0] }
    }
    let (c, s) = (cos(angle), sin(angle))
    let moved = points.map { p in SIMD3(200 + scale * (c * p.x - s * p.y), 300 + scale * (s * p.x + c * p.y), scale * p.z) }
    return FaceLandmarks(points: moved, presence: 1)
  }

  @Test(arguments: [(0, 1), (0.5, 1), (-1.2, 2.5), (3, 0.3)] as [(Float, Float)])
  func doNotDependOnRollOrSize(_ angle: Float, _ scale: Float) throws {
    let signals = try #require(MotionSignals(Self.face(lips: 20, lids: 10, brows: 25, mouth: 60, angle: angle, scale: scale)))
    func near(_ value: Double, _ expected: Double) { #expect(abs(value - expected) < 1e-5) }
    near(signals.lipGap, 0.2)
    near(signals.eyeOpening, 0.1)
    near(signals.browHeight, 0.25)
    near(signals.mouthWidth, 0.6)
    #expect(signals.named.keys.sorted() == MotionSignals.names.sorted())
  }

  @Test func aTurnedHeadKeepsItsMeasure() throws {
    var points = Self.face(lips: 20, lids: 10, brows: 25, mouth: 60).points
    let (c, s) = (cos(Float(0.8)), sin(Float(0.8)))
    points = points.map { p in SIMD3(200 + c * (p.x - 200), p.y, p.z + s * (p.x - 200)) }
    let signals = try #require(MotionSignals(FaceLandmarks(points: points, presence: 1)))
    #expect(abs(signals.lipGap - 0.2) < 1e-5 && abs(signals.eyeOpening - 0.1) < 1e-5)
  }

  @Test func coincidingEyesHaveNone() {
    #expect(MotionSignals(FaceLandmarks(points: [SIMD3<Float>](repeating: [1, 2, 3], count: 478), presence: 1)) == nil)
  }
}
