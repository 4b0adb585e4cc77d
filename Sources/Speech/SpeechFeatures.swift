import Foundation
import Torch

/// What is heard around each frame of a video.
///
/// Features come in steps, two a frame: step s stands for the moment (s + 1/2) / (2 fps) of the sound. Frame i's window holds steps
/// 2i - 8 ..< 2i + 8, so that its middle is the frame's own moment i / fps, as AD-NeRF cuts them. Outside the sound all is zero.
package protocol SpeechFeatures {
  /// As `SpeechKind` spells it.
  var name: String { get }
  /// Numbers a step.
  var channels: Int { get }
  /// Steps a window.
  var window: Int { get }
  /// The windows of a file's sound, from its start to its end; throws what opening it throws.
  func stream(_ audio: URL, fps: Double) throws -> SpeechStream
}

extension SpeechFeatures {
  package var window: Int { SpeechWindows.length }

  /// All windows of a sound, `[frames, window, channels]` float32.
  ///
  /// Where a number of `frames` is given there are exactly so many: what the sound lacks is silence, what it has too much is left out.
  package func windows(_ audio: URL, fps: Double, frames: Int? = nil) throws -> Tensor {
    let stream = try stream(audio, fps: fps)
    var parts: [Tensor] = []
    var count = 0
    while count < frames ?? Int.max, let part = try stream.next(min(256, (frames ?? Int.max) - count)) {
      parts.append(part)
      count += part.size(0)
    }
    if let frames, count < frames {
      // The last windows of the sound reach half a window beyond it; after that nothing is heard.
      parts.append(.zeros([frames - count, window, channels]))
    }
    return parts.isEmpty ? .zeros([0, window, channels]) : cat(parts)
  }
}

/// The windows of one sound, one batch after another, in memory that does not grow with its length. Use it from one thread.
package final class SpeechStream {
  private let more: (Int) throws -> Tensor?

  /// `more` gives up to as many further windows as it is asked for, `[f, window, channels]` float32, and nil at the end.
  package init(_ more: @escaping (Int) throws -> Tensor?) { self.more = more }

  /// Up to `frames` further windows, `[f, window, channels]` float32, fewer only before the end; nil at the end of the sound.
  package func next(_ frames: Int) throws -> Tensor? {
    precondition(frames > 0, "\(frames) windows were asked for")
    return try withoutGradient { try more(frames) }
  }
}

/// The kinds of features there are.
package enum SpeechKind: String, CaseIterable, Sendable {
  /// Loudness, and what the network for any voice, which comes with the tool, makes of it: any language.
  case general
  /// Loudness in 80 bands: any language, needs nothing.
  case mel
  /// Which sound of English is spoken: needs PocketSphinx.
  case phonemes
  /// Which sound of speech is spoken, in several languages: needs the recogniser hama, which `scripts/setup --with-hama` fetches.
  case hama
  /// What another program made, in a NumPy file.
  case file
  /// What a network hears that the user brings.
  case hubert, wav2vec2
}

extension SpeechKind {
  /// The features of this kind; `weights` is the file that some kinds need. Throws `SpeechError` where it is missing or not needed, and for
  /// `general`, which `Talking` makes.
  package func features(weights: URL? = nil) throws -> any SpeechFeatures {
    switch self {
    case .general: throw SpeechError(.badInput, "general features need the network that hears for any voice")
    case .mel, .hama:
      if let weights { throw SpeechError(.badInput, "\(weights.relativePath): \(rawValue) features need no file; leave it out") }
      if self == .hama { return try HamaFeatures() }
      return MelFeatures()
    case .file:
      guard let weights else {
        throw SpeechError(.badInput, "features of kind file need a file: name an .npy file such as AD-NeRF's aud.npy")
      }
      return try FileFeatures(weights)
    case .phonemes: return try PhonemeFeatures(model: weights)
    case .hubert, .wav2vec2:
      guard let weights else {
        throw SpeechError(
          .badInput,
          "\(rawValue) features need the weights of the network: name its model.safetensors with --speech-weights (facebook/\(publishedName))"
        )
      }
      return try TransformerFeatures(self, weights: weights)
    }
  }
  private var publishedName: String { self == .hubert ? "hubert-base-ls960" : "wav2vec2-base-960h" }
}
