import Face
import Foundation
import Torch

/// Writes a take, row after row: a CSV as Live Link Face has it, or JSON.
package enum TakeWriter {
  package enum Format: String, CaseIterable, Sendable { case csv, json }

  /// A moment of a take: ARKit's coefficients, how the head is turned (yaw to the subject's left, pitch up, roll), and where the eyes look
  /// against it (yaw, pitch); radians.
  package struct Row {
    let seconds: Double
    let expression: [Float]
    let head: SIMD3<Float>
    let gaze: SIMD2<Float>
    package init(seconds: Double, expression: [Float], head: SIMD3<Float>, gaze: SIMD2<Float> = .zero) {
      (self.seconds, self.expression, self.head, self.gaze) = (seconds, expression, head, gaze)
    }
  }

  /// Writes rows, some at a time until there are none, to `url`, whole or not at all; returns how many there were. `progress` hears of them.
  /// Throws what `next` throws, `FileError`, and `CancellationError` where `shouldStop` asks.
  package static func write(
    rate: Double, as format: Format, to url: URL, progress: (Int) -> Void = { _ in }, shouldStop: () -> Bool = { false },
    _ next: () throws -> [Row]?
  ) throws -> Int {
    try AtomicFile.write(to: url) { temporary in
      let file = try FileHandle(forWritingTo: temporary)
      defer { try? file.close() }
      func put(_ text: String) throws {
        do { try file.write(contentsOf: Data(text.utf8)) } catch { throw FileError(url, "cannot write", code: ENOSPC) }
      }
      try put(format == .csv ? LiveLinkTake.head : head(rate))
      var count = 0
      while let moments = try next() {
        if shouldStop() { throw CancellationError() }
        var rows = ""
        for moment in moments {
          rows +=
            format == .csv
            ? LiveLinkTake.row(moment.seconds, moment.expression, head: moment.head, gaze: moment.gaze)
            : (count > 0 ? ",\n" : "") + row(moment)
          count += 1
        }
        try put(rows)
        progress(count)
      }
      if format == .json { try put("\n]}\n") }
      return count
    }
  }

  /// Writes what is heard of a sound with the gestures of `seed`; see the other function of this name.
  package static func write(
    _ take: SpokenTake, seed: UInt64, as format: Format, to url: URL, progress: (Int) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> Int {
    var gestures = SpeechGestures(seed: seed, rate: take.rate), count = 0
    return try write(rate: take.rate, as: format, to: url, progress: progress, shouldStop: shouldStop) {
      try take.next()?.map { frame in
        let moment = gestures.next(frame[SpokenShapes.names.count])
        defer { count += 1 }
        return Row(seconds: Double(count) / take.rate, expression: SpokenShapes.arkit(frame, with: moment.shapes), head: moment.head)
      }
    }
  }

  private static func head(_ rate: Double) -> String {
    let names = ExpressionNames.arkit.map { "\"\($0)\"" }.joined(separator: ",")
    return "{\"fps\":\(rate),\"names\":[\(names)],\n\"head\":[\"yaw\",\"pitch\",\"roll\"],\"gaze\":[\"yaw\",\"pitch\"],\"frames\":[\n"
  }
  private static func row(_ moment: Row) -> String {
    func list(_ values: [Float]) -> String { values.map { String(format: "%.5g", locale: nil, $0) }.joined(separator: ",") }
    return "{\"time\":\(String(format: "%.6f", locale: nil, moment.seconds)),\"shapes\":[\(list(moment.expression))],"
      + "\"head\":[\(list([moment.head.x, moment.head.y, moment.head.z]))],\"gaze\":[\(list([moment.gaze.x, moment.gaze.y]))]}"
  }
}
