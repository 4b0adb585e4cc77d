import Foundation
import Tracking

/// Where the parts of a head are in an image, from the points of its face: the frame that positions are judged in.
struct HeadGeometry {
  /// The face's own axes in the image's pixels with depth, of length 1: to the right as seen, down, and into the head.
  let across, down, inward: SIMD3<Float>
  /// Between the ears, and from the chin to the top of the mesh, in pixels, whatever the turn of the head.
  let width, height: Float
  /// Chin and the middle of the face oval.
  let chin, center: SIMD2<Float>
  /// The head with its hair as an ellipse: its centre, and the inverse of its matrix (xx, xy, yy).
  let headCenter: SIMD2<Float>
  private let head: SIMD3<Float>
  /// Middles of the ears, the right one first, and how much of each can be seen, 0...1.
  let ears: [(center: SIMD2<Float>, seen: Float)]
  /// How far the oval reaches from `center`, for equal steps of the angle.
  private let reach: [Float]
  private static let steps = 180

  /// `face` has its points in pixels of the image; `scale` takes them to those of the map that is judged.
  init(_ face: FaceLandmarks, scale: SIMD2<Float>) {
    let depth = (scale.x + scale.y) / 2
    let p = face.points.map { $0 * SIMD3(scale.x, scale.y, depth) }
    func unit(_ v: SIMD3<Float>) -> SIMD3<Float> { v / max((v * v).sum().squareRoot(), 1e-6) }
    let x = unit(p[454] - p[234])
    let tall = p[152] - p[10]
    let y = unit(tall - (tall * x).sum() * x)
    let z = SIMD3(x.y * y.z - x.z * y.y, x.z * y.x - x.x * y.z, x.x * y.y - x.y * y.x)
    let wide = p[454] - p[234]
    width = (wide * wide).sum().squareRoot()
    height = (tall * tall).sum().squareRoot()
    (across, down, inward) = (x, y, z)
    chin = SIMD2(p[152].x, p[152].y)
    let oval = MeshContour.faceOval.map { SIMD2(p[$0].x, p[$0].y) }
    let middle = oval.reduce(.zero, +) / Float(oval.count)
    center = middle

    // Half axes of a head with hair over the distance between its ears, about a point above and behind the middle between them.
    let skull = (p[234] + p[454]) / 2 - 0.22 * width * y + 0.12 * width * z
    headCenter = SIMD2(skull.x, skull.y)
    var m = SIMD3<Float>.zero
    for (axis, half) in [(x, 0.66 * width), (y, 0.92 * width), (z, 0.80 * width)] {
      m += half * half * SIMD3(axis.x * axis.x, axis.x * axis.y, axis.y * axis.y)
    }
    head = SIMD3(m.z, -m.y, m.x) / max(m.x * m.z - m.y * m.y, 1e-6)

    let (size, turn) = (width, z)
    ears = [(234, Float(-1)), (454, 1)].map { index, side in
      let middle = p[index] + side * 0.05 * size * x + 0.12 * size * turn - 0.02 * size * y
      // The ear's outside faces sideways and a little to the front.
      let outward = side * x - 0.35 * turn
      return (SIMD2(middle.x, middle.y), min(max(0.75 - 1.5 * outward.z, 0), 1))
    }
    reach = Self.reach(of: oval, from: middle)
  }

  /// Where rays from `center` leave the polygon; it is seen as star-shaped.
  private static func reach(of oval: [SIMD2<Float>], from center: SIMD2<Float>) -> [Float] {
    (0..<steps).map { step in
      let angle = 2 * Float.pi * Float(step) / Float(steps)
      let ray = SIMD2(Foundation.cos(angle), Foundation.sin(angle))
      var far: Float = 0
      for (a, b) in zip(oval, oval.dropFirst() + [oval[0]]) {
        let (p, q) = (a - center, b - center), edge = q - p
        let cross = ray.x * edge.y - ray.y * edge.x
        guard abs(cross) > 1e-9 else { continue }
        let t = (p.x * edge.y - p.y * edge.x) / cross, s = (p.x * ray.y - p.y * ray.x) / cross
        if t > 0, s >= 0, s <= 1 { far = max(far, t) }
      }
      return far
    }
  }

  /// How far outside the face oval `p` is, over the width of the head; negative inside.
  @inline(__always)
  func outside(_ p: SIMD2<Float>) -> Float {
    let v = p - center
    let turn = Foundation.atan2(v.y, v.x) / (2 * .pi)
    let place = (turn < 0 ? turn + 1 : turn) * Float(Self.steps)
    let k = Int(place) % Self.steps
    let next = k + 1 == Self.steps ? 0 : k + 1
    let rim = reach[k] + (reach[next] - reach[k]) * (place - Float(Int(place)))
    return ((v * v).sum().squareRoot() - rim) / width
  }
  /// The square of the distance from the head's centre, 1 at the rim of its ellipse.
  @inline(__always)
  func headDistance(_ p: SIMD2<Float>) -> Float {
    let v = p - headCenter
    return head.x * v.x * v.x + 2 * head.y * v.x * v.y + head.z * v.y * v.y
  }
  /// Whether `p` is on the head or beside it, above the chin.
  @inline(__always)
  func isHead(_ p: SIMD2<Float>) -> Bool {
    headDistance(p) < 1.4 && ((p - chin) * SIMD2(down.x, down.y)).sum() < -0.1 * height
  }
}
