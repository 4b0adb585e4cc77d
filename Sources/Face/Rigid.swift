import Torch

/// A rotation followed by a translation: x -> R x + t.
package struct Rigid: Equatable, Sendable, Codable {
  package var rotation: Matrix3
  package var translation: SIMD3<Float>

  package init(rotation: Matrix3 = .identity, translation: SIMD3<Float> = .zero) {
    self.rotation = rotation
    self.translation = translation
  }
  package static let identity = Rigid()
  /// From the first 12 of the numbers of a 4x4 or 3x4 matrix `[R | t]` in row-major order.
  package init(rows m: [Float]) {
    precondition(m.count == 12 || m.count == 16, "a rigid transform has 12 or 16 numbers, not \(m.count)")
    rotation = Matrix3(rows: [m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]])
    translation = [m[3], m[7], m[11]]
  }

  /// The 4x4 matrix in row-major order, 16 numbers.
  package var rows: [Float] {
    let r = rotation.rows
    let t = translation
    return [r[0], r[1], r[2], t.x, r[3], r[4], r[5], t.y, r[6], r[7], r[8], t.z, 0, 0, 0, 1]
  }
  /// `[4, 4]` float32.
  package var tensor: Tensor { Tensor(rows, [4, 4]) }
  /// The way back.
  package var inverse: Rigid {
    let back = rotation.transposed
    return Rigid(rotation: back, translation: -(back * translation))
  }
  /// `b` first, then `a`.
  package static func * (a: Rigid, b: Rigid) -> Rigid {
    Rigid(rotation: a.rotation * b.rotation, translation: a.rotation * b.translation + a.translation)
  }
  package func apply(_ point: SIMD3<Float>) -> SIMD3<Float> { rotation * point + translation }
  /// Points `[.., 3]`, differentiable in them.
  package func apply(_ points: Tensor) -> Tensor {
    let t = Tensor([translation.x, translation.y, translation.z]).to(points.device).to(points.dtype)
    return points.matmul(rotation.transposed.tensor.to(points.device).to(points.dtype)) + t
  }
}
