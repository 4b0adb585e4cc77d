import Face
import Foundation

/// Cuts every triangle of a mesh into four and bends the new points outwards, so that a coarse face is smooth in outline too.
///
/// Phong tessellation (Boubekeur and Alexa 2008): a new point is the middle of its edge, moved towards the tangent planes at the edge's
/// ends. The old points keep their places.
struct SubdividedMesh {
  /// Three corners a triangle.
  let corners: [Int32]
  let count: Int
  /// The two ends of each new point's edge, of new point `coarse + k`.
  private let edges: [SIMD2<Int32>]
  private let coarse: Int
  /// How far the new points follow the tangent planes.
  private static let bend: Float = 0.75

  /// Refines a mesh of `count` points; `corners` of the result come in fours, in the order of the triangles given.
  init(count: Int, corners old: [Int32]) {
    coarse = count
    var known: [UInt64: Int32] = [:], edges: [SIMD2<Int32>] = [], corners: [Int32] = []
    func middle(_ a: Int32, _ b: Int32) -> Int32 {
      let key = UInt64(min(a, b)) << 32 | UInt64(max(a, b))
      if let point = known[key] { return point }
      let point = Int32(count + edges.count)
      edges.append(SIMD2(min(a, b), max(a, b)))
      known[key] = point
      return point
    }
    for f in stride(from: 0, to: old.count, by: 3) {
      let a = old[f], b = old[f + 1], c = old[f + 2]
      let ab = middle(a, b), bc = middle(b, c), ca = middle(c, a)
      corners += [a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca]
    }
    self.edges = edges
    self.corners = corners
    self.count = count + edges.count
  }

  func refine(_ points: [SIMD3<Float>], _ normals: [SIMD3<Float>]) -> [SIMD3<Float>] {
    points[..<coarse]
      + edges.map { edge in
        let a = Int(edge.x), b = Int(edge.y), m = (points[a] + points[b]) / 2
        let toA = m - dot(m - points[a], normals[a]) * normals[a], toB = m - dot(m - points[b], normals[b]) * normals[b]
        return m + Self.bend * ((toA + toB) / 2 - m)
      }
  }

  /// Unit normals of the points: the mean of the triangles about them, weighted by area.
  static func normals(_ points: [SIMD3<Float>], _ corners: [Int32]) -> [SIMD3<Float>] {
    var sum = [SIMD3<Float>](repeating: .zero, count: points.count)
    for f in stride(from: 0, to: corners.count, by: 3) {
      let a = Int(corners[f]), b = Int(corners[f + 1]), c = Int(corners[f + 2])
      let n = cross(points[b] - points[a], points[c] - points[a])
      sum[a] += n
      sum[b] += n
      sum[c] += n
    }
    return sum.map { Face.normalized($0) }
  }
}
