import Foundation
import Torch

/// Real clips, where a checkout has them beside it.
enum Assets {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["LIKENESS_ASSETS"] { return URL(filePath: path) }
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return package.appending(path: "../shared/assets").standardizedFileURL
  }()
  static let arePresent = FileManager.default.fileExists(atPath: folder.appending(path: "MANIFEST.md").path())
  static func video(_ name: String) -> URL { folder.appending(path: "video/\(name)") }
}

/// A folder of a test's own, removed with the object.
final class Scratch {
  let folder = FileManager.default.temporaryDirectory.appending(path: "media-\(UUID().uuidString)")
  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: folder) }
  func file(_ name: String) -> URL { folder.appending(path: name) }
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []).sorted() }
}

/// `[height, width, 3]` uint8 with the colour that `color` gives for a pixel.
func image(_ width: Int, _ height: Int, _ color: (_ x: Int, _ y: Int) -> (Int, Int, Int)) -> Tensor {
  var bytes: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      let (r, g, b) = color(x, y)
      bytes += [UInt8(r), UInt8(g), UInt8(b)]
    }
  }
  return Tensor(bytes, [height, width, 3])
}

/// The colour at a pixel of `[H, W, 3]` uint8.
func pixel(_ image: Tensor, _ x: Int, _ y: Int) -> [Int] { image.narrow(0, y, 1).narrow(1, x, 1).array(Int.self) }

func isNear(_ a: [Int], _ b: [Int], within tolerance: Int) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) <= tolerance } }
