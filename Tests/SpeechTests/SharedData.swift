import Foundation

/// What lies outside the package and may be absent.
enum SharedData {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static func folder(_ variable: String, _ path: String) -> URL {
    ProcessInfo.processInfo.environment[variable].map { URL(filePath: $0) } ?? root.appending(path: path)
  }
  static let assets = folder("LIKENESS_ASSETS", "../shared/assets")

  static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
  static func files(_ folder: URL, _ matches: (String) -> Bool) -> [URL] {
    let found = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return found.filter { matches($0.lastPathComponent) }.sorted { $0.path < $1.path }
  }
}

/// A folder of a test's own, gone with it.
final class ScratchFolder {
  let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "speech-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
  func file(_ name: String) -> URL { url.appending(path: name) }
}
