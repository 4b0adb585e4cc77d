import CFFmpeg
import Foundation

/// What one sound track of a file is like, as far as choosing and mixing it goes.
struct SoundSurvey {
  /// Energy of each channel, and that of their plain sum.
  private(set) var channels: [Double]
  private(set) var sum = 0.0
  /// Decibels of full scale of each twentieth of a second, in the channel that is loudest there.
  private(set) var levels: [Double] = []

  /// Speech lies below half of it.
  private static let rate = 8000
  private static let window = rate / 20
  /// No more is listened to: seconds that are not silent, and seconds in all.
  private static let enough = 120.0, most = 600.0
  private static let silence = -60.0

  /// Listens to the stream of this index; throws `MediaError` where it cannot be decoded at all.
  init(_ url: URL, stream index: Int) throws {
    let demuxer = try Demuxer(url), stream = demuxer.streams[index]
    let count = max(1, Int(stream.pointee.codecpar.pointee.ch_layout.nb_channels))
    let decoder = try Decoder(demuxer, stream, threads: 1)
    let converter = SoundConverter(url, rate: Self.rate, channels: count, mix: .separate)
    channels = [Double](repeating: 0, count: count)
    var held: [Float] = [], heard = 0
    while Double(heard) < 20 * Self.enough, Double(levels.count) < 20 * Self.most, let frame = decoder.next() {
      held += try converter.convert(frame)
      let whole = held.count / (count * Self.window)
      for piece in 0..<whole where add(held[piece * count * Self.window..<(piece + 1) * count * Self.window]) { heard += 1 }
      held.removeFirst(whole * count * Self.window)
    }
    if !held.isEmpty { _ = add(held[...]) }
  }

  /// Takes a window of interleaved samples; returns whether there is anything to be heard.
  private mutating func add(_ samples: ArraySlice<Float>) -> Bool {
    let count = channels.count
    var energies = [Double](repeating: 0, count: count)
    for start in stride(from: samples.startIndex, to: samples.endIndex - count + 1, by: count) {
      var total = 0.0
      for c in 0..<count {
        let x = Double(samples[start + c])
        energies[c] += x * x
        total += x
      }
      sum += total * total
    }
    for c in 0..<count { channels[c] += energies[c] }
    let level = 10 * log10(max(1e-12, (energies.max() ?? 0) / Double(max(1, samples.count / count))))
    levels.append(level)
    return level > Self.silence
  }

  /// The level that a twentieth of the track passes, decibels.
  var loudness: Double { quantile(0.95) }
  /// How far loud and quiet moments are apart, decibels: speech has pauses, hum and noise have none.
  var liveliness: Double { quantile(0.95) - quantile(0.2) }
  private func quantile(_ q: Double) -> Double { levels.isEmpty ? -120 : levels.sorted()[Int(Double(levels.count - 1) * q)] }

  /// The loudest channel, where the channels cancel one another when they are mixed; nil where they do not.
  ///
  /// Channels that have nothing to do with one another have a sum of the sum of their energies; half of that takes channels of opposite sign.
  var loudestOfCancelling: Int? {
    let separate = channels.reduce(0, +)
    guard channels.count > 1, separate > 0, sum < 0.5 * separate else { return nil }
    return channels.indices.max { channels[$0] < channels[$1] }
  }
}
