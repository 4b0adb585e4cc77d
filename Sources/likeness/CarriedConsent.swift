import Consent
import Credentials
import Foundation

/// The record of consent that films, images and meshes carry with them.
enum CarriedConsent {
  /// As a comment of one line in meshes.
  static func line(_ record: ConsentRecord) -> String { lineHead + ConsentFile.text(record) }
  private static let lineHead = "consent "

  /// nil where the file carries none, or is none of these.
  static func record(of file: URL) -> ConsentRecord? {
    switch file.pathExtension.lowercased() {
    case "obj", "mtl", "ply": inComments(file)
    case "json" where file.lastPathComponent == "meshes.json": inContents(file)
    case "png", "jpg", "jpeg", "mp4", "m4v", "mov": ContentCredentials.consent(in: file)
    default: nil
    }
  }

  private static func start(_ file: URL) -> Data? {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
    defer { try? handle.close() }
    return try? handle.read(upToCount: 1 << 14)
  }
  private static func inComments(_ file: URL) -> ConsentRecord? {
    // A binary mesh follows its head.
    let lines = String(decoding: start(file) ?? Data(), as: UTF8.self).split(separator: "\n", maxSplits: 12)
    for line in lines.prefix(12) {
      for mark in ["# ", "comment "] where line.hasPrefix(mark + lineHead) {
        return ConsentFile.record(in: [ConsentFile.key: String(line.dropFirst(mark.count + lineHead.count))])
      }
    }
    return nil
  }
  private struct Contents: Decodable { let consent: ConsentRecord? }
  private static func inContents(_ file: URL) -> ConsentRecord? {
    guard let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize, size < 1 << 26, let data = try? Data(contentsOf: file)
    else {
      return nil
    }
    return (try? JSONDecoder().decode(Contents.self, from: data))?.consent
  }
}
