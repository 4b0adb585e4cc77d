import Foundation
import Torch

/// How loud the speech of a sound is, whatever the pauses: the mean power of what is no more than 10 dB below the mean of all that is
/// heard (the two gates of ITU-R BS.1770). Counted in tenths of a dB, so memory does not grow.
struct SpeechLevel {
  /// Less than this, in dB of full scale after pre-emphasis, is no sound at all.
  private static let floor = -85.0
  private static let gate = 10.0
  private static let resolution = 10.0, bottom = -100.0

  private var counts = [Int](repeating: 0, count: 1500)

  mutating func add(_ power: Float) {
    let place = (10 * log10(max(Double(power), 1e-10)) - Self.bottom) * Self.resolution
    counts[max(0, min(counts.count - 1, Int(place)))] += 1
  }
  /// The power; nil where there is nothing to be heard.
  var power: Double? {
    guard let all = mean(above: Self.floor) else { return nil }
    return mean(above: 10 * log10(all) - Self.gate)
  }
  private func mean(above decibels: Double) -> Double? {
    var (sum, count) = (0.0, 0)
    for (i, n) in counts.enumerated() {
      let here = Self.bottom + (Double(i) + 0.5) / Self.resolution
      guard n > 0, here >= decibels else { continue }
      sum += Double(n) * pow(10, here / 10)
      count += n
    }
    return count > 0 ? sum / Double(count) : nil
  }

  /// The level of a file's speech, as the mean power of the bands; nil for silence.
  static func measure(_ audio: URL, _ mel: MelSpectrogram) throws -> Double? {
    // Fifty steps a second, so that the level does not go with the frame rate of a video.
    try measure(SoundSteps(audio, fps: 25, mel), mel)
  }
  /// The same of a sound cut into steps.
  static func measure(_ sound: SoundSteps, _ mel: MelSpectrogram) throws -> Double? {
    let bank = MelSpectrogram.Bank(mel)
    var level = SpeechLevel()
    try withoutGradient {
      while let (pieces, count) = try sound.next() {
        for power in bank.bandPower(pieces, count).mean(1).floats { level.add(power) }
      }
    }
    return level.power
  }
}
