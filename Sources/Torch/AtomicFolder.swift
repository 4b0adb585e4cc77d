import Foundation

/// A folder that stands under its final name whole or not at all: filled beside it, then renamed. One process at a time makes it.
package final class AtomicFolder {
  /// What it is in messages, and how one is told from the user's own folders.
  package struct Kind: Sendable {
    package let noun: String
    /// The file that every finished one holds.
    package let marker: String

    package init(_ noun: String, marker: String) { (self.noun, self.marker) = (noun, marker) }
  }
  package let final: URL
  /// Where to write its files until `finish`.
  package let url: URL
  private let kind: Kind
  private let replace: Bool
  private let lock: NameLock
  private var done = false

  /// Makes the hidden folder beside `final`, and the folders above it.
  ///
  /// Throws `FileError` where another process makes one of this name, or where there is something under it already that must not or,
  /// without `replace`, shall not be replaced. An empty folder is filled.
  package init(_ final: URL, _ kind: Kind, replace: Bool) throws {
    let target = Self.resolved(final)
    (self.final, self.kind, self.replace) = (target, kind, replace)
    let parent = target.deletingLastPathComponent()
    do { try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true) } catch {
      throw FileError(parent, "cannot make this folder", remedy: "check that you may write there, or choose another --output")
    }
    // Before it is looked at: what is seen under the lock is true until the end.
    lock = try NameLock(target)
    try Self.check(target, kind, replace: replace)
    Self.removeLeftovers(of: target)
    url = parent.appendingPathComponent(".\(target.lastPathComponent).unfinished-\(getpid())")
    guard mkdir(url.path, 0o777) == 0 else { throw FileError(target, "cannot write", code: errno) }
  }
  deinit { if !done { try? FileManager.default.removeItem(at: url) } }

  /// Gives the folder, whose files are on the disk, its name; what came to stand there meanwhile is not replaced unasked.
  package func finish() throws {
    for folder in [url] + ((try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)) ?? []) {
      guard let descriptor = Self.open(folder) else { continue }
      defer { close(descriptor) }
      guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(final, "cannot bring it safely to the disk", code: errno) }
    }
    try Self.check(final, kind, replace: replace)
    let parent = url.deletingLastPathComponent()
    let old = parent.appendingPathComponent(".\(final.lastPathComponent).replaced-\(getpid())")
    let hadOld = replace && FileManager.default.fileExists(atPath: final.path)
    if hadOld {
      guard rename(final.path, old.path) == 0 else { throw FileError(final, "cannot replace", code: errno) }
    }
    // The system refuses it where a file or a folder that holds something has this name.
    guard rename(url.path, final.path) == 0 else {
      let code = errno
      if hadOld { rename(old.path, final.path) }
      throw FileError(final, "cannot rename the finished \(kind.noun) to this name", code: code)
    }
    done = true
    defer { lock.release() }
    if hadOld { try? FileManager.default.removeItem(at: old) }
    if let descriptor = Self.open(parent) {
      fsync(descriptor)
      close(descriptor)
    }
  }

  private static func check(_ target: URL, _ kind: Kind, replace: Bool) throws {
    let files = FileManager.default
    guard files.fileExists(atPath: target.path), (try? files.contentsOfDirectory(atPath: target.path))?.isEmpty != true else { return }
    guard replace else {
      throw FileError(target, "exists already", remedy: "choose another --output, or replace it with --overwrite", kind: .input)
    }
    guard files.fileExists(atPath: target.appendingPathComponent(kind.marker).path) else {
      throw FileError(target, "exists and is not a \(kind.noun), so it is not replaced", remedy: "choose another --output", kind: .input)
    }
  }
  /// The folder itself where `url` is a link to one: a link cannot be replaced by a folder.
  private static func resolved(_ url: URL) -> URL {
    guard let path = realpath(url.path, nil) else { return url.standardizedFileURL }
    defer { free(path) }
    return URL(filePath: String(cString: path))
  }
  /// nil for what is no folder.
  private static func open(_ url: URL) -> Int32? {
    let descriptor = Glibc.open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    return descriptor >= 0 ? descriptor : nil
  }

  /// What runs that were killed left beside a name that is now held by this one.
  private static func removeLeftovers(of target: URL) {
    let parent = target.deletingLastPathComponent()
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? [] {
      for kind in ["unfinished", "process", "replaced"] {
        let start = ".\(target.lastPathComponent).\(kind)-"
        guard name.hasPrefix(start), Int(name.dropFirst(start.count)) != nil else { continue }
        let left = parent.appendingPathComponent(name)
        // A run killed between its two renames leaves the old folder only here.
        if kind == "replaced", !FileManager.default.fileExists(atPath: target.path) {
          rename(left.path, target.path)
        } else {
          try? FileManager.default.removeItem(at: left)
        }
      }
    }
  }
}
