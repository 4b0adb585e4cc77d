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
      throw DatasetError.broken(url, "focal_len, cx and cy must be positive numbers of pixels")
    }
    for frame in frames { try JSONFile.check(matrix: frame.matrix, frame: "\(frame.imageIndex)", url) }
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
}

/// JSON files of datasets.
enum JSONFile {
  /// Decodes a file; throws `DatasetError` that names it and the key at fault.
  static func read<T: Decodable>(_ url: URL, hint: String) throws -> T {
    guard let data = try? Data(contentsOf: url) else { throw DatasetError.missing(url, hint: hint) }
    do {
      return try JSONDecoder().decode(T.self, from: data)
    } catch let error as DecodingError {
      throw DatasetError.broken(url, Self.words(error))
    }
  }
  private static func words(_ error: DecodingError) -> String {
    func path(_ c: DecodingError.Context) -> String {
      c.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
    }
    switch error {
    case .keyNotFound(let key, let context): return "it has no \"\(key.stringValue)\" at \(path(context) + "." + key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context): return "\(path(context)) is not of the type it should be"
    default: return "it is not a JSON file"
    }
  }
  /// A camera matrix: 3 or 4 rows of 4 finite numbers.
  static func check(matrix: [[Float]], frame: String, _ url: URL) throws {
    guard matrix.count == 4 || matrix.count == 3, matrix.allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isFinite) }) else {
      throw DatasetError.broken(url, "transform_matrix of frame \(frame) is not 4 x 4 finite numbers")
    }
  }
}
