import Foundation
import Torch

/// Rotations, as rotation vectors (axis times angle in radians) and as yaw, pitch and roll.
extension Matrix3 {
  /// The rotation by `length(v)` radians about `v` (Rodrigues).
  package init(rotationVector v: SIMD3<Float>) {
    let angle = length(v)
    guard angle > 1e-8 else {
      self.init(x: [1, v.z, -v.y], y: [-v.z, 1, v.x], z: [v.y, -v.x, 1])
      return
    }
    let n = v / angle
    let c = cos(angle)
    let s = sin(angle)
    let k = 1 - c
    self.init(
      x: [c + k * n.x * n.x, k * n.x * n.y + s * n.z, k * n.x * n.z - s * n.y],
      y: [k * n.x * n.y - s * n.z, c + k * n.y * n.y, k * n.y * n.z + s * n.x],
      z: [k * n.x * n.z + s * n.y, k * n.y * n.z - s * n.x, c + k * n.z * n.z])
  }
  /// Axis times angle, angle in 0...pi.
  package var rotationVector: SIMD3<Float> {
    let sine = SIMD3<Float>(y.z - z.y, z.x - x.z, x.y - y.x) / 2
    let cosine = (x.x + y.y + z.z - 1) / 2
    let s = length(sine)
    let angle = atan2(s, cosine)
    if s > 1e-4 { return sine * (angle / s) }
    if cosine > 0 { return sine }
    // Half a turn: the axis is the longest column of R + 1.
    let columns = [x + [1, 0, 0], y + [0, 1, 0], z + [0, 0, 1]]
    let axis = columns.max { length($0) < length($1) } ?? [1, 0, 0]
    return normalized(axis) * angle
  }

  /// Turned first by `roll` about +z, then by `pitch` about -x, then by `yaw` about +y; radians.
  ///
  /// For a head: positive yaw turns the face to the subject's left (+x), positive pitch raises it, and positive roll tips the top
  /// of the head to the subject's right.
  package init(yaw: Float, pitch: Float, roll: Float) {
    self =
      Matrix3(rotationVector: [0, yaw, 0]) * Matrix3(rotationVector: [-pitch, 0, 0]) * Matrix3(rotationVector: [0, 0, roll])
  }
  /// The angles that `init(yaw:pitch:roll:)` takes.
  package var yawPitchRoll: SIMD3<Float> {
    // z is where the face looks; x and y say how it is rolled about it.
    [atan2(z.x, z.z), asin(min(1, max(-1, z.y))), atan2(x.y, y.y)]
  }
  /// The angle in radians between two rotations.
  package func angle(to other: Matrix3) -> Float { length((transposed * other).rotationVector) }

  /// `self` with columns made orthonormal (Gram-Schmidt from the first), for matrices read from files.
  package var orthonormalized: Matrix3 {
    let a = normalized(x)
    let b = normalized(y - a * dot(a, y))
    return Matrix3(x: a, y: b, z: cross(a, b))
  }
}

/// Rotation matrices `[.., 3, 3]` of rotation vectors `[.., 3]`, differentiable everywhere, zero included (Rodrigues).
package func rotationMatrices(_ vectors: Tensor) -> Tensor {
  let square = vectors.square().sum(-1, keepdim: true).unsqueeze(-1) + 1e-12
  let angle = square.sqrt()
  let v = vectors.unbind(-1)
  let zero = v[0].zerosLike()
  let skew = stack([zero, -v[2], v[1], v[2], zero, -v[0], -v[1], v[0], zero], -1).reshape(Array(vectors.shape.dropLast()) + [3, 3])
  let turn = skew * (angle.sin() / angle)
  // (1 - cos a) / a^2 = 2 sin^2(a / 2) / a^2, which keeps its digits near zero.
  let half = (angle * 0.5).sin()
  return Tensor.eye(3, device: vectors.device) + turn + skew.matmul(skew) * (half.square() * 2 / square)
}
