import Foundation
import Torch

/// `metrics.jsonl`: one line a step that was logged, `{"loss":0.01,"seconds":12.5,"step":100}`.
final class MetricsLog {
  private let file: AppendingFile

  /// Opens the log of a run that goes on after `step`: what was logged later, and a last line that was cut off, are dropped; all of it
  /// where the run starts anew.
  init(_ url: URL, after step: Int?) throws {
    if let old = try? Data(contentsOf: url) {
      let lines = old.split(separator: UInt8(ascii: "\n"))
      let kept = lines.filter { line in Self.read(line).map { $0.step <= step ?? -1 } ?? false }
      let text = Data(kept.map { $0 + [UInt8(ascii: "\n")] }.joined())
      if text != old { try AtomicFile.write(text, to: url) }
    }
    file = try AppendingFile(url)
  }

  /// Adds a line; what is not finite becomes `null`, since JSON has no word for it.
  func append(step: Int, seconds: Double, _ values: [String: Double]) throws {
    var members = values.map { ($0, $1.isFinite ? "\($1)" : "null") } + [("step", "\(step)"), ("seconds", "\(seconds)")]
    members.sort { $0.0 < $1.0 }
    let encoder = JSONEncoder()
    let line = try members.map { name, value in String(decoding: try encoder.encode(name), as: UTF8.self) + ":" + value }
    try file.append(Data("{\(line.joined(separator: ","))}\n".utf8))
  }
  func sync() throws { try file.sync() }

  private struct Line: Decodable { let step: Int }
  private static func read(_ line: Data) -> Line? { try? JSONDecoder().decode(Line.self, from: line) }
}
