import Face
import Foundation
import Torch

/// AD-NeRF's `transforms_train.json` and `transforms_val.json`.
///
/// The principal point in the file is in that project's pixel coordinates, whose pixel centres have whole numbers; `Camera` has them at
/// a half, so reading adds 0.5. Then every pixel's ray is the published ((i - cx) / f, -(j - cy) / f, -1).
package struct TransformsFile: Codable, Equatable, Sendable {
  package struct Frame: Codable, Equatable, Sendable {
    /// The image is `com_imgs/<imageIndex>.jpg`.
    package var imageIndex: Int
    /// The row of the audio features.
    package var audioIndex: Int
    /// Camera to head, 4x4, OpenGL axes.
    package var matrix: [[Float]]
    /// Left, top, width and height of the face in pixels.
    package var faceRect: [Float]?

    enum CodingKeys: String, CodingKey {
      case imageIndex = "img_id"
      case audioIndex = "aud_id"
      case matrix = "transform_matrix"
      case faceRect = "face_rect"
    }
  }
  /// Focal length in pixels, and the principal point with pixel centres at whole numbers.
  package var focal, cx, cy: Float
  package var frames: [Frame]

  enum CodingKeys: String, CodingKey {
    case focal = "focal_len"
    case cx, cy, frames
  }

  package init(_ track: Track, positions: Range<Int>) {
    focal = track.camera.focal.x
    cx = track.camera.center.x - 0.5
    cy = track.camera.center.y - 0.5
    frames = positions.map { i in
      let frame = track.frames[i]
      let m = track.cameraInHead(i).cameraToWorld.rows
      let rect = frame.faceRect
      return Frame(
        imageIndex: frame.index, audioIndex: frame.index, matrix: (0..<4).map { Array(m[4 * $0..<4 * $0 + 4]) },
        faceRect: [rect.x.rounded(), rect.y.rounded(), rect.z.rounded(), rect.w.rounded()])
    }
  }

  /// Reads and checks a file; throws `DatasetError` naming it.
  package init(_ url: URL) throws {
    self = try JSONFile.read(url, hint: "a dataset folder has it; likeness process makes one from a video")
    guard focal.isFinite, focal > 0, cx.isFinite, cy.isFinite else {
      throw DatasetError.broken(url, "focal_len must be a positive number of pixels, cx and cy finite ones")
    }
    for frame in frames {
      // Numbers of frames become sizes of arrays.
      guard (0..<Track.mostFrames).contains(frame.imageIndex), (0..<Track.mostFrames).contains(frame.audioIndex) else {
        throw DatasetError.broken(url, "img_id and aud_id of frame \(frame.imageIndex) must be numbers from 0 to \(Track.mostFrames - 1)")
      }
      try CameraCheck.matrix(frame.matrix, frame: "\(frame.imageIndex)", url)
    }
  }

  package func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write(try encoder.encode(self), to: url)
  }

  /// The camera of a frame in head space, for images of a size.
  package func camera(_ position: Int, width: Int, height: Int) -> Camera {
    Camera(
      width: width, height: height, focal: [focal, focal], center: [cx + 0.5, cy + 0.5],
      cameraToWorld: Rigid(rows: Array(frames[position].matrix.flatMap { $0 }.prefix(12))))
  }

  /// Throws where focal length or principal point are not another file's, or are given as fractions of the image.
  func check(like other: TransformsFile, width: Int, height: Int, _ url: URL) throws {
    let pairs = [("focal_len", focal, other.focal), ("cx", cx, other.cx), ("cy", cy, other.cy)]
    for (key, own, its) in pairs where abs(own - its) > 1e-3 * max(1, abs(its)) {
      throw DatasetError.broken(url, "\(key) is \(own), but \(its) in the training file; all frames must have one camera")
    }
    if min(width, height) > 16, (0...1).contains(cx), (0...1).contains(cy), cx + cy > 0 {
      throw DatasetError.broken(url, "cx and cy are \(cx) and \(cy), which are fractions of an image; give them in pixels")
    }
  }
}
