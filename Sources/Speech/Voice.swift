import Foundation
import Torch

/// The speech that drives an avatar, heard frame after frame in memory that does not grow with its length. Use it from one thread.
package final class Voice {
  /// The frames that are heard about a frame: four before it, its own, and three after it.
  package static let neighbours = -4...3

  private let source: URL
  private let features: any SpeechFeatures
  private let fps: Double
  private var stream: SpeechStream
  /// Windows of the frames from `first` on, `[T, C]` each.
  private var held: [Tensor] = []
  private var first = 0
  private var isOver = false

  /// The sound (or the features) in a file, for a film of `fps` frames a second; throws what opening it throws.
  package init(_ source: URL, _ features: any SpeechFeatures, fps: Double) throws {
    (self.source, self.features, self.fps) = (source, features, fps)
    stream = try features.stream(source, fps: fps)
  }

  /// What is heard about a frame, `[8, T, C]`: the windows from four frames before it to three after; beyond the sound's ends that of the
  /// nearest frame. Frames are best asked for in order.
  package func heard(about frame: Int) throws -> Tensor {
    let wanted = Self.neighbours.map { max(0, frame + $0) }
    if wanted[0] < first { try restart() }
    while !isOver, first + held.count <= wanted[wanted.count - 1] {
      guard let more = try stream.next(64) else {
        isOver = true
        break
      }
      held += more.unbind()
      let needless = max(0, min(wanted[0] - first, held.count - 1))
      held.removeFirst(needless)
      first += needless
    }
    guard !held.isEmpty else { throw SpeechError.noSpeech(source) }
    return stack(wanted.map { held[min(max(0, $0 - first), held.count - 1)] })
  }

  /// The frame's own window `[1, T, C]` among those that are heard about it.
  package static func window(of heard: Tensor) -> Tensor { heard.narrow(0, -Self.neighbours.lowerBound, 1) }

  private func restart() throws {
    stream = try features.stream(source, fps: fps)
    (held, first, isOver) = ([], 0, false)
  }
}
