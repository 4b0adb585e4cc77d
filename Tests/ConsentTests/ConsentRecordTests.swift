import Consent
import Foundation
import Testing
import Torch

struct ConsentRecordTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "consent-\(UUID().uuidString)")
  private func file(_ text: String) throws -> URL {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appending(path: "record.json")
    try Data(text.utf8).write(to: url)
    return url
  }
  private static let whole =
    #"{"format": "likeness.consent", "subject": "other", "statement": "Films for the course", "date": "2026-12-01", "by": "Anna"}"#

  @Test func comesBackAsItWasWritten() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    #expect(try ConsentFile.read(in: folder) == nil)
    for var record in [ConsentRecord.own(), .synthetic(), ConsentRecord(.other, statement: "Films \"of\" a course", by: "Ånna")] {
      record.source = String(repeating: "0a", count: 32)
      try ConsentFile.write(record, in: folder)
      #expect(try ConsentFile.read(in: folder) == record)
      #expect(ConsentFile.record(in: [ConsentFile.key: ConsentFile.text(record)]) == record)
      #expect(!ConsentFile.text(record).contains("\n"))
    }
  }

  @Test func isReadWhereOptionalPartsAreMissing() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let record = try ConsentFile.read(try file(Self.whole))
    #expect(record.subject == .other)
    #expect(record.scope == ConsentRecord.usualScope)
    #expect(record.source == nil)
    #expect(record.words == "of somebody who agreed (Anna)")
  }

  @Test(arguments: [
    ("likeness.consent", "likeness.content", "format must be"), ("other", "anybody", "subject"),
    (#""by": "Anna""#, #""by": " ""#, "by must name"),
    (#", "by": "Anna""#, "", "by must name"), (#""statement": "Films for the course", "#, "", "statement is missing"),
    ("Films", "Films\\n", "one line"), ("}", #", "source": "../x"}"#, "SHA-256"), ("{", "[", "no record"),
  ]) func isRefusedWithAReason(_ change: (String, String, String)) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = Self.whole.replacingOccurrences(of: change.0, with: change.1)
    #expect(text != Self.whole)
    let url = try file(text)
    let error = #expect(throws: ConsentError.self) { try ConsentFile.read(url) }
    #expect(error?.description.contains(change.2) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
    #expect(ConsentFile.record(in: [ConsentFile.key: text]) == nil)
  }

  @Test func aRecordAsLargeAsAFilmIsNotRead() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = try file(Self.whole + String(repeating: " ", count: 100_000))
    #expect(throws: ConsentError.self) { try ConsentFile.read(url) }
    #expect(throws: ConsentError.self) { try ConsentFile.read(folder.appending(path: "absent.json")) }
  }
}
