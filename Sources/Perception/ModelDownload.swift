import Foundation
import Torch

/// Fetches published weights with curl, over https only.
package enum ModelDownload {
  /// Fetches a file into `folder` under its first name and returns where it is.
  ///
  /// It appears there whole or not at all, and only if its SHA-256 is the published one; nothing longer than published is taken. `progress` is
  /// told the bytes that have come. Throws `DownloadError` or `FileError`.
  package static func fetch(
    _ file: ModelFile.Description, into folder: URL, curl: URL, progress: (Int) -> Void = { _ in }
  ) throws -> URL {
    guard file.address.hasPrefix("https://") else { throw DownloadError(file.address, "is no https address", "download it by hand") }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "cannot make this folder", remedy: "set LIKENESS_MODELS to one that can be written to")
    }
    AtomicFile.removeLeftovers(in: folder)
    let url = folder.appendingPathComponent(file.fileNames[0])
    try AtomicFile.write(to: url) { temporary in
      guard let output = try? FileHandle(forWritingTo: temporary) else {
        throw FileError(url, "cannot write", remedy: "choose a place that can be written to")
      }
      defer { try? output.close() }
      let sum = try receive(file, curl, to: output, of: url, progress)
      if let published = file.sha256, sum != published {
        throw DownloadError(
          file.address, "the download is not the published file: its SHA-256 is \(sum), not \(published)",
          "try again; if this happens again, the publisher has changed the file")
      }
    }
    return url
  }

  /// Runs curl, writes what it sends, returns its SHA-256.
  private static func receive(
    _ file: ModelFile.Description, _ curl: URL, to output: FileHandle, of url: URL, _ progress: (Int) -> Void
  ) throws -> String {
    let (process, bytes, words) = (Process(), Pipe(), Pipe())
    process.executableURL = curl
    process.arguments = [
      "--proto", "=https", "--proto-redir", "=https", "--tlsv1.2", "--location", "--max-redirs", "8", "--fail", "--silent", "--show-error",
      "--connect-timeout", "20", "--speed-limit", "1000", "--speed-time", "60", "--retry", "2", "--max-filesize", "\(file.size + slack)",
      "--", file.address,
    ]
    (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, bytes, words)
    do { try process.run() } catch { throw DownloadError(file.address, "curl cannot be started", "install curl") }
    defer { if process.isRunning { process.terminate() } }
    var sum = SHA256()
    var count = 0
    while let piece = try bytes.fileHandleForReading.read(upToCount: 1 << 18), !piece.isEmpty {
      count += piece.count
      guard count <= file.size + slack else {
        throw DownloadError(file.address, "the download is longer than the published \(file.size) bytes", "download it by hand")
      }
      piece.withUnsafeBytes { sum.update($0) }
      do { try output.write(contentsOf: piece) } catch { throw FileError(url, "cannot write", remedy: "free some space on that disk") }
      progress(count)
    }
    // curl writes a line or two here, far less than a pipe holds.
    let said = String(decoding: (try? words.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let line = said.split(whereSeparator: \.isNewline).last.map { " (\($0))" } ?? ""
      throw DownloadError(
        file.address, "cannot be downloaded\(line)", "check the network, or download the file by hand and put it into the folder")
    }
    return sum.hexadecimal()
  }
  /// Published sizes are of one copy; others may be packed a little differently.
  private static let slack = 1 << 20
}

/// Why a download failed: one line with the address and what to do.
package struct DownloadError: KindedError {
  package let description: String
  package var errorKind: ErrorKind { .system }
  init(_ address: String, _ problem: String, _ remedy: String) { description = "\(address): \(problem); \(remedy)" }
}
