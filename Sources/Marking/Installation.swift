import Foundation
import Torch

/// This copy of the tool: the number that its watermarks carry, and where its key lies.
package struct Installation: Sendable {
  /// `~/.config/likeness`: `chain.pem` and `key.pem` to sign with, and `installation`, a number drawn at first use.
  package let folder: URL
  /// 16 bits of chance.
  package let number: UInt16

  /// Reads the number, or draws and keeps it. Throws `FileError` where it can be neither read nor kept.
  package init(_ folder: URL? = Environment.process.settings?.appendingPathComponent("likeness", isDirectory: true)) throws {
    guard let folder else {
      throw FileError(URL(filePath: "~/.config/likeness"), "cannot be found: there is no home", remedy: "set HOME or XDG_CONFIG_HOME")
    }
    self.folder = folder
    let place = folder.appendingPathComponent("installation")
    if let number = Self.read(place) {
      self.number = number
      return
    }
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw FileError(folder, "cannot make this folder", remedy: "check that you may write there, or set XDG_CONFIG_HOME")
    }
    let drawn = UInt16.random(in: 0 ... .max)
    // Two commands may come here at once: the first one's number stays.
    let file = folder.appendingPathComponent(".installation-\(getpid())-\(drawn)")
    defer { unlink(file.path) }
    try AtomicFile.write(Data((String(drawn, radix: 16) + "\n").utf8), to: file)
    guard link(file.path, place.path) == 0 || errno == EEXIST else { throw FileError(place, "cannot write", code: errno) }
    guard let number = Self.read(place) else {
      throw FileError(place, "is no number of an installation", remedy: "delete it; another is drawn")
    }
    self.number = number
  }
  private static func read(_ place: URL) -> UInt16? {
    (try? String(contentsOf: place, encoding: .utf8)).flatMap { UInt16($0.trimmingCharacters(in: .whitespacesAndNewlines), radix: 16) }
  }
}
