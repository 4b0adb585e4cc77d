import Face
import Foundation

/// NerFACE's `transforms_train.json`, `transforms_val.json` and `transforms_test.json`.
///
/// Focal lengths keep the signs that the file gives them (the author's own sample has a negative horizontal one): rays are
/// ((i - W cx) / fx, -(j - H cy) / fy, -1) with pixel centres at whole numbers, so reading adds 0.5 to the principal point.
package struct NerFACETransforms: Decodable, Sendable {
  package struct Frame: Decodable, Sendable {
    /// The image's path below the split's folder, without `.png`.
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
    if let given = intrinsics, !given.isEmpty, given.count != 4 || !given.allSatisfy(\.isFinite) || given[0] == 0 || given[1] == 0 {
      throw DatasetError.broken(url, "intrinsics must be fx, fy, cx and cy, not \(given)")
    }
    for frame in frames { try JSONFile.check(matrix: frame.matrix, frame: frame.path, url) }
  }

  /// The camera of a frame in head space, for images of a size.
  package func camera(_ position: Int, width: Int, height: Int) -> Camera {
    let (w, h) = (Float(width), Float(height))
    var focal = SIMD2<Float>(repeating: w / 2 / tan(fieldOfView / 2))
    var center = SIMD2<Float>(w / 2, h / 2)
    if let given = intrinsics, given.count == 4 {
      focal = [given[0], given[1]]
      center = [w * given[2], h * given[3]]
    }
    return Camera(
      width: width, height: height, focal: focal, center: center + 0.5,
      cameraToWorld: Rigid(rows: Array(frames[position].matrix.flatMap { $0 }.prefix(12))))
  }
}
