import Foundation

/// Files that appear under their name whole or not at all, and that a power cut does not undo.
package enum AtomicFile {
  /// Writes a file through `body`, which gets a temporary name in the same folder, with the same extension.
  ///
  /// Then the file is synced to the disk, renamed, and the rename synced too. Whatever fails, in here or in `body`, leaves what stood
  /// under the final name as it was and no temporary file. Throws `FileError`, or what `body` throws.
  @discardableResult
  package static func write<R>(to url: URL, _ body: (_ temporary: URL) throws -> R) throws -> R {
    try refuseSpecial(url)
    let temporary = temporaryName(for: url)
    do {
      let result = try body(temporary)
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
    try write(to: url) { temporary in
      let output = try FileOutput(creating: temporary, for: url)
      try data.withUnsafeBytes { try output.write($0) }
      try output.close()
    }
  }

  /// Removes what processes that no longer run left unfinished in `folder`: a killed one cannot clean up after itself.
  package static func removeLeftovers(in folder: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      guard let match = name.wholeMatch(of: #/\..*\.partial-(\d+)-[0-9a-f]+(\..*)?/#), let process = pid_t(match.1) else { continue }
      if kill(process, 0) != 0, errno == ESRCH { try? FileManager.default.removeItem(at: folder.appendingPathComponent(name)) }
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

/// A new file that is written front to back, every failure reported.
final class FileOutput {
  private var descriptor: Int32
  private let url: URL

  /// Creates `file`; errors speak of `url`, the name that the user knows.
  init(creating file: URL, for url: URL) throws {
    self.url = url
    descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
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
