import Face
import Foundation

/// What a voice of eSpeak NG says and what the performer's mouth does at it, without a film.
package struct SpokenPerformance {
  package let name: String
  package let sound: Utterance
  /// One row of coefficients for each of `names`, ARKit's without a side, `rate` a second.
  package let frames: [[Float]]
  package static let names = SpeechMotion.channels
  package static let rate = 50.0

  /// `count` sentences one after another with pauses of .1 to 1 s, in a voice such as `de` or `en-us+f3`, every second one of words without
  /// meaning; speed and pitch as `seed` says.
  /// Throws `PerformerError`.
  package init(voice: String, sentences count: Int, seed: UInt64) throws {
    var random = SeededRandom(seed: seed, stream: "spoken \(voice)")
    let texts = SpokenSentences.of(voice).shuffled(using: &random)
    var samples: [Float] = [], phonemes: [Phoneme] = [], rate = 22050
    for i in 0..<count {
      let text = i % 2 == 0 ? texts[i / 2 % texts.count] : SpokenSentences.babble(&random)
      let pitch = Int(random.within(5, 95)), speed = Int(random.within(110, 210))
      let said = try PerformerVoice.speak(text, voice: voice, pitch: pitch, speed: speed)
      rate = said.sampleRate
      samples += [Float](repeating: 0, count: Int(random.within(0.1, 1) * Float(rate)))
      let now = Double(samples.count) / Double(rate)
      phonemes += Self.mouths(said.phonemes).map { Phoneme(symbol: $0.symbol, start: $0.start + now, end: $0.end + now) }
      samples += said.samples
    }
    samples += [Float](repeating: 0, count: rate / 2)
    name = voice
    sound = Utterance(samples: samples, sampleRate: rate, phonemes: phonemes)
    frames = SpeechMotion(phonemes, frames: Int(sound.duration * Self.rate), rate: Self.rate).values
  }

  /// The phonemes as the mouth shows them: eSpeak NG tells the release of p, t and k, before which the mouth has closed already, and pauses
  /// between sentences are pauses; sounds that the visemes do not know are those that look like them.
  static func mouths(_ phonemes: [Phoneme]) -> [Phoneme] {
    var all = phonemes
    for i in all.indices {
      all[i].symbol = String(String.UnicodeScalarView(all[i].symbol.unicodeScalars.map { lookalikes[$0] ?? $0 }))
      guard let first = all[i].symbol.unicodeScalars.first, "ptk".unicodeScalars.contains(first) else { continue }
      let start = max(all[i].start - closure, i > 0 ? all[i - 1].start : 0)
      all[i].start = start
      if i > 0 { all[i - 1].end = min(all[i - 1].end, start) }
    }
    return all
  }
  /// Seconds from the closure of p, t and k to their release.
  private static let closure = 0.043
  private static let lookalikes: [Unicode.Scalar: Unicode.Scalar] = [
    "y": "u", "ʏ": "u", "ø": "œ", "ɕ": "ʃ", "ʂ": "ʃ", "ʑ": "ʒ", "ʐ": "ʒ", "ɻ": "ɹ", "ɲ": "n", "ɳ": "n", "β": "v", "ɣ": "g", "ʁ": "h",
    "χ": "h", "ɬ": "l", "ɨ": "ɪ", "ɐ": "ɑ", "ɤ": "ə", "ʋ": "v", "ɱ": "m", "ʈ": "t", "ɖ": "d", "c": "k", "ɟ": "g",
  ]
}
