import Torch

/// Rows of a recogniser that must hear what is around them: each batch is cut out of the middle of a window of its own.
///
/// Row r stands for the moment (r + 1/2) hop of the sound. The rows s ..< s + core come from one window, which begins `context` rows before
/// row s and ends `ahead` rows behind the last one; outside the sound is silence. Windows lie on a fixed grid, so that the numbers are the
/// same however the sound arrives.
package final class SlidingWindow: StepSource {
  /// Rows before those that are taken, those that are taken, and rows behind them.
  package struct Shape: Sendable {
    package let context, core, ahead: Int
    package var rows: Int { context + core + ahead }

    package init(context: Int, core: Int, ahead: Int) { (self.context, self.core, self.ahead) = (context, core, ahead) }
  }

  package let channels: Int
  private let shape: Shape
  private let hop: Int
  private let more: () throws -> [Float]?
  private let recognise: ([Float]) throws -> [Float]
  /// Samples, of which the first is the next window's first.
  private var held: [Float]
  private var read = 0, row = 0
  private var hasEnded = false

  /// - more: samples, a few at a time; nil at their end.
  /// - recognise: the rows of a window, `[rows, channels]`, the first in the middle of its first sample, for (rows - 1) hop + 1 samples.
  package init(
    _ shape: Shape, hop: Int, channels: Int, _ more: @escaping () throws -> [Float]?, recognise: @escaping ([Float]) throws -> [Float]
  ) {
    precondition(shape.context > 0 && shape.core > 0 && shape.ahead >= 0, "a window of \(shape)")
    (self.shape, self.hop, self.channels, self.more, self.recognise) = (shape, hop, channels, more, recognise)
    held = [Float](repeating: 0, count: shape.context * hop - hop / 2)
  }

  package func next() throws -> Tensor? {
    let length = (shape.rows - 1) * hop + 1
    while !hasEnded, held.count < length {
      guard let piece = try more() else {
        hasEnded = true
        break
      }
      held += piece
      read += piece.count
    }
    // Rows that begin within the sound.
    let left = hasEnded ? (read + hop - 1) / hop - row : shape.core
    guard left > 0 else { return nil }
    let window = Array(held.prefix(length)) + [Float](repeating: 0, count: max(0, length - held.count))
    let rows = try recognise(window)
    precondition(rows.count == shape.rows * channels, "\(rows.count) numbers for \(shape.rows) rows")
    let count = min(shape.core, left)
    row += count
    held.removeFirst(min(shape.core * hop, held.count))
    return Tensor(Array(rows[shape.context * channels..<(shape.context + count) * channels]), [count, channels])
  }
}
