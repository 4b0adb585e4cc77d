import Face
import Foundation

/// A key light with shadows, a fill, a rim light and light from all around, by directions of the head's space.
struct Lighting: Sendable {
  struct Lamp: Sendable {
    /// Towards the lamp.
    var direction: SIMD3<Float>
    var color: SIMD3<Float>
  }
  var key: Lamp
  var fill: Lamp
  var rim: Lamp
  var sky: SIMD3<Float>
  var ground: SIMD3<Float>
  /// More from the front than from behind.
  var front: SIMD3<Float>
  /// Where the sky is, and what is in front.
  private(set) var up = SIMD3<Float>(0, 1, 0)
  private(set) var ahead = SIMD3<Float>(0, 0, 1)
  /// Texels of the key light's shadow map: the fewer, the softer its shadows.
  var shadowSize: Int

  /// Light from all around that a surface facing `n` gets: the first bands of spherical harmonics.
  @inline(__always) func ambient(_ n: SIMD3<Float>) -> SIMD3<Float> { mix(ground, sky, 0.5 + 0.5 * dot(n, up)) + front * dot(n, ahead) }

  /// The same light among other axes: `rotation` turns these into those.
  func turned(by rotation: Matrix3) -> Lighting {
    var turned = self
    turned.key.direction = rotation * key.direction
    turned.fill.direction = rotation * fill.direction
    turned.rim.direction = rotation * rim.direction
    (turned.up, turned.ahead) = (rotation * up, rotation * ahead)
    return turned
  }
}

extension Lighting {
  /// Lamps drawn at random: from an overcast day to one bare lamp.
  init(_ random: inout SeededRandom) {
    func direction(_ azimuth: Float, _ height: Float) -> SIMD3<Float> {
      [cos(height) * sin(azimuth), sin(height), cos(height) * cos(azimuth)]
    }
    let azimuth = clamp(0.65 * random.normal(), -1.5, 1.5), height = random.within(0.1, 1.0)
    // From an overcast day to one bare lamp.
    let contrast = pow(random.unit(), 1.2)
    let warm = Palette.light(kelvin: random.within(3200, 7800)), cool = Palette.light(kelvin: random.within(4500, 9500))
    // Cameras balance most of a light's colour away.
    let keyTint = mix(SIMD3(repeating: 1), warm, random.within(0.2, 0.75)),
      skyTint = mix(SIMD3(repeating: 1), cool, random.within(0.2, 0.75))
    let exposure = random.within(0.76, 1.05)
    let ambient = mix(0.72, 0.2, contrast) * exposure
    key = Lamp(direction: direction(azimuth, height), color: mix(0.5, 1.25, contrast) * exposure * keyTint)
    fill = Lamp(
      direction: direction(-azimuth + 0.5 * random.normal() - (azimuth > 0 ? 0.5 : -0.5), random.within(-0.15, 0.5)),
      color: random.within(0.08, 0.32) * exposure * skyTint)
    let behind: Float = random.unit() < 0.45 ? random.within(0.2, 0.9) : 0
    rim = Lamp(
      direction: direction(.pi + (random.unit() < 0.5 ? -1 : 1) * random.within(0.4, 1.1), random.within(0.2, 0.8)),
      color: behind * exposure * mix(SIMD3(repeating: 1), Palette.light(kelvin: random.within(3000, 9000)), 0.6))
    sky = ambient * skyTint
    ground = ambient * random.within(0.3, 0.6) * mix(SIMD3(repeating: 1), Palette.light(kelvin: 3800), 0.4)
    front = ambient * random.within(0.05, 0.3) * SIMD3(repeating: 1)
    shadowSize = [448, 320, 224, 160][min(3, Int(4 * random.unit()))]
  }
}

/// What a light sees: depths from its place, to find what lies in shadow.
final class ShadowMap {
  let size: Int
  /// The width of a texel where the light falls.
  let texel: Float
  private static let distance: Float = 40
  private let radius: Float
  private let image: RasterImage
  private var view: Rasteriser

