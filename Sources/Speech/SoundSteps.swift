import Foundation
import Media

/// Cuts a sound into pieces around the steps' moments, in memory that does not grow with its length.
final class SoundSteps {
  /// Steps delivered at once.
  static let batch = 256

  private let more: () throws -> [Float]?
  private let mel: MelSpectrogram
  /// Samples from one step to the next; need not be whole.
  private let hop: Double
  /// Pre-emphasised samples, of which the first is number `first`.
  private var held: [Float] = []
  private var first = 0
  private var last: Float = 0
  private var step = 0
  private var hasEnded = false

  convenience init(_ audio: URL, fps: Double, _ mel: MelSpectrogram) throws {
    let reader = try AudioReader(audio, sampleRate: mel.sampleRate)
    self.init(fps: fps, mel) { try reader.next() }
  }
  /// Of samples that `more` gives a few at a time, nil at their end.
  init(fps: Double, _ mel: MelSpectrogram, _ more: @escaping () throws -> [Float]?) {
    precondition(fps > 0, "\(fps) frames a second")
    self.more = more
    self.mel = mel
    hop = Double(mel.sampleRate) / (2 * fps)
  }

  /// The sound around further steps, `count` pieces of `window` samples; nil at the end. Outside the sound is silence.
  func next() throws -> (pieces: [Float], count: Int)? {
    let wanted = start(step + Self.batch - 1) + mel.window
    while !hasEnded, first + held.count < wanted {
      guard let piece = try more() else {
        hasEnded = true
        break
      }
      held += mel.emphasise(piece, after: last)
      last = piece.last ?? last
    }
    var count = Self.batch
    if hasEnded {
      // Steps that begin within the sound.
      let total = Int((Double(first + held.count) / hop - 1e-9).rounded(.up))
      count = min(count, total - step)
    }
    guard count > 0 else { return nil }
    var pieces = [Float](repeating: 0, count: count * mel.window)
    for i in 0..<count { mel.copy(held, from: start(step + i) - first, to: &pieces, at: i) }
    step += count
    let used = min(max(start(step) - first, 0), held.count)
    held.removeFirst(used)
    first += used
    return (pieces, count)
  }

  /// The first sample of the window whose middle is the moment of a step.
  private func start(_ step: Int) -> Int { Int(((Double(step) + 0.5) * hop).rounded()) - mel.window / 2 }
}
