import Torch

/// A 3x3 matrix by its columns: `m * v` is `x * v.x + y * v.y + z * v.z`.
package struct Matrix3: Equatable, Sendable, Codable {
  package var x, y, z: SIMD3<Float>

  package init(x: SIMD3<Float>, y: SIMD3<Float>, z: SIMD3<Float>) { (self.x, self.y, self.z) = (x, y, z) }
  /// From nine numbers in row-major order.
  package init(rows r: [Float]) {
    precondition(r.count == 9, "a 3x3 matrix has 9 numbers, not \(r.count)")
    self.init(x: [r[0], r[3], r[6]], y: [r[1], r[4], r[7]], z: [r[2], r[5], r[8]])
  }
  package static let identity = Matrix3(x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1])

  /// The nine numbers in row-major order.
  package var rows: [Float] { [x.x, y.x, z.x, x.y, y.y, z.y, x.z, y.z, z.z] }
  package var transposed: Matrix3 { Matrix3(rows: [x.x, x.y, x.z, y.x, y.y, y.z, z.x, z.y, z.z]) }
  package var determinant: Float { dot(x, cross(y, z)) }
  /// `[3, 3]` float32.
  package var tensor: Tensor { Tensor(rows, [3, 3]) }

  package static func * (m: Matrix3, v: SIMD3<Float>) -> SIMD3<Float> { m.x * v.x + m.y * v.y + m.z * v.z }
  package static func * (a: Matrix3, b: Matrix3) -> Matrix3 { Matrix3(x: a * b.x, y: a * b.y, z: a * b.z) }
}

package func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
  [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
}
package func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { (a * b).sum() }
package func length(_ v: SIMD3<Float>) -> Float { dot(v, v).squareRoot() }
/// `v` at length one; a zero vector stays zero.
package func normalized(_ v: SIMD3<Float>) -> SIMD3<Float> {
  let l = length(v)
  return l > 0 ? v / l : v
}