  /// A light shining along -`direction` on a ball of `radius` about `center`.
  init(size: Int, direction: SIMD3<Float>, center: SIMD3<Float>, radius: Float) {
    self.size = size
    self.radius = radius
    texel = 2 * radius / Float(size)
    image = RasterImage(width: size, height: size)
    view = Self.view(size, direction, center, radius)
  }
  /// Lets the light shine from elsewhere on a ball of the same size; what it saw is for `draw` to replace.
  func aim(along direction: SIMD3<Float>, at center: SIMD3<Float>) { view = Self.view(size, direction, center, radius) }

  private static func view(_ size: Int, _ direction: SIMD3<Float>, _ center: SIMD3<Float>, _ radius: Float) -> Rasteriser {
    Rasteriser(
      Camera(
        width: size, height: size, focal: SIMD2(repeating: Float(size) / 2 * distance / radius),
        cameraToWorld: Camera.lookAt(eye: center + direction * distance, target: center)))
  }
  func draw(_ points: [SIMD3<Float>], _ corners: [Int32]) { view.draw(points, corners, into: image) }
  /// What `other`, of the same light, holds is seen here too.
  func add(_ other: ShadowMap) {
    for i in 0..<size * size where other.image.depth[i] < image.depth[i] { image.depth[i] = other.image.depth[i] }
  }

  /// How much of the light reaches `p`, 0...1, over a soft border; `bias` is how far something must lie in front to count.
  @inline(__always) func reach(_ p: SIMD3<Float>, bias: Float) -> Float {
    let r = view.rows
    let q = SIMD3(dot(r.0, p), dot(r.1, p), dot(r.2, p)) + view.translation, depth = -q.z - bias
    let x = view.center.x + view.focal.x * q.x / -q.z - 0.5, y = view.center.y - view.focal.y * q.y / -q.z - 0.5
    guard x >= 2, y >= 2, x < Float(size - 3), y < Float(size - 3) else { return 1 }
    let i = Int(x), j = Int(y), fx = x - Float(i), fy = y - Float(j)
    // A tent over 4 x 4 samples, as three bilinear lookups across would give.
    let wx = SIMD4<Float>(1 - fx, 1, 1, fx), wy = SIMD4<Float>(1 - fy, 1, 1, fy)
    var lit: Float = 0
    for row in 0..<4 {
      let at = (j - 1 + row) * size + i - 1
      let d = SIMD4<Float>(image.depth[at], image.depth[at + 1], image.depth[at + 2], image.depth[at + 3])
      lit += wy[row] * wx.replacing(with: 0, where: d .< depth).sum()
    }
    return lit / 9
  }
}

/// How open each vertex lies to light from all around, found once on the resting figure.
enum Occlusion {
  static let directions = 22
  /// Shares in 0...1, one a vertex.
  static func openness(_ points: [SIMD3<Float>], _ normals: [SIMD3<Float>], casters: [Int32], count: Int) -> [Float] {
    var open = [Float](repeating: 0, count: count), total = open
    for k in 0..<directions {
      // Even over the sphere: a spiral by the golden angle.
      let y = 1 - (2 * Float(k) + 1) / Float(directions), r = (1 - y * y).squareRoot(), a = 2.399963 * Float(k)
      let d = SIMD3<Float>(r * cos(a), y, r * sin(a))
      let shadow = ShadowMap(size: 176, direction: d, center: [0, -0.3, -0.1], radius: 2.1)
      shadow.draw(points, casters)
      for i in 0..<count {
        let facing = dot(normals[i], d)
        guard facing > 0 else { continue }
        total[i] += facing
        open[i] += facing * shadow.reach(points[i] + 0.05 * normals[i], bias: 0.05)
      }
    }
    return (0..<count).map { total[$0] > 0 ? open[$0] / total[$0] : 1 }
  }
}
