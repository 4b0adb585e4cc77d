import Foundation
import Speech
import Torch

/// A trained network from speech to expression, for any voice: what a mouth does at a sound, whoever speaks.
package final class SpeechFace {
  /// How long after a moment the sound is heard that says what the mouth does then, seconds: six steps of 20 ms, two more for what lies
  /// between two steps and in the one that is looked at, and half a window of the loudness. Later sound changes nothing.
  package static func lookAhead(_ ahead: Int) -> Double { Double(ahead + 2) * 0.02 - 0.01 + 0.0075 }
  /// The name of the network that comes with the tool.
  package static let shippedName = "speech-face.safetensors"
  /// Its SHA-256.
  package static let shippedSum = "6606e431b17f9139cd5b5a0143b550e2808825ee2bf66021162d568938fd5b4b"

  package let network: SpeechFaceNetwork
  package let configuration: SpeechFaceConfiguration
  /// The mean of many voices' bands; see `CausalLevel`.
  package let spectrum: [Float]
  /// What was learnt from, in the order of the network's styles.
  package let sources: [String]

  package init(_ network: SpeechFaceNetwork, _ configuration: SpeechFaceConfiguration, spectrum: [Float], sources: [String]) {
    (self.network, self.configuration, self.spectrum, self.sources) = (network, configuration, spectrum, sources)
  }

  /// One that has learnt nothing, its numbers as `seed` says.
  package convenience init(untrained configuration: SpeechFaceConfiguration, seed: UInt64) {
    let network = SpeechFaceNetwork(width: configuration.width, dilations: configuration.dilations, styles: 1, Generator(seed: seed))
    self.init(network, configuration, spectrum: [Float](repeating: -10, count: CausalMel.bands), sources: ["nothing"])
  }

  private static let notes = "speech_face"
  private struct Notes: Codable {
    var configuration: SpeechFaceConfiguration
    var sources, shapes: [String]
  }

  /// Reads a file that `write` made; throws what reading it throws, or `TalkingError`.
  package static func read(_ url: URL) throws -> SpeechFace {
    let file = try Safetensors.read(url)
    return try SpeechFace(file.tensors, file.metadata, url)
  }
  /// Out of what `packed` gave, of the file at `url`; throws `TalkingError`.
  package convenience init(_ tensors: [String: Tensor], _ metadata: [String: String], _ url: URL) throws {
    guard let text = metadata[Self.notes], let notes = try? JSONDecoder().decode(Notes.self, from: Data(text.utf8)),
      let spectrum = tensors["spectrum"], spectrum.shape == [CausalMel.bands]
    else {
      throw TalkingError(.input, "\(url.relativePath): is no network from speech to expression; name one that train speech wrote")
    }
    guard notes.shapes == SpokenShapes.names else {
      throw TalkingError(.input, "\(url.relativePath): says other shapes than this version knows; train it again")
    }
    do {
      let network = try withoutGradient {
        try notes.configuration.check()
        let network = SpeechFaceNetwork(
          width: notes.configuration.width, dilations: notes.configuration.dilations, styles: notes.sources.count, Generator(seed: 0))
        try network.load(tensors.filter { $0.key.hasPrefix("network.") }, prefix: "network.")
        return network
      }
      self.init(network, notes.configuration, spectrum: spectrum.to(.float32).floats, sources: notes.sources)
    } catch let error as any KindedError {
      throw TalkingError(.input, "\(url.relativePath): \(error.description)")
    }
  }
  /// The one that comes with the tool; throws where it is absent.
  package static func shipped() throws -> SpeechFace { try read(DependencyFolder.shipped(shippedName)) }

  /// The network in half precision and what belongs to it, for a file.
  package var packed: (tensors: [String: Tensor], metadata: [String: String]) {
    var tensors = withoutGradient { network.namedState(prefix: "network.").mapValues { $0.detach().to(.float16) } }
    tensors["spectrum"] = Tensor(spectrum)
    // Where recordings lie says something about whoever trained on them.
    var configuration = configuration
    configuration.data = configuration.data.map { URL(filePath: $0).lastPathComponent }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let notes = (try? encoder.encode(Notes(configuration: configuration, sources: sources, shapes: SpokenShapes.names))) ?? Data()
    return (tensors, [Self.notes: String(decoding: notes, as: UTF8.self)])
  }
  /// Writes it; throws `FileError`.
  package func write(to url: URL) throws {
    let (tensors, metadata) = packed
    try Safetensors.write(tensors, metadata: metadata, to: url)
  }
  /// Whether it says the same as another.
  package func isSame(as other: SpeechFace) -> Bool {
    let (mine, theirs) = (packed.tensors, other.packed.tensors)
    func shape(_ face: SpeechFace) -> [Double] {
      [Double(face.configuration.ahead), face.configuration.emphasis] + face.configuration.dilations.map(Double.init)
    }
    return sources == other.sources && shape(self) == shape(other) && mine.count == theirs.count
      && mine.allSatisfy { name, tensor in theirs[name].map { $0.shape == tensor.shape && ($0 .== tensor).all() } ?? false }
  }
}

