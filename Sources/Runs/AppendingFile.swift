import Foundation
import Torch

/// A log that grows at its end; each piece goes to the system at once, so that a killed process loses none.
final class AppendingFile {
  private let url: URL
  private let descriptor: Int32

  /// Opens or creates `url`; throws `FileError`.
  init(_ url: URL) throws {
    self.url = url
    descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(url, "cannot write", code: errno) }
  }
  deinit { close(descriptor) }

  func append(_ data: Data) throws {
    try data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let written = write(descriptor, part.baseAddress, part.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw FileError(url, "cannot write", code: written == 0 ? EIO : errno) }
        rest = rest.dropFirst(written)
      }
    }
  }
  /// Brings what was appended to the disk.
  func sync() throws {
    guard fsync(descriptor) == 0 else { throw FileError(url, "cannot bring it safely to the disk", code: errno) }
  }
}
