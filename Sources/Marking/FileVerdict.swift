import Consent
import Credentials
import Foundation
import Runs
import Torch

/// What can be said of a film, an image or an avatar: whether it is marked, by whom, and whether it was changed since.
package struct FileVerdict {
  private let url: URL
  /// nil for an avatar.
  private let credentials: CredentialsReport?
  private let consent: ConsentRecord?
  /// nil for an avatar, and where none was found.
  private let watermark: WatermarkFinding?
  private let unmarked: [UnmarkedLog.Entry]

  /// Throws `MediaError` for what is none of these. `progress` hears how many seconds of a film were looked at.
  package init(_ url: URL, roots: [URL], progress: (Double) -> Void = { _ in }) throws {
    self.url = url
    if RunFolder.exists(url) {
      credentials = nil
      (consent, unmarked, watermark) = (try RunFolder.open(url).consent(), UnmarkedLog.entries(of: url), nil)
    } else if ["safetensors", "portrait"].contains(url.pathExtension.lowercased()) {
      // Damaged ones are told.
      credentials = nil
      (consent, unmarked, watermark) = (ConsentFile.record(in: try Checkpoint.read(url).metadata), UnmarkedLog.entries(of: url), nil)
    } else {
      let found = try? ContentCredentials.read(url, roots: roots)
      // Other films and images have no credentials that could be read, but may be marked; what is none is told.
      watermark = try WatermarkSearch.look(in: url, progress: progress)
      (credentials, consent, unmarked) = (found ?? CredentialsReport(), found?.consent, [])
    }
  }

  /// 0 marked and whole, 3 unmarked, 4 changed since.
  package var exitStatus: Int32 {
    guard let credentials else { return consent == nil ? 3 : 0 }
    return switch credentials.state {
    // Its manifest was lost, or it was coded again.
    case .absent: watermark == nil ? 3 : 4
    case .invalid: 4
    case .valid, .trusted: 0
    }
  }

  /// In words, a line each.
  package var lines: [String] {
    func line(_ name: String, _ text: String?) -> [String] {
      text.map { [name.padding(toLength: 13, withPad: " ", startingAt: 0) + $0] } ?? []
    }
    let person = consent.map { "\($0.words); \($0.statement) (\($0.date))" }
    guard let credentials else {
      return line("likeness", person ?? "no record of whose it is")
        + line(
          "unmarked", unmarked.isEmpty ? nil : "\(unmarked.count) outputs, the last \(unmarked.last!.output) on \(unmarked.last!.date)")
    }
    let state =
      switch credentials.state {
      case .absent: "none"
      case .valid: "whole; the signer's root is not known here"
      case .trusted: "whole, signed by somebody who is trusted here"
      case .invalid: "changed since, or damaged: " + credentials.failures.joined(separator: ", ")
      }
    let mark = watermark.map {
      "\($0.id.text), \(Int(($0.agreement * 100).rounded())) % of its bits right; a chance of \(String(format: "%.0e", locale: nil, max($0.falsePositiveRate, 1e-99))) at most without one"
    }
    let differs = watermark != nil && credentials.watermark != nil && watermark?.id.text != credentials.watermark
    return line("credentials", state) + line("watermark", mark ?? "none found")
      + line(
        "notice", differs ? "the watermark is another than the credentials say (\(credentials.watermark ?? ""))" : nil)
      + line("made by", credentials.generator) + line("signed by", credentials.signer)
      + line("source", credentials.digitalSourceType) + line("likeness", person)
      + line("of", credentials.ingredients.isEmpty ? nil : credentials.ingredients.joined(separator: ", "))
      + credentials.notes.flatMap { line("not checked", $0) }
  }

  /// As one line of JSON.
  package var json: String {
    var all: [String: JSONValue] = ["file": .string(url.relativePath)]
    if let consent, let data = try? JSONDecoder().decode(JSONValue.self, from: Data(ConsentFile.text(consent).utf8)) {
      all["consent"] = data
    }
    if let credentials {
      var c2pa: [String: JSONValue] = [
        "present": .bool(credentials.isPresent), "state": .string(credentials.state.rawValue),
        "failures": .array(credentials.failures.map { .string($0) }),
      ]
      c2pa["generator"] = credentials.generator.map { .string($0) }
      c2pa["source"] = credentials.digitalSourceType.map { .string($0) }
      c2pa["signer"] = credentials.signer.map { .string($0) }
      c2pa["ingredients"] = .array(credentials.ingredients.map { .string($0) })
      all["c2pa"] = .object(c2pa)
      all["watermark"] = .object([
        "present": .bool(watermark != nil), "id": watermark.map { .string($0.id.text) } ?? .null,
        "false_positive_rate": watermark.map { .number($0.falsePositiveRate) } ?? .null,
        "bits_right": watermark.map { .number(Double($0.agreement)) } ?? .null,
      ])
    } else {
      all["unmarked"] = .array(unmarked.map { .object(["date": .string($0.date), "output": .string($0.output)]) })
    }
    return Self.text(all)
  }
  /// The same of a file that cannot be read.
  package static func unreadable(_ url: URL, _ error: String) -> String {
    text(["file": .string(url.relativePath), "error": .string(error)])
  }
  private static func text(_ all: [String: JSONValue]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(all)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
