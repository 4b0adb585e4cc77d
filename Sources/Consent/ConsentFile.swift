import Foundation
import Torch

/// Where a record of consent lies in a dataset or run, and as text in the metadata of a file.
package enum ConsentFile {
  /// Its name in datasets and runs, and the key in the metadata of files.
  package static let name = "consent.json", key = "consent"

  package static func place(in folder: URL) -> URL { folder.appending(path: name) }

  /// The record of a dataset or run; nil where it has none. Throws `ConsentError` for one that cannot be read.
  package static func read(in folder: URL) throws -> ConsentRecord? {
    let url = place(in: folder)
    return FileManager.default.fileExists(atPath: url.path) ? try read(url) : nil
  }

  /// The record in a file of JSON; throws `ConsentError`.
  package static func read(_ url: URL) throws -> ConsentRecord {
    // A name may lead to a device, and a record is short.
    guard let handle = try? FileHandle(forReadingFrom: url), let data = try? handle.read(upToCount: largest + 1) else {
      throw ConsentError(url, "cannot be read", remedy: "name a record of consent, or write self or synthetic")
    }
    guard data.count <= largest else { throw ConsentError(url, "is too large for a record of consent", remedy: remedy) }
    do {
      return try JSONDecoder().decode(ConsentRecord.self, from: data)
    } catch let error as DecodingError {
      throw ConsentError(url, "is no record of consent (\(said(error)))", remedy: remedy)
    }
  }

  /// As one line of JSON, the same for the same record.
  package static func text(_ record: ConsentRecord) -> String {
    String(decoding: encoded(record, []), as: UTF8.self)
  }
  /// The record in the metadata of a file; nil where there is none, or none that can be read.
  package static func record(in metadata: [String: String]) -> ConsentRecord? {
    guard let text = metadata[key], text.utf8.count <= largest else { return nil }
    return try? JSONDecoder().decode(ConsentRecord.self, from: Data(text.utf8))
  }

  /// Writes it into a dataset or run, atomically; throws `FileError`.
  package static func write(_ record: ConsentRecord, in folder: URL) throws {
    try AtomicFile.write(encoded(record, .prettyPrinted) + Data("\n".utf8), to: place(in: folder))
  }

  private static let largest = 65536
  private static let remedy =
    #"write {"format": "likeness.consent", "subject": "other", "statement": "...", "date": "2026-12-01", "by": "..."}"#

  private static func encoded(_ record: ConsentRecord, _ more: JSONEncoder.OutputFormatting) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, more]
    // Texts only: cannot fail.
    return try! encoder.encode(record)
  }
  private static func said(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
      ((context.codingPath.last.map { $0.stringValue + " " } ?? "") + context.debugDescription).split(whereSeparator: \.isNewline)
        .joined(separator: " ")
    @unknown default: "not JSON"
    }
  }
}

/// A record of consent that cannot be used.
package struct ConsentError: KindedError {
  package let description: String
  package var errorKind: ErrorKind { .input }
  init(_ url: URL, _ fault: String, remedy: String) { description = "\(url.relativePath): \(fault); \(remedy)" }
}
