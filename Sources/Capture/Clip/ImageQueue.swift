import Foundation
import Torch

/// Writes files behind the back of the work that makes them, on whatever threads; the first failure is thrown by the next call.
///
/// They are brought to the disk there too, which takes longer than making them; names need no care, for the folder they lie in appears
/// under its own only when it is complete.
final class ImageQueue: @unchecked Sendable {
  private let queue = DispatchQueue(label: "likeness.pictures")
  private let room = DispatchSemaphore(value: 16)
  private let lock = NSLock()
  private var failure: (any Error)?

  func write(_ data: Data, to url: URL) throws {
    try check()
    room.wait()
    queue.async { [self] in
      defer { room.signal() }
      do { try Self.store(data, url) } catch { lock.withLock { failure = failure ?? error } }
    }
  }
  /// Waits for all files.
  func finish() throws {
    wait()
    try check()
  }
  /// Waits for all files, whether they could be written or not.
  func wait() { queue.sync {} }
  private func check() throws {
    if let failure = lock.withLock({ failure }) { throw failure }
  }

  private static func store(_ data: Data, _ url: URL) throws {
    let file = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileError(url, "cannot write", code: errno) }
    let result = data.withUnsafeBytes { bytes -> Int32 in
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let written = Glibc.write(file, part.baseAddress, part.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return written == 0 ? EIO : errno }
        rest = rest.dropFirst(written)
      }
      return 0
    }
    let synced = result == 0 && fsync(file) != 0 ? errno : result
    guard close(file) == 0 || synced != 0 else { throw FileError(url, "cannot write", code: errno) }
    guard synced == 0 else { throw FileError(url, "cannot write", code: synced) }
  }
}
