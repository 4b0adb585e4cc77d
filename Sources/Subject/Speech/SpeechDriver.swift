import Speech
import Talking
import Torch

/// Says the mouth's driving numbers from speech: the paper's audio network on the window about a frame, smoothed over its neighbours.
///
/// Eyes, brows, gaze and torso are not in the voice: those numbers stay what they are given, so that they can be controlled and do not
/// average into half-closed lids. What a minute of speech teaches depends on chance; several networks that learn alone and speak as one
/// depend on it less. The first of each three hears, of features of kind `general`, what the network for any voice says, the others the
/// loudness: what many voices have taught helps with what a clip is too short for, and the loudness with what is this person's own.
package final class SpeechDriver: Module {
  /// A network and what smooths its vectors over time.
  package final class Member: Module {
    let network: AudioNet
    let attention: AudioAttention?
    private let _channels: Range<Int>

    /// One that hears these numbers of a step.
    init(_ configuration: SpeechConfiguration, channels: Range<Int>, driving: Int, _ generator: Generator) {
      _channels = channels
      network = AudioNet(channels: channels.count, widths: configuration.widths, output: driving, generator)
      attention = configuration.smoothing ? AudioAttention(channels: driving, length: Voice.neighbours.count, generator) : nil
    }
    /// Normalized windows `[F, neighbours, T, C]` to vectors `[F, D]`.
    func callAsFunction(_ all: Tensor) -> Tensor {
      let windows = _channels.count == all.size(-1) ? all : all.narrow(-1, _channels.lowerBound, _channels.count)
      guard let attention else { return network(windows.select(1, -Voice.neighbours.lowerBound)) }
      let vectors = network(windows.reshape([-1] + windows.shape.suffix(2)))
      return attention(vectors.reshape(windows.size(0), windows.size(1), -1))
    }
  }

  /// Mean and spread of the features over the training, `[C]` each.
  package let mean, spread: Tensor
  /// `[D]`: 1 where speech says the number.
  package let spoken: Tensor
  let members: [Member]

  /// - channels: numbers of a time step of the features.
  package init(_ configuration: SpeechConfiguration, channels: Int, driving: Int, _ generator: Generator) {
    (mean, spread, spoken) = (.zeros([channels]), .ones([channels]), .ones([driving]))
    let loudness = configuration.features == SpeechKind.general.rawValue ? min(channels, GeneralFeatures.loudness) : 0
    members = (0..<configuration.members).map { i in
      let heard = loudness == 0 ? 0..<channels : Self.looksAtLips(i) ? loudness..<channels : 0..<loudness
      return Member(configuration, channels: heard, driving: driving, generator)
    }
  }

  /// Whether a member learns to say the lips' distance as well; see `SpeechConfiguration.lipsLoss`.
  static func looksAtLips(_ member: Int) -> Bool { member % 3 == 0 }

  /// Takes the features' range from the training's windows `[N, T, C]`, and which numbers speech says from what they are called.
  ///
  /// Without names it is all numbers behind gaze and torso; with names that say nothing of the face, all that have one.
  package func prepare(_ windows: Tensor, expressionNames: [String]) {
    withoutGradient {
      let seen = windows.reshape(-1, windows.size(-1))
      mean.copy_(seen.mean(0))
      spread.copy_(seen.variance(0, correction: 0).sqrt().clamp(1e-3))
      let speaksAll = !expressionNames.contains(where: Self.isSpoken)
      let own = (0..<spoken.numel).map { i -> Float in
        if expressionNames.isEmpty { return i >= 6 ? 1 : 0 }
        return i < expressionNames.count && (speaksAll || Self.isSpoken(expressionNames[i])) ? 1 : 0
      }
      spoken.copy_(Tensor(own))
    }
  }
  /// Whether an expression, by its ARKit name, belongs to what the voice tells of.
  private static func isSpoken(_ name: String) -> Bool { ["jaw", "mouth", "cheek", "nose", "tongue"].contains { name.hasPrefix($0) } }

  /// What each member says of all numbers in frames heard in windows `[F, neighbours, T, C]`: `[members, F, D]`, normalized as driving
  /// numbers are. `color`, `[F, 1, 1, C]`, is added to the normalized features.
  func voices(_ windows: Tensor, color: Tensor? = nil) -> Tensor {
    precondition(windows.size(1) == Voice.neighbours.count, "\(windows.size(1)) windows about a frame")
    var heard = (windows - mean) / spread
    if let color { heard = heard + color }
    return stack(members.map { $0(heard) })
  }
  /// What they say together of the spoken numbers, times `emphasis`, and the others as they are in `driving`, `[F, D]`.
  package func callAsFunction(_ windows: Tensor, beside driving: Tensor, color: Tensor? = nil, emphasis: Double = 1) -> Tensor {
    voices(windows, color: color).mean(0) * spoken * emphasis + driving * (1 - spoken)
  }
}
