import Foundation
import Media
import Torch

/// How likely each sound of speech is, as the recogniser `hama` hears it: 189 phones and signs of several languages, the end of a word, and
/// nothing new.
///
/// A number is max(0, 1 + ln p / 8): 1 where it is certain, 0 below p = .0003 and outside the sound. The recogniser's 50 rows a second are
/// brought to two steps a frame linearly.
package struct HamaFeatures: SpeechFeatures {
  package let name = SpeechKind.hama.rawValue
  package let channels = HamaRecogniser.channels
  private let library: HamaLibrary

  /// 4 s are heard before and 200 ms behind: with less of either the recogniser hears other phones than in the whole sound.
  static let shape = SlidingWindow.Shape(context: 200, core: 100, ahead: 10)
  private static let depth: Float = 8

  /// Throws `SpeechError` where the recogniser is not installed, or is another one.
  package init() throws { library = try HamaLibrary.shared() }

  package func stream(_ audio: URL, fps: Double) throws -> SpeechStream {
    SpeechWindows.stream(Resampled(try rows(audio), from: 50, to: 2 * fps))
  }
  /// Rows at 50 a second.
  private func rows(_ audio: URL) throws -> SlidingWindow {
    let reader = try AudioReader(audio, sampleRate: HamaRecogniser.sampleRate)
    let recogniser = try HamaRecogniser(library)
    return SlidingWindow(Self.shape, hop: HamaRecogniser.hop, channels: channels, reader.next) { window in
      try recogniser.rows(window).map { max(0, 1 + $0 / Self.depth) }
    }
  }
}
