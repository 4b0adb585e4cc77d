import Face
import Foundation

/// A camera as tri-plane generators are told of it: on a sphere about the head, looking at a point within.
///
/// The world is EG3D's: about 3.7 decimetres long in every unit, +y up, +z out of the face; the camera is 2.7 away from the origin and the
/// image is 1 / 4.2647 of the distance wide.
package struct PortraitView: Equatable, Sendable {
  package static let radius: Float = 2.7
  package static let focal: Float = 4.2647
  package static let pivot = SIMD3<Float>(0, 0, 0.2)

  /// Where the camera stands, radians: positive yaw to the subject's left (+x), positive pitch above.
  package var yaw: Float
  package var pitch: Float

  package init(yaw: Float, pitch: Float) { (self.yaw, self.pitch) = (yaw, pitch) }

  /// Camera to world with OpenGL's axes.
  package var cameraToWorld: Rigid {
    let eye = Self.radius * SIMD3(cos(pitch) * sin(yaw), sin(pitch), cos(pitch) * cos(yaw))
    return Camera.lookAt(eye: eye, target: Self.pivot)
  }
  /// The 25 numbers: camera to world, 4 x 4 by rows, with OpenCV's axes (y down, z ahead); intrinsics, 3 x 3, in widths of the image.
  package var label: [Float] {
    let pose = cameraToWorld
    let flipped = Rigid(
      rotation: Matrix3(x: pose.rotation.x, y: -pose.rotation.y, z: -pose.rotation.z), translation: pose.translation)
    return flipped.rows + [Self.focal, 0, 0.5, 0, Self.focal, 0.5, 0, 0, 1]
  }
}

/// How a head lies in the generators' world: x_world = scale R x_head + shift.
///
/// Chosen as aligned crops frame a face: eyes, nose and corners of the mouth as near as can be to the standard face of the crop
/// (`portrait.md` section 10), whose decimetres are 0.27 long and whose origin lies at (0, 0.006, 0.161).
package struct HeadPlacement: Equatable, Sendable {
  package var scale: Float
  package var rotation: Matrix3
  package var shift: SIMD3<Float>

  /// The standard face: right eye, left eye, tip of the nose, right and left corner of the mouth, in the world.
  package static let standard =
    ([
      [-0.31148657, 0.29036078, 0.13377953], [0.30979887, 0.28972036, 0.13179526], [0.0032535, -0.04617932, 0.55244243],
      [-0.25216928, -0.38133916, 0.22405732], [0.2484662, -0.38128236, 0.22235769],
    ] as [SIMD3<Float>]).map { 0.27 * $0 + SIMD3<Float>(0, 0.006, 0.161) }
  /// Those five points of 468 mesh points at rest.
  package static func points(_ landmarks: [SIMD3<Float>]) -> [SIMD3<Float>] {
    [(landmarks[33] + landmarks[133]) / 2, (landmarks[263] + landmarks[362]) / 2, landmarks[4], landmarks[61], landmarks[291]]
  }

  /// The rotation about the x axis that brings the five points of a model's mean nearest to the standard face.
  package static func tilt(_ landmarks: [SIMD3<Float>]) -> Matrix3 {
    let five = points(landmarks)
    let candidates = stride(from: Float(-0.25), through: 0.25, by: 0.005).map { Matrix3(rotationVector: [$0, 0, 0]) }
    return candidates.min { HeadPlacement(five, $0).error(five) < HeadPlacement(five, $1).error(five) } ?? .identity
  }
  /// Scale and shift, by least squares, for one person's resting mesh points under a model's tilt.
  package init(landmarks: [SIMD3<Float>], tilt: Matrix3) { self.init(Self.points(landmarks), tilt) }

  private init(_ five: [SIMD3<Float>], _ tilt: Matrix3) {
    let turned = five.map { tilt * $0 }
    let from = turned.reduce(.zero, +) / 5, to = Self.standard.reduce(.zero, +) / 5
    let (upper, lower) = zip(turned, Self.standard).reduce((Float(0), Float(0))) { sum, pair in
      (sum.0 + dot(pair.0 - from, pair.1 - to), sum.1 + dot(pair.0 - from, pair.0 - from))
    }
    scale = upper / lower
    rotation = tilt
    shift = to - scale * from
  }
  private func error(_ five: [SIMD3<Float>]) -> Float {
    zip(five, Self.standard).reduce(0) { sum, pair in
      let d = scale * (rotation * pair.0) + shift - pair.1
      return sum + dot(d, d)
    }
  }

  package func toWorld(_ p: SIMD3<Float>) -> SIMD3<Float> { scale * (rotation * p) + shift }
  /// A view as a camera among the head's own coordinates; its depths are `scale` times shorter than the world's.
  package func camera(_ view: PortraitView, size: Int) -> Camera {
    let world = view.cameraToWorld, back = rotation.transposed
    let inHead = Rigid(rotation: back * world.rotation, translation: (1 / scale) * (back * (world.translation - shift)))
    let focal = PortraitView.focal * Float(size)
    return Camera(width: size, height: size, focal: [focal, focal], cameraToWorld: inHead)
  }
}
