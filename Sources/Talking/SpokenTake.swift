import Foundation
import Media
import Speech
import Torch

/// What a mouth does at a sound, frame after frame, while the sound is read; memory does not grow with its length.
package final class SpokenTake {
  package let rate: Double
  private let stream: SpeechFaceStream
  private var clock: FrameClock
  private let more: () throws -> [Float]?
  private var samples = 0, isOver = false
  private let failure: () -> String?
  /// What is wrong with the file as far as it has been read, in a line to be shown; nil if nothing.
  package var damage: String? { failure() }
  /// Seconds of sound heard so far.
  package var seconds: Double { Double(samples) / Double(CausalMel.sampleRate) }

  /// - more: further samples at 16 kHz, nil at the end.
  package init(
    _ face: SpeechFace, rate: Double, style: Int? = nil, damage: @escaping () -> String? = { nil }, _ more: @escaping () throws -> [Float]?
  ) {
    (self.rate, self.more, failure) = (rate, more, damage)
    stream = SpeechFaceStream(face, style: style)
    clock = FrameClock(rate: rate)
  }
  /// Of a file's sound; `notice` hears what is to be said of it. Throws what opening it throws.
  package convenience init(_ sound: URL, by face: SpeechFace, rate: Double, notice: (String) -> Void) throws {
    let reader = try AudioReader(sound, sampleRate: CausalMel.sampleRate)
    if let words = reader.notice { notice(words) }
    self.init(face, rate: rate, damage: { reader.damage }) { try reader.next() }
  }

  /// Further frames with the samples they were heard in, at least one frame; nil at the end.
  package func next() throws -> [[Float]]? {
    while !isOver {
      let frames: [[Float]]
      if let piece = try more() {
        samples += piece.count
        frames = clock.append(stream.append(piece))
      } else {
        isOver = true
        let last = clock.append(stream.finish())
        frames = clock.cut(last, seconds: seconds) + clock.finish(seconds: seconds)
      }
      if !frames.isEmpty { return frames }
    }
    return nil
  }

  /// All frames of a sound.
  package static func frames(of samples: [Float], by face: SpeechFace, rate: Double, style: Int? = nil) -> [[Float]] {
    var left: [Float]? = samples
    let take = SpokenTake(face, rate: rate, style: style) {
      defer { left = nil }
      return left
    }
    var all: [[Float]] = []
    while let more = try? take.next() { all += more }
    return all
  }
}
