import Foundation
import Runs
import Torch

/// What was put out of an avatar without marks: noted with the avatar, so that whoever gets it can read it.
///
/// In a run it is `unmarked.jsonl`, in the file of an avatar the same lines in its metadata.
package enum UnmarkedLog {
  package struct Entry: Codable, Equatable, Sendable {
    /// In UTC: `2026-12-01T09:30:00Z`.
    package var date: String
    /// The last part of the output's name.
    package var output: String
  }
  package static let name = "unmarked.jsonl", key = "unmarked"
  /// In a file; the oldest go first.
  private static let most = 200

  /// Notes an output; throws what reading and writing throws, before anything is put out.
  package static func note(_ output: URL, of avatar: URL, now: Date = Date()) throws {
    let entry = Entry(date: now.formatted(.iso8601), output: output.lastPathComponent)
    try write(entries(of: avatar) + [entry], to: avatar)
  }
  /// What was noted of a run or the file of an avatar, the earliest first.
  package static func entries(of avatar: URL) -> [Entry] {
    let text: String
    if RunFolder.exists(avatar) {
      text = (try? String(contentsOf: avatar.appending(path: name), encoding: .utf8)) ?? ""
    } else {
      text = Checkpoint.metadata(avatar)[key] ?? ""
    }
    return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
  }
  /// Notes in the file of an avatar what its run has noted.
  package static func carry(from run: URL, to file: URL) throws {
    let entries = entries(of: run)
    if !entries.isEmpty { try write(entries, to: file) }
  }

  private static func write(_ entries: [Entry], to avatar: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = try entries.suffix(most).map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
    if RunFolder.exists(avatar) { return try AtomicFile.write(Data(text.utf8), to: avatar.appending(path: name)) }
    let file = try Checkpoint.read(avatar)
    var metadata = file.metadata
    metadata[key] = text
    try Checkpoint(step: file.step, tensors: file.tensors, metadata: metadata, score: file.score).write(to: avatar)
  }
}
