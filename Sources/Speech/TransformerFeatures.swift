import Foundation
import Media
import Torch

/// What HuBERT or wav2vec 2.0 hears, the last hidden layer of a base network that the user brings: any speaker, many languages.
///
/// The sound is brought to mean 0 and variance 1 and the first layer's channels are normalised over all of it, both measured in a first
/// pass. It then goes through the network in pieces of 10 s with 2.5 s before and behind, so memory does not grow: the one difference to
/// the whole at once is that no step looks further than its piece. The network's 50 steps a second are brought to two a frame linearly;
/// at 25 frames a second they are those steps themselves.
package struct TransformerFeatures: SpeechFeatures {
  package let name: String
  package var channels: Int { network.width }
  private let network: SpeechTransformer

  /// Throws where the file is not such a network.
  package init(_ kind: SpeechKind, weights: URL) throws {
    name = kind.rawValue
    network = try withoutGradient { try SpeechTransformer(weights) }
  }

  package func stream(_ audio: URL, fps: Double) throws -> SpeechStream {
    SpeechWindows.stream(Resampled(try TransformerSteps(audio, network), from: 50, to: 2 * fps))
  }

  /// All of a sound at once, `[samples]` to `[n, channels]`, as the published code does it.
  package func whole(_ samples: [Float]) -> Tensor {
    withoutGradient {
      let sound = Tensor(samples)
      let variance = sound.variance(0, correction: 0)
      return network((sound - sound.mean()) / (variance + TransformerSteps.epsilon).sqrt())
    }
  }
  /// As `stream` hears a file, before the steps are brought to a video's rate; in pieces of `core` steps.
  package func pieces(_ audio: URL, core: Int, margin: Int) throws -> Tensor {
    try withoutGradient {
      let source = try TransformerSteps(audio, network, core: core, margin: margin)
      var parts: [Tensor] = []
      while let part = try source.next() { parts.append(part) }
      return cat(parts)
    }
  }
}

/// Steps of a network at 50 a second, step s in the middle of its twenty milliseconds.
final class TransformerSteps: StepSource {
  let channels: Int
  static let epsilon = 1e-7
  private let network: SpeechTransformer
  private let reader: AudioReader
  private let statistics: SoundStatistics
  private let core, margin: Int
  /// Normalised samples, of which the first is the first that step `first` looks at.
  private var held: [Float]
  private var first = 0
  private var step = 0
  private var read = 0
  private var hasEnded = false

  /// A step looks at 400 samples and comes every 320: so many come before its own.
  static let lead = (SpeechTransformer.reach - SpeechTransformer.hop) / 2

  init(_ audio: URL, _ network: SpeechTransformer, core: Int = 500, margin: Int = 125) throws {
    self.network = network
    channels = network.width
    statistics = try withoutGradient { try SoundStatistics(audio, network) }
    reader = try AudioReader(audio, sampleRate: SpeechTransformer.sampleRate)
    (self.core, self.margin) = (core, margin)
    held = [Float](repeating: 0, count: Self.lead)
  }

  func next() throws -> Tensor? {
    let (hop, reach) = (SpeechTransformer.hop, SpeechTransformer.reach)
    let wanted = step + core + margin
    while !hasEnded, held.count < (wanted - first) * hop + reach {
      guard let piece = try reader.next() else {
        hasEnded = true
        // Silence, so that the last step is whole.
        held += [Float](repeating: 0, count: reach)
        break
      }
      held += statistics.normalise(piece)
      read += piece.count
    }
    let total = hasEnded ? (read + hop - 1) / hop : Int.max
    guard step < total else { return nil }
    let count = min(wanted, total) - first
    let heard = network(Tensor(Array(held[..<((count - 1) * hop + reach)])), norm: statistics.channels)
    let given = min(core, total - step)
    let result = heard.narrow(0, step - first, given)
    step += given
    let from = max(0, step - margin)
    held.removeFirst((from - first) * hop)
    first = from
    return result
  }
}

/// Mean and variance of a sound and of each channel of a network's first layer, measured in one pass.
struct SoundStatistics {
  private(set) var channels: (mean: Tensor, variance: Tensor)
  private let mean, scale: Double

  init(_ audio: URL, _ network: SpeechTransformer) throws {
    let reader = try AudioReader(audio, sampleRate: SpeechTransformer.sampleRate)
    var (count, sum, squares) = (0, 0.0, 0.0)
    // The first layer is linear and without bias: of a sound less its mean, it is its own less the mean's.
    var (steps, layerSum, layerSquares): (Int, Tensor?, Tensor?) = (0, nil, nil)
    var held = [Float](repeating: 0, count: TransformerSteps.lead)
    let (hop, reach) = (SoundConvolutions.strides[0], network.convolutions.layers[0].conv.weight.size(2))
    func measure() {
      let n = (held.count - reach) / hop + 1
      guard held.count >= reach else { return }
      let x = network.first(Tensor(Array(held[..<((n - 1) * hop + reach)]))).to(.float64)
      layerSum = (layerSum ?? 0 * x[0, .all, 0]) + x.sum(0, 2)
      layerSquares = (layerSquares ?? 0 * x[0, .all, 0]) + x.square().sum(0, 2)
      steps += n
      held.removeFirst(n * hop)
    }
    while let piece = try reader.next() {
      for sample in piece {
        sum += Double(sample)
        squares += Double(sample) * Double(sample)
      }
      count += piece.count
      held += piece
      if held.count > 1 << 17 { measure() }
    }
    measure()
    mean = sum / Double(count)
    scale = 1 / (max(0, squares / Double(count) - mean * mean) + TransformerSteps.epsilon).squareRoot()
    guard let layerSum, let layerSquares, steps > 0 else {
      throw SpeechError(.badInput, "\(audio.relativePath): is shorter than a hundredth of a second; name a longer sound")
    }
    let weight = network.convolutions.layers[0].conv.weight.sum(1, 2).to(.float64)
    let raw = layerSum / Double(steps)
    let variance = (layerSquares / Double(steps) - raw.square()).clamp(0) * (scale * scale)
    channels = (((raw - weight * mean) * scale).to(.float32), variance.to(.float32))
  }

  func normalise(_ samples: [Float]) -> [Float] { samples.map { Float((Double($0) - mean) * scale) } }
}
