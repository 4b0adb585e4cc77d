import Face
import Foundation

/// NerFACE's `transforms_train.json`, `transforms_val.json` and `transforms_test.json`.
///
/// The file's rays are ((i - W cx) / fx, -(j - H cy) / fy, -1) with pixel centres at whole numbers, so reading adds 0.5 to the principal
/// point. Where a focal length is negative (the horizontal one of the author's own sample is), the file tells of the mirror image of the
/// world; reading mirrors camera and matrices back, so that the same pixels have the same rays in a world that is not mirrored.
package struct NerFACETransforms: Decodable, Sendable {
  package struct Frame: Decodable, Sendable {
    /// The image's path below the split's folder; `.png` is left out in the published files, and may be there.
    package var path: String
    /// Camera to head, 4x4, OpenGL axes.
    package var matrix: [[Float]]
    /// 76 coefficients of the tracker's model.
    package var expression: [Float]
    /// Top, bottom, left and right of the face as fractions of the image's height, height, width and width.
    package var box: [Float]?

    enum CodingKeys: String, CodingKey {
      case path = "file_path"
      case matrix = "transform_matrix"
      case expression
      case box = "bbox"
    }
  }
  /// The horizontal field of view in radians; what there is where `intrinsics` is missing.
  package var fieldOfView: Float
  /// Horizontal and vertical focal length in pixels, then the principal point as fractions of width and height.
  package var intrinsics: [Float]?
  package var frames: [Frame]

  enum CodingKeys: String, CodingKey {
    case fieldOfView = "camera_angle_x"
    case intrinsics, frames
  }

  /// Reads and checks a file; throws `DatasetError` naming it.
  package init(_ url: URL) throws {
    self = try JSONFile.read(url, hint: "a NerFACE folder has one for each of train, val and test")
    if let given = intrinsics, !given.isEmpty {
      guard given.count == 4, given.allSatisfy(\.isFinite), given[0] != 0, given[1] != 0 else {
        throw DatasetError.broken(url, "intrinsics must be fx, fy, cx and cy, not \(given)")
      }
      guard abs(given[2]) <= 16, abs(given[3]) <= 16 else {
        throw DatasetError.broken(
          url, "the principal point in intrinsics is \(given[2]), \(given[3]); it must be fractions of the image, not pixels")
      }
    } else {
      guard fieldOfView > 0, fieldOfView < .pi else {
        throw DatasetError.broken(url, "camera_angle_x is \(fieldOfView); it must be an angle in radians below pi")
      }
    }
    for frame in frames {
      try CameraCheck.matrix(frame.matrix, frame: frame.path, url)
      guard frame.expression.allSatisfy(\.isFinite) else {
        throw DatasetError.broken(url, "expression of frame \(frame.path) holds a number that is not finite")
      }
    }
  }

  /// The camera of a frame in head space, for images of a size.
  package func camera(_ position: Int, width: Int, height: Int) -> Camera {
    let optics = optics(width, height)
    let (focal, center) = (SIMD2(optics[0], optics[1]), SIMD2(optics[2], optics[3]))
    var toHead = Rigid(rows: Array(frames[position].matrix.flatMap { $0 }.prefix(12)))
    let mirror = SIMD3<Float>(focal.x < 0 ? -1 : 1, focal.y < 0 ? -1 : 1, 1)
    // With D the mirror: D R D is a rotation as R is, and turns D d where R turns d.
    toHead = Rigid(
      rotation: Matrix3(
        x: mirror * toHead.rotation.x * mirror.x, y: mirror * toHead.rotation.y * mirror.y, z: mirror * toHead.rotation.z * mirror.z),
      translation: mirror * toHead.translation)
    return Camera(width: width, height: height, focal: pointwiseMax(focal, -focal), center: center + 0.5, cameraToWorld: toHead)
  }

  /// Throws where the camera is not another file's.
  func check(like other: NerFACETransforms, width: Int, height: Int, _ url: URL) throws {
    let (own, its) = (optics(width, height), other.optics(width, height))
    guard zip(own, its).allSatisfy({ abs($0 - $1) <= 1e-3 * max(1, abs($1)) }) else {
      throw DatasetError.broken(url, "its camera (fx, fy, cx and cy: \(own)) is not the training file's (\(its)); all frames must have one")
    }
  }
  private func optics(_ width: Int, _ height: Int) -> [Float] {
    if let intrinsics, intrinsics.count == 4 {
      return [intrinsics[0], intrinsics[1], Float(width) * intrinsics[2], Float(height) * intrinsics[3]]
    }
    let focal = Float(width) / 2 / tan(fieldOfView / 2)
    return [focal, focal, Float(width) / 2, Float(height) / 2]
  }
}
