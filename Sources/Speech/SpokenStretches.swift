import Foundation
import Media

/// Cuts a sound into stretches that can be listened to alone, where it is quietest, in memory that does not grow with its length.
final class SpokenStretches {
  private let reader: AudioReader
  private var held: [Float] = []
  private var count = 0
  private var hasEnded = false

  private static let hop = PhoneDecoder.hop, second = PhoneDecoder.sampleRate
  /// A cut lies between these, in samples; what is left of a sound is no shorter than half the second.
  private static let shortest = 6 * second, longest = 12 * second
  /// Frames over which a pause is looked for.
  private static let pause = 10

  init(_ audio: URL) throws { reader = try AudioReader(audio, sampleRate: Self.second) }

  /// Of the sound so far.
  var seconds: Double { Double(count) / Double(Self.second) }

  /// The next stretch, whole hops long but for the last; nil at the end of the sound.
  func next() throws -> ArraySlice<Float>? {
    while !hasEnded, held.count < Self.shortest + Self.longest {
      guard let piece = try reader.next() else {
        hasEnded = true
        break
      }
      held += piece
      count += piece.count
    }
    guard !held.isEmpty else { return nil }
    var length = held.count
    if length > Self.longest {
      // The last two share what is left.
      let middle = length < Self.shortest + Self.longest ? length / 2 : (Self.shortest + Self.longest) / 2
      length = quietest(middle - Self.second * 3, middle + Self.second * 3)
    }
    defer { held = Array(held[length...]) }
    return held[..<length]
  }

  /// The middle of the quietest tenth of a second between two samples, a whole number of hops.
  private func quietest(_ from: Int, _ to: Int) -> Int {
    let frames = from / Self.hop..<to / Self.hop
    let power = frames.map { frame in held[frame * Self.hop..<(frame + 1) * Self.hop].reduce(0) { $0 + $1 * $1 } }
    var best = (power: Float.infinity, frame: 0)
    for i in 0...power.count - Self.pause {
      let sum = power[i..<i + Self.pause].reduce(0, +)
      if sum < best.power { best = (sum, i) }
    }
    return (frames.lowerBound + best.frame + Self.pause / 2) * Self.hop
  }
}
