import Face
import Foundation

/// The skull by direction from its middle: how far its skin is.
struct Skull: Sendable {
  static let center = SIMD3<Float>(0, 0.35, 0)
  private static let columns = 96
  private static let rows = 48
  private let radii: [Float]

  /// Measured on a resting head by rays from the middle.
  init(_ points: [SIMD3<Float>], _ corners: [Int32]) {
    let facets = stride(from: 0, to: corners.count, by: 3).map { f in
      Facet(points[Int(corners[f])] - Self.center, points[Int(corners[f + 1])] - Self.center, points[Int(corners[f + 2])] - Self.center)
    }
    radii = [Float](unsafeUninitializedCapacity: (Self.rows + 1) * Self.columns) { out, count in
      Bands.perform(Self.rows + 1, of: 1) { rows in
        for row in rows {
          for column in 0..<Self.columns {
            let d = Self.direction(Float(column) / Float(Self.columns), Float(row) / Float(Self.rows))
            var far: Float = 0
            for facet in facets where dot(facet.direction, d) >= facet.cosine { far = max(far, facet.hit(d)) }
            out[row * Self.columns + column] = far > 0 ? far : 0.9
          }
        }
      }
      count = (Self.rows + 1) * Self.columns
    }
  }
  /// A triangle as seen from the middle, and the cone that holds it.
  private struct Facet {
    let a, e, f: SIMD3<Float>
    let direction: SIMD3<Float>
    let cosine: Float

    init(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>) {
      (self.a, e, f) = (a, b - a, c - a)
      let middle = Face.normalized(a + b + c)
      direction = middle
      cosine = min(dot(Face.normalized(a), middle), dot(Face.normalized(b), middle), dot(Face.normalized(c), middle)) - 1e-4
    }
    func hit(_ d: SIMD3<Float>) -> Float {
      let p = cross(d, f), det = dot(e, p)
      guard abs(det) > 1e-12 else { return 0 }
      let u = -dot(a, p) / det, q = cross(-a, e), v = dot(d, q) / det
      return u >= 0 && v >= 0 && u + v <= 1 ? dot(f, q) / det : 0
    }
  }
  /// `u` runs once around from the back, `v` from the top down, each 0...1.
  static func direction(_ u: Float, _ v: Float) -> SIMD3<Float> {
    let azimuth = 2 * .pi * (u - 0.5), polar = .pi * v
    return [sin(polar) * sin(azimuth), cos(polar), sin(polar) * cos(azimuth)]
  }
  func radius(_ d: SIMD3<Float>) -> Float {
    let u = (atan2(d.x, d.z) / (2 * .pi) + 0.5) * Float(Self.columns), v = acos(max(-1, min(1, d.y))) / .pi * Float(Self.rows)
    let i = Int(u) % Self.columns, j = min(Self.rows - 1, Int(v)), fu = u - u.rounded(.down), fv = v - Float(j), n = (i + 1) % Self.columns
    let upper = radii[j * Self.columns + i] * (1 - fu) + radii[j * Self.columns + n] * fu
    let lower = radii[(j + 1) * Self.columns + i] * (1 - fu) + radii[(j + 1) * Self.columns + n] * fu
    return upper * (1 - fv) + lower * fv
  }
}
