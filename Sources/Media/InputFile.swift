import CFFmpeg
import Foundation

/// A regular file opened for reading, after the questions whose answers FFmpeg's messages leave out.
final class InputFile {
  let url: URL
  let size: Int
  let descriptor: Int32
  /// The first error that a read met, as `EIO`.
  private(set) var failure: Int32 = 0

  init(_ url: URL) throws {
    self.url = url
    guard url.isFileURL else { throw MediaError(.missing, url, "is not a file on this machine: download it first") }
    var status = stat()
    let path = url.path(percentEncoded: false)
    guard stat(path, &status) == 0 else {
      if errno == EACCES { throw MediaError(.forbidden, url, "may not be read: check the permissions of its folder") }
      throw MediaError(.missing, url, "no such file: check the path")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw MediaError(.folder, url, "is a folder: name a file in it")
    default: throw MediaError(.notAFile, url, "is not a regular file: write the data to a file first")
    }
    guard status.st_size > 0 else { throw MediaError(.empty, url, "is empty: copy or export it again") }
    size = Int(status.st_size)
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MediaError(.forbidden, url, "may not be read: check its permissions") }
  }
  deinit { close(descriptor) }

  func read(into bytes: UnsafeMutableRawPointer, count: Int) -> Int {
    while true {
      let got = Foundation.read(descriptor, bytes, count)
      if got >= 0 { return got }
      if errno == EINTR { continue }
      if failure == 0 { failure = errno }
      return -Int(failure)
    }
  }
  func seek(to offset: Int, from origin: Int32) -> Int { lseek(descriptor, offset, origin) }

  /// The first `count` bytes, or fewer where the file is shorter.
  func head(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress!, count, 0) }
    return Array(bytes.prefix(max(0, got)))
  }
}