/// One sound as it comes in, and what the mouth does at it. Use it from one thread.
package final class SpeechFaceStream {
  private let face: SpeechFace
  private let mel = CausalMel()
  private var level: CausalLevel
  private var memory: SpeechFaceNetwork.Memory
  /// Steps that the network still owes nothing for: what it says first belongs to the time before the sound.
  private var early: Int
  private let style: Int?
  private let tellsHidden: Bool
  /// The voice's strength in steps that are still to be said.
  private var strengths: [Float] = []

  /// - tellsHidden: whether behind each step's numbers come those that the network says them from.
  package init(_ face: SpeechFace, style: Int? = nil, tellsHidden: Bool = false) {
    (self.face, self.style, self.tellsHidden) = (face, style, tellsHidden)
    level = CausalLevel(spectrum: face.spectrum)
    memory = withoutGradient { SpeechFaceNetwork.Memory(face.network) }
    early = face.configuration.ahead
  }

  /// The spoken coefficients of further steps, `SpokenShapes.names` each and behind them the strength of the voice, 0...1, that `samples` at
  /// 16 kHz bring; step s of all belongs to the moment (s + 1/2) / 50.
  package func append(_ samples: [Float]) -> [[Float]] { mel.append(samples).flatMap(say) }

  /// The steps that are left at the end of the sound, up to its last one.
  package func finish() -> [[Float]] {
    var steps = mel.finish().flatMap(say)
    var left = face.configuration.ahead
    while left > 0 {
      steps += say([Float](repeating: CausalMel.floor, count: CausalMel.piece * CausalMel.bands))
      left -= CausalMel.piece / SpeechFaceNetwork.joined
    }
    // Whole pieces may say more than was asked for.
    return left < 0 ? Array(steps.dropLast(min(-left, steps.count))) : steps
  }

  private func say(_ piece: [Float]) -> [[Float]] {
    let bands = CausalMel.bands, joined = SpeechFaceNetwork.joined, steps = CausalMel.piece / joined
    var heard: [Float] = []
    for i in 0..<CausalMel.piece {
      heard += level.next(piece[i * bands..<(i + 1) * bands])
      if i % joined == joined - 1 { strengths.append(level.strength) }
    }
    let (values, hidden) = withoutGradient {
      let x = Tensor(heard, [1, steps, joined * bands]).transpose(1, 2).contiguous()
      let (said, hidden) = face.network.next(x, style: style, &memory)
      return (said.squeeze(0).t().contiguous().floats, tellsHidden ? hidden.squeeze(0).t().contiguous().floats : [])
    }
    let count = SpokenShapes.names.count, emphasis = Float(face.configuration.emphasis)
    let said = (0..<steps).map { step in values[step * count..<(step + 1) * count].map { min(max($0 * emphasis, 0), 1) } }
    let dropped = min(early, said.count), width = hidden.count / steps
    early -= dropped
    return (dropped..<steps).map { said[$0] + [strengths.removeFirst()] + hidden[$0 * width..<($0 + 1) * width] }
  }
}
