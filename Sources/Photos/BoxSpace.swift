import Face
import Foundation
import Generator
import Torch

/// Where the generators' box lies about a head, and how cameras stand around it: the convention of the published generators.
///
/// A decimetre is 0.27 of the box, whose middle lies 6 cm behind the middle of the standard face.
package enum BoxSpace {
  /// Units of the box in a decimetre, and where the standard face's origin lies in it.
  static let unit: Float = 0.27
  static let origin: SIMD3<Float> = [0, 0.006, 0.161]
  /// How far every camera stands from `Center`.
  package static let radius: Float = 2.7
  /// What cameras are brought to one distance from.
  package enum Center: Sendable {
    /// The box's middle: what the published generators were trained with.
    case middle
    /// A point nearer to the face: the published preprocessing's later variant.
    case corrected

    var point: SIMD3<Float> { self == .middle ? .zero : [0, 0, 0.175] }
  }

  /// A pose given in the standard face's decimetres, in the box: camera to world with OpenGL's axes.
  static func place(_ cameraToFace: Rigid) -> Rigid {
    Rigid(rotation: cameraToFace.rotation, translation: cameraToFace.translation * unit + origin)
  }
  /// The same camera moved along its line to the centre until it stands at the usual distance.
  package static func normalized(_ cameraToWorld: Rigid, about center: Center = .middle) -> Rigid {
    var moved = cameraToWorld
    moved.translation = center.point + Face.normalized(cameraToWorld.translation - center.point) * radius
    return moved
  }
  /// A camera of the usual framing.
  package static func camera(_ cameraToWorld: Rigid, side: Int) -> Camera {
    Camera(width: side, height: side, focal: SIMD2(repeating: CameraLabel.faceFocal * Float(side)), cameraToWorld: cameraToWorld)
  }

  /// The camera that a 3-D reconstruction saw a face with, in the box and not yet `normalized`.
  ///
  /// - angles: about x, y and z, radians; rotations that act on rows.
  /// - translation: of the face, decimetres; the camera stands 10 in front of the origin.
  package static func camera(angles: SIMD3<Float>, translation: SIMD3<Float>) -> Rigid {
    let turn =
      Matrix3(rotationVector: [0, 0, angles.z]) * Matrix3(rotationVector: [0, angles.y, 0]) * Matrix3(rotationVector: [angles.x, 0, 0])
    let back = turn.transposed
    return place(Rigid(rotation: back, translation: -(back * (translation - [0, 0, 10]))))
  }
}
