import Foundation

/// Holds a name for one process while it makes the file or folder that is to stand under it.
///
/// The lock is a hidden file, beside the name `.<name>.lock`, which goes when the work is done. The system lets go of it when the process
/// ends, however it ends, so that what a killed process left never counts as alive: not even where every process has the same number, as
/// in a container.
package final class NameLock {
  private let file: URL
  private var descriptor: Int32 = -1

  /// Throws `FileError` if another process, or another part of this one, holds `url`, or if its folder cannot be written to.
  package convenience init(_ url: URL) throws {
    try self.init(url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).lock"), for: url)
  }
  /// Holds a folder that is there and is filled in place: its lock, `.lock`, lies inside. Throws `FileError` likewise.
  package convenience init(filling folder: URL) throws { try self.init(folder.appendingPathComponent(".lock"), for: folder) }

  private init(_ file: URL, for url: URL) throws {
    self.file = file
    while true {
      let opened = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
      guard opened >= 0 else { throw FileError(url, "cannot write", code: errno) }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(opened)
        if code == EWOULDBLOCK {
          throw FileError(url, "cannot write: another process is making it", remedy: "wait until it has ended, or choose another name")
        }
        throw FileError(url, "cannot lock", code: code)
      }
      // The one who held it before may have removed it meanwhile; then the name is free for a third.
      var (held, named) = (stat(), stat())
      if fstat(opened, &held) == 0, stat(file.path, &named) == 0, held.st_ino == named.st_ino, held.st_dev == named.st_dev {
        descriptor = opened
        return
      }
      close(opened)
    }
  }
  deinit { release() }

  /// Lets go before the object does.
  package func release() {
    guard descriptor >= 0 else { return }
    // Removed while it is held: whoever opens it from now on makes a new one.
    unlink(file.path)
    close(descriptor)
    descriptor = -1
  }
}
