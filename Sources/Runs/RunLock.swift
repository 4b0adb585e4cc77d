import Foundation
import Torch

/// Holds a run folder for one process; the system lets go when the process ends, however it ends.
package final class RunLock {
  private let descriptor: Int32

  /// Throws `RunError` if another process, or another part of this one, holds `folder`.
  package init(_ folder: URL) throws {
    let url = folder.appending(path: ".lock")
    descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(url, "cannot write", code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      let holder = (try? String(contentsOf: url, encoding: .utf8)).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
      // No close here: with all properties set, a throwing initialiser runs deinit.
      if code == EWOULDBLOCK { throw RunError(folder, .busy(holder)) }
      throw FileError(url, "cannot lock", code: code)
    }
    // For the message of whoever comes second; that it may fail to be written on a full disk does no harm.
    let words = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = words.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
  deinit { close(descriptor) }
}
