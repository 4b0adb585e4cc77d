import Foundation

/// Files that appear under their name whole or not at all, and that a power cut does not undo.
package enum AtomicFile {
  /// Writes a file through `body`, which gets a temporary name in the same folder, with the same extension.
  ///
  /// Then the file is synced to the disk, renamed, and the rename synced too. Whatever fails, in here or in `body`, leaves what stood
  /// under the final name as it was and no temporary file. The temporary file is there, empty, when `body` begins, and must not be
  /// empty when it ends. Throws `FileError`, or what `body` throws.
  @discardableResult
  package static func write<R>(to url: URL, _ body: (_ temporary: URL) throws -> R) throws -> R {
    try write(to: url, mayBeEmpty: false, body)
  }
  private static func write<R>(to url: URL, mayBeEmpty: Bool, _ body: (_ temporary: URL) throws -> R) throws -> R {
    try refuseSpecial(url)
    let temporary = temporaryName(for: url)
    let descriptor = open(temporary.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(url, "cannot write", code: errno) }
    defer { close(descriptor) }
    // Held to the end: tells `removeLeftovers` of other processes that somebody is at work. Where a disk knows no locks it keeps everything.
    flock(descriptor, LOCK_EX | LOCK_NB)
    do {
      let result = try body(temporary)
      var status = stat()
      guard mayBeEmpty || (stat(temporary.path, &status) == 0 && status.st_size > 0) else {
        throw FileError(url, "cannot write: there was nothing to write", remedy: "try again")
      }
      try sync(temporary, O_RDONLY, of: url)
      guard rename(temporary.path, url.path) == 0 else { throw FileError(url, "cannot rename the finished file to this name", code: errno) }
      try sync(url.deletingLastPathComponent(), O_RDONLY | O_DIRECTORY, of: url)
      return result
    } catch {
      unlink(temporary.path)
      throw error
    }
  }

  /// Writes `data` as a whole file; throws `FileError`.
  package static func write(_ data: Data, to url: URL) throws {
    try write(to: url, mayBeEmpty: true) { temporary in
      let output = try FileOutput(temporary, for: url)
      try data.withUnsafeBytes { try output.write($0) }
      try output.close()
    }
  }

  /// Removes what processes that no longer run left unfinished in `folder`: a killed one cannot clean up after itself.
  ///
  /// Whoever writes holds a lock on the file, which ends with the process; its number says nothing, since numbers come again.
  package static func removeLeftovers(in folder: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      guard name.wholeMatch(of: #/\..*\.partial-\d+-[0-9a-f]+(\..*)?/#) != nil else { continue }
      let file = folder.appendingPathComponent(name)
      let descriptor = open(file.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(file.path) }
      close(descriptor)
    }
  }

  /// A hidden name beside `url` that no other call has; ends as `url` does, since encoders go by the extension.
  private static func temporaryName(for url: URL) -> URL {
    let unique = String(UInt64.random(in: 0 ... .max), radix: 16)
    let end = url.pathExtension.isEmpty ? "" : "." + url.pathExtension
    return url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).partial-\(getpid())-\(unique)\(end)")
  }

  /// A rename would replace a device or pipe by a file, and fails late on a folder.
  private static func refuseSpecial(_ url: URL) throws {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR { throw FileError(url, "cannot write", code: EISDIR) }
    if status.st_mode & S_IFMT != S_IFREG {
      throw FileError(url, "cannot write: it is a device or a pipe", remedy: "choose the name of an ordinary file")
    }
  }

  private static func sync(_ file: URL, _ flags: Int32, of url: URL) throws {
    let descriptor = open(file.path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(url, "cannot write", code: errno) }
    defer { close(descriptor) }
    // Some network file systems know no sync of folders and say so with EINVAL; every other failure counts.
    guard fsync(descriptor) == 0 || (errno == EINVAL && flags & O_DIRECTORY != 0) else {
      throw FileError(url, "cannot bring it safely to the disk", code: errno)
    }
  }
}

/// A file that is written front to back, every failure reported.
final class FileOutput {
  private var descriptor: Int32
  private let url: URL

  /// Writes to `file`, which is there; errors speak of `url`, the name that the user knows.
  init(_ file: URL, for url: URL) throws {
    self.url = url
    descriptor = open(file.path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(url, "cannot write", code: errno) }
  }
  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = Glibc.write(descriptor, part.baseAddress!, part.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw FileError(url, "cannot write", code: written == 0 ? EIO : errno) }
      rest = rest.dropFirst(written)
    }
  }

  func close() throws {
    defer { descriptor = -1 }
    guard Glibc.close(descriptor) == 0 else { throw FileError(url, "cannot write", code: errno) }
  }
}
