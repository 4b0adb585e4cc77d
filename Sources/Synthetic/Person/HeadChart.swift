import Face
import Foundation

/// The head unrolled: arc length about a vertical axis against height, both in head units. Hair, skin and beards are placed in it.
enum HeadChart {
  static let axis = SIMD3<Float>(0, 0, -0.1)
  static let radius: Float = 0.8

  /// Where a point of the resting head lies: arc length (positive to the subject's left) and height.
  @inline(__always) static func place(_ p: SIMD3<Float>) -> SIMD2<Float> {
    SIMD2(radius * arctangent(p.x, p.z - axis.z), p.y)
  }

  /// The angle of (x along, z ahead), -pi...pi, to 2e-4 radians: a polynomial, for use at every pixel.
  @inline(__always) static func arctangent(_ x: Float, _ z: Float) -> Float {
    let a = min(abs(x), abs(z)), b = max(abs(x), abs(z), 1e-9), r = a / b, s = r * r
    var t = ((-0.0464964749 * s + 0.15931422) * s - 0.327622764) * s * r + r
    if abs(x) > abs(z) { t = .pi / 2 - t }
    if z < 0 { t = .pi - t }
    return x < 0 ? -t : t
  }
}

/// A closed line in the chart, rounded between its corners, that can say how far inside a place is.
struct ChartOutline {
  let points: [SIMD2<Float>]
  let low: SIMD2<Float>
  let high: SIMD2<Float>

  /// Through `corners` in order, with `parts` straight pieces on each side (Catmull-Rom).
  init(_ corners: [SIMD2<Float>], parts: Int = 4) {
    let n = corners.count
    points = (0..<n).flatMap { i in
      let a = corners[(i + n - 1) % n], b = corners[i], c = corners[(i + 1) % n], d = corners[(i + 2) % n]
      return (0..<parts).map { Self.curve(a, b, c, d, Float($0) / Float(parts)) }
    }
    low = points.reduce(SIMD2(repeating: .infinity)) { pointwiseMin($0, $1) }
    high = points.reduce(SIMD2(repeating: -.infinity)) { pointwiseMax($0, $1) }
  }

  func holds(_ p: SIMD2<Float>) -> Bool {
    p.x > low.x && p.x < high.x && p.y > low.y && p.y < high.y && inside(p) > 0
  }
  /// Distance to the line, positive inside.
  func inside(_ p: SIMD2<Float>) -> Float {
    var nearest = Float.infinity, within = false
    var a = points[points.count - 1]
    for b in points {
      nearest = min(nearest, Self.distance(p, a, b))
      if (a.y > p.y) != (b.y > p.y), p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x { within.toggle() }
      a = b
    }
    return within ? nearest : -nearest
  }

  static func curve<V: SIMD>(_ a: V, _ b: V, _ c: V, _ d: V, _ t: Float) -> V where V.Scalar == Float {
    let u = (c - a) * t, v = (2 * a - 5 * b + 4 * c - d) * (t * t), w = (3 * b - a - 3 * c + d) * (t * t * t)
    return b + (u + v + w) * 0.5
  }
  static func distance(_ p: SIMD2<Float>, _ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float {
    let ab = b - a, ap = p - a
    let t = max(0, min(1, (ap * ab).sum() / max((ab * ab).sum(), 1e-12)))
    let d = ap - t * ab
    return (d * d).sum().squareRoot()
  }
}

/// An open line in the chart.
struct ChartLine {
  let points: [SIMD2<Float>]
  init(_ corners: [SIMD2<Float>], parts: Int = 4) {
    let n = corners.count
    func corner(_ i: Int) -> SIMD2<Float> {
      if i < 0 { return 2 * corners[0] - corners[1] }
      return i < n ? corners[i] : 2 * corners[n - 1] - corners[n - 2]
    }
    points =
      (0..<n - 1).flatMap { i in
        (0..<parts).map { ChartOutline.curve(corner(i - 1), corner(i), corner(i + 1), corner(i + 2), Float($0) / Float(parts)) }
      } + [corners[n - 1]]
  }
  func distance(_ p: SIMD2<Float>) -> Float {
    var nearest = Float.infinity
    for i in 1..<points.count { nearest = min(nearest, ChartOutline.distance(p, points[i - 1], points[i])) }
    return nearest
  }
  /// The height of the line above or below `x`, held beyond its ends; for lines that run from one side to the other.
  func height(_ x: Float) -> Float {
    let rising = points[0].x < points[points.count - 1].x
    let first = rising ? points[0] : points[points.count - 1], last = rising ? points[points.count - 1] : points[0]
    if x <= first.x { return first.y }
    if x >= last.x { return last.y }
    for i in 1..<points.count {
      let a = points[i - 1], b = points[i]
      if min(a.x, b.x) <= x, x <= max(a.x, b.x) { return a.y + (b.y - a.y) * (b.x == a.x ? 0 : (x - a.x) / (b.x - a.x)) }
    }
    return last.y
  }
}
