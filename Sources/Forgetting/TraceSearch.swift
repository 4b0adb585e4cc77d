import Consent
import Foundation
import Runs
import Torch

/// Looks through folders for all that was made from one person. Follows no link.
package struct TraceSearch {
  /// The record that a file carries, in whatever way its format has; nil where it carries none.
  package typealias Reader = @Sendable (URL) -> ConsentRecord?

  /// The person's records: those of the thing that was named.
  package private(set) var record: ConsentRecord
  /// Where the thing's dataset lies; nil where it does not say.
  package private(set) var data: URL?
  package private(set) var found: [Trace] = []
  /// How many files and folders were looked at.
  package private(set) var seen = 0
  /// Folders that could not be read, and what was too much to look at.
  package private(set) var problems: [String] = []
  private let reader: Reader
  private var visited: Set<String> = []
  /// Of files and folders that are looked at; more is no folder of avatars.
  private let limit: Int
  private static let deepest = 12

  /// `place` is a dataset, run, study or file; `reader` knows films and images. Throws `ForgetError` where it carries no record.
  package init(of place: URL, limit: Int = 500_000, reader: @escaping Reader) throws {
    (self.reader, self.limit) = (reader, limit)
    let url = Self.absolute(place)
    guard FileManager.default.fileExists(atPath: url.path) else { throw ForgetError("\(place.relativePath): is not there") }
    guard !Self.isLink(url) else { throw ForgetError("\(place.relativePath): is a link; name what it leads to") }
    if Self.isFolder(url) {
      guard let record = try ConsentFile.read(in: url), let kind = Self.kind(url) else {
        throw ForgetError(
          "\(place.relativePath): carries no record of whose likeness it is (made by another tool or an earlier version); delete it yourself"
        )
      }
      self.record = record
      data = kind == .run ? Self.data(of: url) : kind == .dataset ? url : nil
    } else {
      guard let record = Self.record(url, reader) else {
        throw ForgetError(
          "\(place.relativePath): carries no record of whose likeness it is, so it is not known to be of this tool; delete it yourself")
      }
      self.record = record
    }
    look(at: url)
  }

  /// Looks for more in `folder` and below.
  package mutating func look(in folder: URL) {
    let url = Self.absolute(folder)
    guard Self.isFolder(url), !Self.isLink(url) else { return }
    walk(url, depth: 0)
  }

  private mutating func look(at url: URL) {
    if Self.isFolder(url) { take(folder: url) } else { take(file: url) }
  }

  private mutating func walk(_ folder: URL, depth: Int) {
    guard depth <= Self.deepest, visited.insert(folder.path).inserted else { return }
    if take(folder: folder) { return }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      return problems.append("\(folder.path): may not be read")
    }
    for name in names.sorted() where !name.hasPrefix(".") {
      seen += 1
      guard seen <= limit else {
        if seen == limit + 1 {
          problems.append("\(folder.path): after \(limit) files the search ended; name smaller folders with --search")
        }
        return
      }
      let url = folder.appendingPathComponent(name)
      guard !Self.isLink(url) else { continue }
      if Self.isFolder(url) { walk(url, depth: depth + 1) } else { take(file: url) }
    }
  }

  /// Whether it is a folder of the tool's, of this person or another.
  @discardableResult
  private mutating func take(folder url: URL) -> Bool {
    guard let kind = Self.kind(url), let other = try? ConsentFile.read(in: url) else { return false }
    let data = kind == .run ? Self.data(of: url) : nil
    guard isSame(other) || (data != nil && data == self.data) else {
      // Films of one person may lie in a folder of another.
      return false
    }
    visited.insert(url.path)
    guard !found.contains(where: { $0.url.path == url.path }) else { return true }
    var files: [URL] = [], others: [URL] = []
    for file in Self.files(below: url) {
      let path = String(file.path.dropFirst(url.path.count + 1))
      if kind.holds(path) || Self.record(file, reader).map(isSame) == true { files.append(file) } else { others.append(file) }
    }
    found.append(
      Trace(noun: kind.noun, url: url, record: other, files: files, others: others, bytes: Self.bytes(files), data: data))
    return true
  }

  private mutating func take(file url: URL) {
    guard let other = Self.record(url, reader), isSame(other), !found.contains(where: { $0.url.path == url.path || $0.files.contains(url) })
    else { return }
    found.append(
      Trace(noun: Self.noun(url), url: url, record: other, files: [url], others: [], bytes: Self.bytes([url]), data: nil))
  }

  /// Of the same clip or photo or, where that is not known, the same record.
  private func isSame(_ other: ConsentRecord) -> Bool {
    guard let source = record.source, let theirs = other.source else { return record == other }
    return source == theirs
  }

  private static func record(_ file: URL, _ reader: Reader) -> ConsentRecord? {
    switch file.pathExtension.lowercased() {
    case "safetensors", "portrait": ConsentFile.record(in: Checkpoint.metadata(file))
    default: reader(file)
    }
  }
  private static func noun(_ file: URL) -> String {
    switch file.pathExtension.lowercased() {
    case "safetensors": "avatar"
    case "portrait": "portrait"
    case "png", "jpg", "jpeg": "image"
    case "obj", "ply", "mtl": "mesh"
    default: "film"
    }
  }
  private static func kind(_ folder: URL) -> OwnFiles? {
    // A run holds a config.json, a study a study.json, and neither a track.
    OwnFiles.allCases.first { isPlainFile(folder.appendingPathComponent($0.marker)) }
  }
  private static func data(of run: URL) -> URL? {
    (try? RunFolder.open(run)).flatMap { $0.record.data.isEmpty ? nil : absolute(URL(filePath: $0.record.data)) }
  }

  /// All plain files below, links left out.
  private static func files(below folder: URL) -> [URL] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    return names.flatMap { name -> [URL] in
      let url = folder.appendingPathComponent(name)
      if isLink(url) { return [] }
      return isFolder(url) ? files(below: url) : isPlainFile(url) ? [url] : []
    }
  }
  private static func bytes(_ files: [URL]) -> Int {
    files.reduce(0) { $0 + Int(status($1)?.st_size ?? 0) }
  }
  private static func absolute(_ url: URL) -> URL { URL(filePath: url.absoluteURL.standardizedFileURL.path) }
  private static func status(_ url: URL) -> stat? {
    var found = stat()
    return lstat(url.path, &found) == 0 ? found : nil
  }
  private static func isLink(_ url: URL) -> Bool { status(url).map { $0.st_mode & S_IFMT == S_IFLNK } ?? false }
  private static func isFolder(_ url: URL) -> Bool { status(url).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }
  private static func isPlainFile(_ url: URL) -> Bool { status(url).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }
}

/// What cannot be forgotten, and why.
package struct ForgetError: KindedError {
  package let description: String
  package var errorKind: ErrorKind { .input }
  init(_ text: String) { description = text }
}
