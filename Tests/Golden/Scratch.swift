import Foundation

/// A folder of its own for one test, gone with it.
package final class Scratch {
  package let url: URL
  package init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "likeness-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
}
