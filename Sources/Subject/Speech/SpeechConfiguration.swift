import Foundation
import Speech
import Talking

/// How speech drives an avatar.
package struct SpeechConfiguration: Codable, Sendable, Equatable {
  /// The kind of features, as `SpeechKind` names it.
  package var features = "mel"
  /// The file of the weights that the kind needs, if it needs any.
  @Nullable package var weights: String?
  /// Widths of the convolutions over a window's time steps; each halves their number.
  package var widths = [32, 32, 64, 64]
  /// Whether the vectors of eight neighbouring frames are smoothed with weights that a small network finds.
  package var smoothing = true
  /// The part of the frames whose images are driven by their tracked expression while the field learns, the others by what speech says of
  /// them. At 1 the field learns from tracked numbers alone, and speech to say them; at 0 only speech can drive the avatar afterwards.
  package var trackedShare = 1.0
  /// Whether speech drives the avatar where nothing else is said.
  package var leads = false
  /// Networks that learn alone and are averaged.
  package var members = 6
  /// Weight of the distance between what speech says of the mouth's numbers and what was tracked.
  package var trackedLoss = 1.0
  /// Weight of what is wrong about the lips' distance and the mouth's width, each in its own spread, beside the numbers' own, for the first of
  /// each three networks: it says better when lips part, and the others better how the jaw does it. Earlier runs have none.
  package var lipsLoss = 0.0
  /// What the mouth's way from its mean is multiplied with in images: where a voice leaves it open what the mouth does, the mean of all
  /// it may do moves less than any of it.
  package var emphasis = 1.8
  /// Whether rays of the frames that speech drives teach what hears, too.
  package var learnsFromRays = true
  /// Frames of a batch that this distance is looked at on.
  package var frames = 16
  package var learningRate = 1e-3
  /// Steps on rays after which what hears learns no more: a minute of speech is soon learnt by heart.
  package var steps = 3_000
  /// What the channels of normalized features are shifted by in training, standard deviation, each all through a window: as another
  /// voice, room or microphone would colour them.
  package var coloring = 0.25

  package init() {}

  /// The names in config.json.
  enum CodingKeys: String, CodingKey {
    case features, weights, widths, smoothing, trackedShare, leads, members, trackedLoss, lipsLoss, emphasis, learnsFromRays, frames,
      learningRate,
      steps
    case coloring = "colouring"
  }
}

/// What drives an avatar.
package enum Driver: String, Codable, Sendable, CaseIterable {
  case expression, speech, both
}

extension SpeechConfiguration {
  /// What turns sound into the features that the run was trained with; throws where the kind's library or weights are absent.
  ///
  /// Features that come from files come from `file`, or from the one that the run was trained on; those of kind `general` are heard by `face`.
  package func makeFeatures(file: URL? = nil, face: @autoclosure () throws -> SpeechFace) throws -> any SpeechFeatures {
    guard let kind = SpeechKind(rawValue: features) else {
      let known = SpeechKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigurationError(field: "speech.features", value: features, bounds: "one of \(known)")
    }
    let weights = weights.map { URL(filePath: $0) }
    return try kind.features(weights: kind == .file ? file ?? weights : weights, face: face())
  }
}
