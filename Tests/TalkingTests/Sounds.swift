import Face
import Foundation
import Speech
import Talking
import Torch

/// Sounds that are made of formulas, and a small network that says something of them.
enum Sounds {
  /// Syllables: buzz whose two formants wander, three a second, with a little noise. Mono at 16 kHz.
  static func babble(seconds: Double, seed: UInt64 = 1, strength: Float = 0.2) -> [Float] {
    var random = SeededRandom(seed: seed, stream: "babble")
    let rate = Float(CausalMel.sampleRate), phase = random.within(0, 6)
    return (0..<Int(seconds * Double(rate))).map { i in
      let t = Float(i) / rate, open = max(0, sin(2 * .pi * 3 * t + phase))
      let tones: [(Float, Float)] = [(140, 0.6), (300 + 400 * open, 1), (1500 + 300 * sin(4 * t), 0.5), (2600, 0.2)]
      return strength * open * tones.reduce(0) { $0 + $1.1 * sin(2 * .pi * $1.0 * t) } + 0.002 * random.normal()
    }
  }
  /// What a mouth could do at it: the jaw opens with the syllables.
  static func take(seconds: Double, seed: UInt64) -> SpeechTake {
    var random = SeededRandom(seed: seed, stream: "babble")
    let phase = random.within(0, 6)
    let frames = (0..<Int(seconds * 50)).map { i -> [Float] in
      let open = max(0, sin(2 * .pi * 3 * Float(i) / 50 + phase))
      return SpokenShapes.names.map { $0 == "jawOpen" ? 0.6 * open : $0 == "mouthPress" ? 0.3 * (1 - open) : 0 }
    }
    return SpeechTake(name: "babble \(seed)", samples: babble(seconds: seconds, seed: seed), frames: frames, rate: 50)
  }
  static var small: SpeechFaceConfiguration {
    var small = SpeechFaceConfiguration()
    (small.width, small.dilations, small.batch, small.length) = (16, [1, 2, 4], 4, 50)
    (small.augmentation.copies, small.lead) = (1, 0)
    return small
  }
  /// Untrained, but of the whole width.
  static func face() -> SpeechFace { SpeechFace(untrained: SpeechFaceConfiguration(), seed: 7) }

  static func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "talking-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
