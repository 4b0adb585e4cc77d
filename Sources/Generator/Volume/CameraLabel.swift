import Face
import Foundation
import Torch

/// A camera as generators take it: 25 numbers, a camera-to-world matrix `[4, 4]` and normalised intrinsics `[3, 3]`, row by row.
///
/// The matrix has OpenCV's axes, x right, y down, z into the image, where `Camera` has OpenGL's. Intrinsics are over the image's width
/// and height, so that an image of any size has the same ones; (0.5, 0.5) is its middle.
package struct CameraLabel: Equatable, Sendable, Codable {
  package static let count = 25
  /// Of the published face generator: 2985.29 / 700, an angle of view of 18.8 degrees.
  package static let faceFocal: Float = 4.2647

  package private(set) var values: [Float]

  /// Nil unless there are 25 finite numbers, a focal length above 0 along both axes, and a matrix that turns and moves but does not stretch.
  package init?(values: [Float]) {
    guard values.count == Self.count, values.allSatisfy(\.isFinite), values[16] > 0, values[20] > 0 else { return nil }
    let turn = Rigid(rows: Array(values.prefix(16))).rotation
    let square = turn.transposed * turn
    guard zip(square.rows, Matrix3.identity.rows).allSatisfy({ abs($0 - $1) < 0.01 }), turn.determinant > 0 else { return nil }
    self.values = values
  }
  /// `cameraToWorld` with OpenCV's axes and normalised intrinsics.
  package init(cameraToWorld: Rigid, intrinsics: Matrix3 = CameraLabel.intrinsics(focal: faceFocal)) {
    values = cameraToWorld.rows + intrinsics.rows
  }
  /// A camera of ours; where it is stays in its own units.
  package init(_ camera: Camera) {
    let size = SIMD2<Float>(Float(camera.width), Float(camera.height))
    let f = camera.focal / size, c = camera.center / size
    self.init(
      cameraToWorld: Self.flipped(camera.cameraToWorld), intrinsics: Matrix3(rows: [f.x, 0, c.x, 0, f.y, c.y, 0, 0, 1]))
  }

  /// Square pixels, and the middle of the image in its middle.
  package static func intrinsics(focal: Float) -> Matrix3 { Matrix3(rows: [focal, 0, 0.5, 0, focal, 0.5, 0, 0, 1]) }
  /// Intrinsics of an angle of view in degrees, with the two rounded constants of the published generators: 1 / (1.414 tan(a 3.14159 / 360)).
  package static func intrinsics(fieldOfView degrees: Double) -> Matrix3 {
    intrinsics(focal: Float(1 / (tan(degrees * 3.14159 / 360) * 1.414)))
  }

  /// With OpenCV's axes.
  package var cameraToWorld: Rigid { Rigid(rows: Array(values.prefix(16))) }
  package var intrinsics: Matrix3 { Matrix3(rows: Array(values.suffix(9))) }
  /// `[25]` float32.
  package var tensor: Tensor { Tensor(values) }
  /// The camera of an image of this size. It has no skew: what the label has of it is left out.
  package func camera(width: Int, height: Int) -> Camera {
    let size = SIMD2<Float>(Float(width), Float(height))
    return Camera(
      width: width, height: height, focal: [values[16], values[20]] * size, center: [values[18], values[21]] * size,
      cameraToWorld: Self.flipped(cameraToWorld))
  }
  /// The label of the image seen in a mirror: x of the world and of the image change their signs.
  package var mirrored: CameraLabel {
    var other = self
    for i in [1, 2, 3, 4, 8] { other.values[i].negate() }
    return other
  }

  /// Between OpenCV's axes and OpenGL's: y and z of the camera change their signs.
  private static func flipped(_ pose: Rigid) -> Rigid {
    Rigid(rotation: Matrix3(x: pose.rotation.x, y: -pose.rotation.y, z: -pose.rotation.z), translation: pose.translation)
  }
}
