import Foundation

/// Where golden files lie.
package enum GoldenFolder {
  /// Those of the project.
  private static let fixtures = Bundle.module.resourceURL?.appending(path: "Fixtures")
  /// Further ones, which may be absent.
  private static let further: URL = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return ProcessInfo.processInfo.environment["LIKENESS_GOLDEN"].map { URL(filePath: $0) } ?? root.appending(path: "../shared/golden")
  }()

  /// The files whose names start with `kind`, ordered by name. A further file takes the place of a fixture of its name, unless both are alike.
  package static func urls(_ kind: String, _ avatar: GoldenFile.Avatar) -> [URL] {
    var found = files(fixtures, kind, avatar)
    for (name, url) in files(further, kind, avatar) {
      if let own = found[name], FileManager.default.contentsEqual(atPath: own.path, andPath: url.path) { continue }
      found[name] = url
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }
  /// A file of another format beside them: the further one, or the fixture.
  package static func other(_ name: String, of avatar: GoldenFile.Avatar) -> URL? {
    [further, fixtures].compactMap { $0?.appending(path: "\(avatar.rawValue)/\(name)") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }
  static func isFixture(_ url: URL) -> Bool { fixtures.map { url.path.hasPrefix($0.path + "/") } ?? false }

  private static func files(_ folder: URL?, _ kind: String, _ avatar: GoldenFile.Avatar) -> [String: URL] {
    guard let folder = folder?.appending(path: avatar.rawValue) else { return [:] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let fitting = names.filter { $0.hasPrefix(kind) && $0.hasSuffix(".safetensors") }
    return Dictionary(uniqueKeysWithValues: fitting.map { ($0, folder.appending(path: $0)) })
  }
}
