import Foundation
import Media
import Torch

/// Loudness in 80 bands of hearing: any speaker and language, nothing to bring.
///
/// Windows of 25 ms (Hann), bands between 55 and 7600 Hz on Slaney's mel scale, two steps a frame. A number is the band's power in
/// dB over 20, from 0 (60 dB or more below the speech, and outside the sound) through 3 (as much as the mean band of the speech) to
/// about 4. The speech's level is measured over the whole file first, so recordings of any loudness look alike.
package struct MelFeatures: SpeechFeatures {
  package let name = SpeechKind.mel.rawValue
  package var channels: Int { spectrogram.bands }
  package var spectrogram = MelSpectrogram()

  /// dB that a step of one in the features stands for, and how far below the speech's level nothing is heard.
  static let decibels = 20.0, depth = 60.0

  package init() {}

  package func stream(_ audio: URL, fps: Double) throws -> SpeechStream {
    SpeechWindows.stream(try source(audio, fps: fps))
  }
  /// The steps of a file's sound.
  package func source(_ audio: URL, fps: Double) throws -> MelSteps {
    let level = try SpeechLevel.measure(audio, spectrogram)
    return MelSteps(try SoundSteps(audio, fps: fps, spectrogram), spectrogram, level: level)
  }

  /// All steps of `samples` at 16 kHz, two a frame: `[n, channels]` float32.
  package func steps(_ samples: [Float], fps: Double) throws -> Tensor {
    func sound(_ fps: Double) -> SoundSteps {
      var left = samples.isEmpty ? nil : samples
      return SoundSteps(fps: fps, spectrogram) {
        defer { left = nil }
        return left
      }
    }
    return try withoutGradient {
      let source = MelSteps(sound(fps), spectrogram, level: try SpeechLevel.measure(sound(25), spectrogram))
      var parts: [Tensor] = []
      while let part = try source.next() { parts.append(part) }
      return parts.isEmpty ? .zeros([0, channels]) : cat(parts)
    }
  }
}

/// Steps of a spectrogram at two a frame.
package final class MelSteps: StepSource {
  package let channels: Int
  private let bank: MelSpectrogram.Bank
  private let sound: SoundSteps
  private let level: Double?

  /// `level` is the power that a band of loud speech has; nil where nothing is to be heard.
  init(_ sound: SoundSteps, _ spectrogram: MelSpectrogram, level: Double?) {
    channels = spectrogram.bands
    bank = MelSpectrogram.Bank(spectrogram)
    (self.sound, self.level) = (sound, level)
  }

  package func next() throws -> Tensor? {
    guard let (pieces, count) = try sound.next() else { return nil }
    guard let level else { return .zeros([count, channels]) }
    let decibels = 10 * (bank.bandPower(pieces, count) / level).clamp(1e-20).log10()
    return ((decibels + MelFeatures.depth) / MelFeatures.decibels).clamp(0)
  }
}
