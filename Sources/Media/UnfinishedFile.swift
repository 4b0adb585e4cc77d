import Foundation
import Torch

/// The system calls that a write can fail in; tests bring their own.
package struct DiskCalls: Sendable {
  package var write: @Sendable (Int32, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
  package var fsync: @Sendable (Int32) -> Int32 = { Glibc.fsync($0) }
  package var rename: @Sendable (String, String) -> Int32 = { Glibc.rename($0, $1) }
  package init() {}
}

/// A file being written under a telling name beside its final one, which it gets only when whole and on the disk.
final class UnfinishedFile {
  let url: URL
  let temporary: URL
  private let calls: DiskCalls
  private var descriptor: Int32
  /// The system's number for the first failure of a write.
  private(set) var failure: Int32 = 0

  /// Creates `<name>.unfinished-<process>.<extension>`, where the user of a killed run finds it.
  init(_ url: URL, calls: DiskCalls) throws {
    self.url = url
    self.calls = calls
    var status = stat()
    if stat(url.path(percentEncoded: false), &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw FileError(url, "cannot write", code: EISDIR, remedy: "choose the name of an ordinary file")
    }
    let stem = url.deletingPathExtension().lastPathComponent, end = url.pathExtension
    var made: (URL, Int32)
    var attempt = 0
    repeat {
      let place = url.deletingLastPathComponent().appending(
        path: "\(stem).unfinished-\(getpid())\(attempt == 0 ? "" : "-\(attempt)").\(end)")
      made = (place, open(place.path(percentEncoded: false), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666))
      attempt += 1
    } while made.1 < 0 && errno == EEXIST && attempt < 1000
    (temporary, descriptor) = made
    guard descriptor >= 0 else { throw FileError(url, "cannot write", code: errno) }
  }
  deinit { discard() }

  /// Writes all of `bytes` at the current place; returns whether the disk took them.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var done = 0
    while done < bytes.count, failure == 0 {
      let count = calls.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count > 0 { done += count } else if count == 0 || errno != EINTR { failure = count == 0 ? EIO : errno }
    }
    return failure == 0
  }
  func seek(to offset: Int, from origin: Int32) -> Int { lseek(descriptor, offset, origin) }

  /// Throws if any write so far has failed.
  func check() throws {
    if failure != 0 { throw FileError(url, "cannot write", code: failure) }
  }
  /// Brings the bytes to the disk and gives the file its name; nothing remains if that fails. `seal` may put a finished file in the place of
  /// the one that it is given.
  func commit(seal: ((URL) throws -> Void)? = nil) throws {
    defer { discard() }
    try check()
    try seal?(temporary)
    guard calls.fsync(descriptor) == 0 else { throw FileError(url, "cannot bring it safely to the disk", code: errno) }
    guard calls.rename(temporary.path(percentEncoded: false), url.path(percentEncoded: false)) == 0 else {
      throw FileError(url, "cannot rename the finished file to this name", code: errno)
    }
    close(descriptor)
    descriptor = -1
    let folder = open(url.deletingLastPathComponent().path(percentEncoded: false), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    defer { close(folder) }
    // Some network file systems know no sync of folders and say so with EINVAL.
    guard calls.fsync(folder) == 0 || errno == EINVAL else { throw FileError(url, "cannot bring it safely to the disk", code: errno) }
  }
  /// Removes what was written; does nothing after `commit`.
  func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    unlink(temporary.path(percentEncoded: false))
  }
}
