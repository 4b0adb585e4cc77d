import Face
import Foundation
import Media
import Torch

/// Where the files of a population's images lie, and how they get there: whole, or not at all.
struct ImageStore: Sendable {
  /// Images in one subfolder.
  static let perFolder = 1000
  /// Kinds of files: the images themselves, classes in their colours, distances in 16 bits.
  static let kinds = ["", "masks/", "depth/"]
  /// Steps of a depth file's values in one unit of the generators' world; 0 is where nothing is.
  static let depthSteps: Float = 10_000
  let root: URL

  /// `00012/img00012345.png`.
  static func name(_ image: Int) -> String { "\(padded(image / perFolder, 5))/img\(padded(image, 8)).png" }
  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
  func url(_ kind: String, _ image: Int) -> URL { root.appending(path: kind + Self.name(image)) }

  /// Makes the subfolders for `count` images, and clears away what a killed process left in them.
  func prepare(count: Int) throws {
    for kind in Self.kinds {
      for folder in 0...(count - 1) / Self.perFolder {
        let url = url(kind, folder * Self.perFolder).deletingLastPathComponent()
        do {
          try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
          throw FileError(url, "cannot make the folder", code: errno, remedy: "check the path, its permissions and the disk")
        }
        AtomicFile.removeLeftovers(in: url)
      }
    }
  }
  /// Whether all files of an image are there to their ends.
  func holds(_ image: Int) -> Bool { Self.kinds.allSatisfy { Self.isWhole(url($0, image)) } }

  func write(_ drawn: PortraitImage, _ image: Int) throws {
    let size = drawn.rgb.size(1)
    try put(ImageFile.png(drawn.rgb), url("", image))
    try put(ImageFile.png(SemanticClass.image(of: drawn.labels)), url("masks/", image))
    let steps = drawn.depth.map { UInt16(min(65535, ($0 * Self.depthSteps).rounded())) }
    try put(ImageFile.png(steps, width: size), url("depth/", image))
  }

  /// Writes under another name first, then renames: a kill leaves no half file. That all outlives a power cut the end of the work sees to.
  private func put(_ data: Data, _ url: URL) throws {
    let temporary = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).partial-\(getpid())-0.png")
    func failed() -> FileError { FileError(url, "cannot write", code: errno) }
    let file = open(temporary.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failed() }
    let written = data.withUnsafeBytes { bytes in
      var at = 0
      while at < bytes.count {
        let n = Glibc.write(file, bytes.baseAddress! + at, bytes.count - at)
        if n < 0, errno == EINTR { continue }
        guard n > 0 else { return false }
        at += n
      }
      return true
    }
    guard written else {
      let error = failed()
      close(file)
      unlink(temporary.path)
      throw error
    }
    close(file)
    guard rename(temporary.path, url.path) == 0 else { throw failed() }
  }

  /// A PNG that ends as PNGs do.
  private static func isWhole(_ url: URL) -> Bool {
    guard let file = try? FileHandle(forReadingFrom: url), let size = try? file.seekToEnd(), size > 57 else { return false }
    defer { try? file.close() }
    guard (try? file.seek(toOffset: size - 8)) != nil, let end = try? file.readToEnd() else { return false }
    return end.prefix(4) == Data("IEND".utf8)
  }

  /// Bytes that `count` images of a size take, about: measured on images of 256 x 256.
  static func need(count: Int, size: Int) -> Int { Int(Double(count) * (2.7 * Double(size * size) + 10_000)) }
}
