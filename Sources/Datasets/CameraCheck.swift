import Face
import Foundation

/// What cameras and poses of a dataset must be; numbers beyond are of another convention or unit, and nothing can be trained on them.
enum CameraCheck {
  /// How far the products of a rotation's rows may be from those of the unit matrix: files are written with as few as three digits.
  private static let tolerance: Float = 0.02

  /// A camera matrix of 3 or 4 rows of 4 finite numbers, a rotation and a translation; throws `DatasetError` naming the frame.
  static func matrix(_ matrix: [[Float]], frame: String, _ url: URL) throws {
    guard matrix.count == 4 || matrix.count == 3, matrix.allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isFinite) }) else {
      throw DatasetError.broken(url, "transform_matrix of frame \(frame) is not 4 x 4 finite numbers")
    }
    let what = "transform_matrix of frame \(frame)"
    guard matrix.prefix(3).contains(where: { $0.prefix(3).contains { $0 != 0 } }) else {
      throw DatasetError.broken(url, "\(what) is all zeros; remove that frame")
    }
    if matrix.count == 4, zip(matrix[3], [0, 0, 0, 1]).contains(where: { abs($0 - $1) > 1e-3 }) {
      throw DatasetError.broken(
        url, "the last row of transform_matrix of frame \(frame) is \(matrix[3]) and not [0, 0, 0, 1]; write it with the translation last")
    }
    let pose = Rigid(rows: matrix.prefix(3).flatMap { $0 })
    try rotation(pose.rotation, what, url)
  }

  /// Rows at right angles and of length one, not mirrored.
  static func rotation(_ rotation: Matrix3, _ what: String, _ url: URL) throws {
    guard rotation.rows.contains(where: { $0 != 0 }) else { throw DatasetError.broken(url, "\(what) is all zeros; remove that frame") }
    let product = zip((rotation * rotation.transposed).rows, Matrix3.identity.rows)
    guard product.allSatisfy({ abs($0 - $1) <= tolerance }) else {
      throw DatasetError.broken(url, "\(what) is no rotation (its rows are not of length 1 at right angles); scaled matrices are not read")
    }
    guard rotation.determinant > 0 else {
      throw DatasetError.broken(url, "\(what) mirrors (its determinant is -1); turn one axis round, so that it is a rotation")
    }
  }

  /// Focal length and principal point in pixels, as cameras of images of this size have them.
  static func camera(_ camera: Camera, _ url: URL) throws {
    let size = SIMD2<Float>(Float(camera.width), Float(camera.height)), longer = size.max()
    let focal = [abs(camera.focal.x), abs(camera.focal.y)]
    guard focal.allSatisfy({ (0.3...60).contains($0 / longer) }), (0.5...2).contains(focal[0] / focal[1]) else {
      throw DatasetError.broken(
        url,
        "the focal length is \(camera.focal.x) x \(camera.focal.y) pixels where the images are \(camera.width) x \(camera.height); "
          + "give it in pixels of these images")
    }
    let place = camera.center / size
    // A square that was cut from the border of a large film has its principal point far outside.
    guard (-10...11).contains(place.x), (-10...11).contains(place.y) else {
      throw DatasetError.broken(
        url,
        "the principal point is at \(camera.center.x), \(camera.center.y) pixels where the images are \(camera.width) x "
          + "\(camera.height); check its unit")
    }
  }

  /// The head, with the pose `pose` (head to world), lies before the camera.
  static func before(_ camera: Camera, _ pose: Rigid, frame: String, _ url: URL) throws {
    guard camera.worldToCamera.apply(pose.translation).z < 0 else {
      throw DatasetError.broken(
        url, "in frame \(frame) the head lies behind the camera or in it; matrices must take the camera, which looks along -z, to the head")
    }
  }

  /// The head is seen: its middle may lie beyond the image's border by a quarter of its size.
  static func inside(_ camera: Camera, _ pose: Rigid, frame: String, _ url: URL) throws {
    try before(camera, pose, frame: frame, url)
    let seen = camera.project(pose.translation)
    let (x, y) = (seen.x / Float(camera.width), seen.y / Float(camera.height))
    guard (-0.25...1.25).contains(x), (-0.25...1.25).contains(y) else {
      throw DatasetError.broken(
        url,
        "in frame \(frame) the head is seen at pixel \(Int(max(-1e6, min(1e6, seen.x)))), \(Int(max(-1e6, min(1e6, seen.y)))), outside "
          + "the image of \(camera.width) x \(camera.height); check the focal length, the principal point and the matrix")
    }
  }
}
