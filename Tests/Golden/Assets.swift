import Foundation
import Torch

/// What tests need and may not find.
package enum Assets {
  /// Real photos and clips, under LIKENESS_ASSETS or beside the package.
  package static let folder: URL = {
    if let named = ProcessInfo.processInfo.environment["LIKENESS_ASSETS"] { return URL(fileURLWithPath: named) }
    return URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../shared/assets").standardizedFileURL
  }()
  package static let arePresent = FileManager.default.fileExists(atPath: folder.path)
  /// The networks that `scripts/setup` fetches.
  package static let networksArePresent = (try? DependencyFolder.file("litert/libLiteRt.so")) != nil
  /// The newer of them, which set-up goes on without.
  package static let landmarkerIsPresent =
    networksArePresent && (try? DependencyFolder.file("landmarker/face_landmarks_detector.tflite")) != nil

  package static func photo(_ name: String) -> URL { folder.appendingPathComponent("photo/\(name)") }
  package static func video(_ name: String) -> URL { folder.appendingPathComponent("video/\(name)") }
}
