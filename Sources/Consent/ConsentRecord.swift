import Foundation
import Torch

/// Whose likeness an avatar is, and what that person has agreed to: `consent.json` in datasets and runs, the `consent` of avatar files,
/// and what films and images say of it.
package struct ConsentRecord: Codable, Equatable, Sendable {
  package enum Subject: String, Codable, Sendable, CaseIterable {
    /// The person who makes the avatar.
    case own = "self"
    /// Somebody else, who has agreed.
    case other
    /// Nobody who lives: drawn or generated.
    case synthetic
  }
  package var subject: Subject
  /// What was agreed to, in words.
  package var statement: String
  /// When that was written down, in UTC: `2026-12-01T09:30:00Z`.
  package var date: String
  /// Who agreed; empty for nobody who lives.
  package var by: String
  /// What the likeness may be used for.
  package var scope: String
  /// SHA-256 of the clip or photo in hexadecimal; nil where it is not known.
  package var source: String?

  /// What is said where nobody said more.
  package static let usualScope = "avatars of this person, and films and images of them that say they are synthetic"

  package init(
    _ subject: Subject, statement: String, by: String, scope: String = Self.usualScope, source: String? = nil, now: Date = Date()
  ) {
    (self.subject, self.statement, self.by, self.scope, self.source) = (subject, statement, by, scope, source)
    date = now.formatted(.iso8601)
  }

  /// Of somebody drawn or generated.
  package static func synthetic(now: Date = Date()) -> ConsentRecord {
    ConsentRecord(.synthetic, statement: "Nobody who lives: drawn or generated.", by: "", now: now)
  }
  /// Of whoever makes the avatar.
  package static func own(now: Date = Date()) -> ConsentRecord {
    ConsentRecord(.own, statement: "My own likeness.", by: "the person shown", now: now)
  }

  /// The same, tied to the clip or photo at `url`; as it is where that cannot be read.
  package func of(_ url: URL) -> ConsentRecord {
    var tied = self
    tied.source = (try? SHA256.of(url)) ?? source
    return tied
  }

  /// In few words, for a line of output.
  package var words: String {
    switch subject {
    case .own: "of the person who made it"
    case .other: "of somebody who agreed" + (by.isEmpty ? "" : " (\(by))")
    case .synthetic: "of nobody who lives"
    }
  }

  private enum CodingKeys: String, CodingKey { case format, subject, statement, date, by, scope, source }
  private static let format = "likeness.consent"
  /// Of each text, in characters.
  private static let longest = 2000

  /// Strict, since records come with files of strangers: throws `DecodingError` for what is no record.
  package init(from decoder: any Decoder) throws {
    let all = try decoder.container(keyedBy: CodingKeys.self)
    func text(_ key: CodingKeys, usual: String? = nil) throws -> String {
      let found = try usual.map { try all.decodeIfPresent(String.self, forKey: key) ?? $0 } ?? all.decode(String.self, forKey: key)
      guard found.count <= Self.longest, !found.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: all, debugDescription: "must be one line of at most \(Self.longest) characters")
      }
      return found
    }
    guard try all.decode(String.self, forKey: .format) == Self.format else {
      throw DecodingError.dataCorruptedError(forKey: .format, in: all, debugDescription: "must be \(Self.format)")
    }
    subject = try all.decode(Subject.self, forKey: .subject)
    (statement, date) = (try text(.statement), try text(.date))
    (by, scope) = (try text(.by, usual: ""), try text(.scope, usual: Self.usualScope))
    if subject == .other, by.trimmingCharacters(in: .whitespaces).isEmpty {
      throw DecodingError.dataCorruptedError(forKey: .by, in: all, debugDescription: "must name who agreed")
    }
    source = try all.decodeIfPresent(String.self, forKey: .source)
    if let source, source.wholeMatch(of: #/[0-9a-f]{64}/#) == nil {
      throw DecodingError.dataCorruptedError(forKey: .source, in: all, debugDescription: "must be a SHA-256 in hexadecimal")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var all = encoder.container(keyedBy: CodingKeys.self)
    try all.encode(Self.format, forKey: .format)
    try all.encode(subject, forKey: .subject)
    for (key, text) in [(CodingKeys.statement, statement), (.date, date), (.by, by), (.scope, scope)] { try all.encode(text, forKey: key) }
    try all.encodeIfPresent(source, forKey: .source)
  }
}
