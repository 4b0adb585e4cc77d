import Face
import Foundation

/// The studio: a warm key light from the upper left that casts shadows, a cool fill, a rim light from behind, and light from all around.
struct PerformerLight: Sendable {
  struct Lamp: Sendable {
    /// Towards the lamp.
    var direction: SIMD3<Float>
    var color: SIMD3<Float>
  }
  var key = Lamp(direction: normalized([-0.62, 0.58, 0.78]), color: [1.06, 0.98, 0.87])
  var fill = Lamp(direction: normalized([0.85, 0.05, 0.65]), color: [0.2, 0.23, 0.28])
  var rim = Lamp(direction: normalized([0.75, 0.55, -0.7]), color: [0.5, 0.53, 0.6])
  var sky: SIMD3<Float> = [0.34, 0.36, 0.395]
  var ground: SIMD3<Float> = [0.15, 0.13, 0.115]
  var wall: SIMD3<Float> = [0.075, 0.07, 0.068]

  /// Light from all around that a surface facing `n` gets: the first bands of spherical harmonics.
  @inline(__always) func ambient(_ n: SIMD3<Float>) -> SIMD3<Float> {
    mix(ground, sky, 0.5 + 0.5 * n.y) + wall * (n.z + 0.3 * n.x * n.y)
  }
}

/// What the key light sees: depths from its place, to find what lies in shadow.
final class PerformerShadow {
  private static let size = 512
  private static let distance: Float = 40
  private let image = RasterImage(width: size, height: size)
  private let view: Rasteriser

  /// A light shining along -`direction` on a ball of `radius` about `center`.
  init(direction: SIMD3<Float>, center: SIMD3<Float>, radius: Float) {
    let camera = Camera(
      width: Self.size, height: Self.size, focal: SIMD2(repeating: Float(Self.size) / 2 * Self.distance / radius),
      cameraToWorld: Camera.lookAt(eye: center + direction * Self.distance, target: center))
    view = Rasteriser(camera)
  }
  func draw(_ points: [SIMD3<Float>], _ corners: [Int32]) { view.draw(points, corners, into: image) }

  /// How much of the light reaches `p`, 0...1, over a soft border; `bias` is how far something must lie in front to count.
  @inline(__always) func reach(_ p: SIMD3<Float>, bias: Float) -> Float {
    let q = view.toCamera(p), depth = -q.z - bias
    let x = view.center.x + view.focal.x * q.x / -q.z - 0.5, y = view.center.y - view.focal.y * q.y / -q.z - 0.5
    guard x >= 2, y >= 2, x < Float(Self.size - 3), y < Float(Self.size - 3) else { return 1 }
    let i = Int(x), j = Int(y), fx = x - Float(i), fy = y - Float(j)
    // A tent over 4 x 4 samples, as three bilinear lookups across would give.
    let wx = SIMD4<Float>(1 - fx, 1, 1, fx), wy = SIMD4<Float>(1 - fy, 1, 1, fy)
    var lit: Float = 0
    for row in 0..<4 {
      let at = (j - 1 + row) * Self.size + i - 1
      let d = SIMD4<Float>(image.depth[at], image.depth[at + 1], image.depth[at + 2], image.depth[at + 3])
      lit += wy[row] * wx.replacing(with: 0, where: d .< depth).sum()
    }
    return lit / 9
  }
}

/// How open each vertex lies to light from all around, found once on the resting figure.
enum PerformerOcclusion {
  /// Shares in 0...1, one a vertex (1 for vertices that cast nothing), from `directions` views of the figure.
  static func openness(
    _ points: [SIMD3<Float>], _ normals: [SIMD3<Float>], casters: [Int32], center: SIMD3<Float>, radius: Float, directions: Int = 48
  ) -> [Float] {
    var open = [Float](repeating: 0, count: points.count), total = open
    var used = [Bool](repeating: false, count: points.count)
    for corner in casters { used[Int(corner)] = true }
    for k in 0..<directions {
      // Even over the sphere: a spiral by the golden angle.
      let y = 1 - (2 * Float(k) + 1) / Float(directions), r = (1 - y * y).squareRoot(), a = 2.399963 * Float(k)
      let d = SIMD3<Float>(r * cos(a), y, r * sin(a))
      let shadow = PerformerShadow(direction: d, center: center, radius: radius)
      shadow.draw(points, casters)
      for i in points.indices where used[i] {
        let facing = dot(normals[i], d)
        guard facing > 0 else { continue }
        total[i] += facing
        open[i] += facing * shadow.reach(points[i] + 0.03 * normals[i], bias: 0.03)
      }
    }
    return open.indices.map { total[$0] > 0 ? open[$0] / total[$0] : 1 }
  }
}
