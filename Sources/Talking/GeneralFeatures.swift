import Foundation
import Media
import Speech
import Torch

/// Loudness in 80 bands, and behind it what a network for any voice makes of the sound: the shapes of the mouth that it says, how strong the
/// voice is, and the numbers that it says them from.
///
/// What a network has learnt from many voices tells phones apart that a minute of one person's loudness does not. Its 50 steps a second are
/// brought to two a frame linearly.
package struct GeneralFeatures: SpeechFeatures {
  package let name = SpeechKind.general.rawValue
  package let face: SpeechFace
  /// Numbers of a step that are loudness alone, as `MelFeatures` has them; they come first.
  package static let loudness = MelFeatures().channels
  package var channels: Int { Self.loudness + SpokenShapes.names.count + 1 + face.configuration.width }

  package init(_ face: SpeechFace) { self.face = face }

  package func stream(_ audio: URL, fps: Double) throws -> SpeechStream {
    let heard = Resampled(try SpeechFaceSteps(audio, face), from: Double(SpeechFaceNetwork.rate), to: 2 * fps)
    return SpeechWindows.stream(StepsBeside(try MelFeatures().source(audio, fps: fps), heard))
  }
}

extension SpeechKind {
  /// The features of this kind, those of kind `general` by `face`; `weights` as in `features(weights:)`, which it throws like.
  package func features(weights: URL? = nil, face: @autoclosure () throws -> SpeechFace) throws -> any SpeechFeatures {
    guard self == .general else { return try features(weights: weights) }
    if let weights { throw SpeechError(.badInput, "\(weights.relativePath): general features need no file; leave it out") }
    return GeneralFeatures(try face())
  }
}

/// What a network for any voice makes of a file's sound, 50 steps a second.
private final class SpeechFaceSteps: StepSource {
  let channels: Int
  private let reader: AudioReader
  private let stream: SpeechFaceStream
  private var isOver = false

  init(_ audio: URL, _ face: SpeechFace) throws {
    channels = SpokenShapes.names.count + 1 + face.configuration.width
    reader = try AudioReader(audio, sampleRate: CausalMel.sampleRate)
    stream = SpeechFaceStream(face, tellsHidden: true)
  }

  func next() throws -> Tensor? {
    while !isOver {
      let piece = try reader.next()
      isOver = piece == nil
      let steps = piece.map(stream.append) ?? stream.finish()
      if !steps.isEmpty { return Tensor(steps.flatMap { $0 }, [steps.count, channels]) }
    }
    return nil
  }
}

/// The steps of one source with those of another behind them, as many as the first has; what the other lacks is zero.
private final class StepsBeside: StepSource {
  let channels: Int
  private let first, second: any StepSource
  /// Steps of the second that are not used yet.
  private var held: Tensor
  private var isOver = false

  init(_ first: any StepSource, _ second: any StepSource) {
    (self.first, self.second, channels) = (first, second, first.channels + second.channels)
    held = .zeros([0, second.channels])
  }

  func next() throws -> Tensor? {
    guard let steps = try first.next() else { return nil }
    let count = steps.size(0)
    while !isOver, held.size(0) < count {
      if let more = try second.next() { held = cat([held, more]) } else { isOver = true }
    }
    if held.size(0) < count { held = cat([held, .zeros([count - held.size(0), second.channels])]) }
    defer { held = held.narrow(0, count, held.size(0) - count).clone() }
    return cat([steps, held.narrow(0, 0, count)], 1)
  }
}
