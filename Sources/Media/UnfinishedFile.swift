import Foundation

/// A file being written beside its final name, which it gets only when whole and on the disk.
final class UnfinishedFile {
  let url: URL
  let temporary: URL
  private(set) var descriptor: Int32
  /// The first error a write met.
  private(set) var failure: Int32 = 0

  init(_ url: URL) throws {
    self.url = url
    let name = ".\(url.lastPathComponent).\(UUID().uuidString.prefix(8)).part"
    temporary = url.deletingLastPathComponent().appending(path: name)
    descriptor = open(temporary.path(percentEncoded: false), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw MediaError.writing(url, errno: errno) }
  }
  deinit { discard() }

  /// Writes all of `bytes` at the current place; returns whether the disk took them.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var done = 0
    while done < bytes.count, failure == 0 {
      let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count > 0 { done += count } else if count < 0, errno != EINTR { failure = errno }
    }
    return failure == 0
  }
  /// Brings the bytes to the disk and gives the file its name.
  func commit() throws {
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if failure == 0, close(descriptor) != 0 { failure = errno } else if failure != 0 { close(descriptor) }
    descriptor = -1
    if failure == 0, rename(temporary.path(percentEncoded: false), url.path(percentEncoded: false)) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(temporary.path(percentEncoded: false))
      throw MediaError.writing(url, errno: failure)
    }
    let folder = open(url.deletingLastPathComponent().path(percentEncoded: false), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }
  /// Removes what was written; does nothing after `commit`.
  func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    unlink(temporary.path(percentEncoded: false))
  }
}

/// Writes `data` so that a file named `url` is always whole.
func writeWhole(_ data: Data, to url: URL) throws {
  let file = try UnfinishedFile(url)
  guard data.withUnsafeBytes({ file.write($0) }) else {
    file.discard()
    throw MediaError.writing(url, errno: file.failure)
  }
  try file.commit()
}
