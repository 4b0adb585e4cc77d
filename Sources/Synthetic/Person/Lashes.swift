import Face
import Foundation

/// A point of a lid's margin and which way its skin faces.
struct LidPoint {
  var point: SIMD3<Float>
  var normal: SIMD3<Float>
  init(point: SIMD3<Float>, normal: SIMD3<Float>) { (self.point, self.normal) = (point, normal) }
}

/// Eyelashes: thin curved blades that stand on the lids' margins, long above, short below.
struct Lashes {
  private struct Lash {
    var eye: Int
    var lower: Bool
    /// Along the margin from the outer to the inner corner, 0...1.
    var along: Float
    var length: Float
    var fan: Float
  }
  private let lashes: [Lash]
  private static let perLash = 5
  let corners: [Int32]
  var count: Int { lashes.count * Self.perLash }

  init(seed: UInt64) {
    var random = SeededRandom(seed: seed, stream: "lashes")
    var lashes: [Lash] = []
    for eye in 0..<2 {
      for (lower, number) in [(false, 46), (true, 26)] {
        for k in 0..<number {
          let along = (Float(k) + random.unit()) / Float(number)
          let length = (lower ? 0.03 : 0.075) * random.within(0.75, 1.15) * (1 - 0.45 * along) * smoothstep(1, 0.85, along)
          lashes.append(Lash(eye: eye, lower: lower, along: along, length: length, fan: random.within(-0.2, 0.2)))
        }
      }
    }
    self.lashes = lashes
    corners = lashes.indices.flatMap { k in
      let a = Int32(k * Self.perLash)
      return [a, a + 1, a + 2, a + 1, a + 3, a + 2, a + 2, a + 3, a + 4]
    }
  }

  /// World places for lid margins of 16 points each, as `FaceMeshTopology.rightEye` orders them.
  func points(_ lids: [[LidPoint]], up: SIMD3<Float>, left: SIMD3<Float>) -> [SIMD3<Float>] {
    lashes.flatMap { lash -> [SIMD3<Float>] in
      let lid = lids[lash.eye], x = lash.along * 8, i = min(7, Int(x)), f = x - Float(i)
      let a = lash.lower ? lid[(16 - i) % 16] : lid[i], b = lash.lower ? lid[15 - i] : lid[i + 1]
      let root = a.point + f * (b.point - a.point), normal = Face.normalized(a.normal + f * (b.normal - a.normal))
      let outward = (lash.eye == 0 ? -1 : 1) * left
      let spread = (0.75 - 1.15 * lash.along + lash.fan) * outward
      // Down with the lid where it faces down, out with the skin, and curled up at the tip.
      let start = Face.normalized(normal + 0.6 * spread + (lash.lower ? -0.5 : -0.1) * up)
      let curl = Face.normalized(normal * 0.7 + 0.7 * spread + (lash.lower ? -0.6 : 0.75) * up)
      let middle = root + 0.5 * lash.length * start, tip = middle + 0.5 * lash.length * curl
      let side = Face.normalized(cross(start, normal + 0.01 * up)) * 0.0055
      return [root - side, root + side, middle - 0.7 * side, middle + 0.7 * side, tip]
    }
  }
}
