import Foundation

/// A file's bytes as memory, read from the disk as they are touched and given back when the last user lets go.
///
/// The mapping is private: writing to it changes this process's copy of a page, never the file.
final class MappedFile {
  let start: UnsafeMutableRawPointer
  let count: Int
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// Throws `FileError` if `url` is missing, unreadable, empty or not an ordinary file.
  init(_ url: URL) throws {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(url, "cannot read", code: errno, kind: .input) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(url, "cannot read", code: errno, kind: .input) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(url, "is not an ordinary file", remedy: "check the path", kind: .input)
    }
    guard status.st_size > 0 else { throw FileError(url, "is empty", remedy: "write or download it again", kind: .input) }
    let mapped = mmap(nil, Int(status.st_size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else { throw FileError(url, "cannot read", code: errno, kind: .input) }
    (start, count) = (mapped, Int(status.st_size))
  }
  deinit { munmap(start, count) }
}
