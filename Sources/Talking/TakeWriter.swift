import Face
import Foundation
import Torch

/// Writes what is heard of a sound as a take, row after row: a CSV as Live Link Face has it, or JSON.
package enum TakeWriter {
  package enum Format: String, CaseIterable, Sendable { case csv, json }

  /// Writes `take` with the gestures of `seed` to `url`, whole or not at all; returns how many rows it has. `progress` hears of them.
  /// Throws what reading the sound throws, `FileError`, and `CancellationError` where `shouldStop` asks.
  package static func write(
    _ take: SpokenTake, seed: UInt64, as format: Format, to url: URL, progress: (Int) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> Int {
    try AtomicFile.write(to: url) { temporary in
      let file = try FileHandle(forWritingTo: temporary)
      defer { try? file.close() }
      func put(_ text: String) throws {
        do { try file.write(contentsOf: Data(text.utf8)) } catch { throw FileError(url, "cannot write", code: ENOSPC) }
      }
      try put(format == .csv ? LiveLinkTake.head : head(take.rate))
      var gestures = SpeechGestures(seed: seed, rate: take.rate), count = 0
      while let frames = try take.next() {
        if shouldStop() { throw CancellationError() }
        var rows = ""
        for frame in frames {
          let moment = gestures.next(frame[SpokenShapes.names.count])
          let expression = SpokenShapes.arkit(frame, with: moment.shapes), seconds = Double(count) / take.rate
          rows +=
            format == .csv
            ? LiveLinkTake.row(seconds, expression, head: moment.head)
            : (count > 0 ? ",\n" : "") + row(seconds, expression, moment.head)
          count += 1
        }
        try put(rows)
        progress(count)
      }
      if format == .json { try put("\n]}\n") }
      return count
    }
  }

  private static func head(_ rate: Double) -> String {
    let names = ExpressionNames.arkit.map { "\"\($0)\"" }.joined(separator: ",")
    return "{\"fps\":\(rate),\"names\":[\(names)],\n\"head\":[\"yaw\",\"pitch\",\"roll\"],\"frames\":[\n"
  }
  private static func row(_ seconds: Double, _ expression: [Float], _ head: SIMD3<Float>) -> String {
    func list(_ values: [Float]) -> String { values.map { String(format: "%.5g", locale: nil, $0) }.joined(separator: ",") }
    return "{\"time\":\(String(format: "%.6f", locale: nil, seconds)),\"shapes\":[\(list(expression))],"
      + "\"head\":[\(list([head.x, head.y, head.z]))]}"
  }
}
