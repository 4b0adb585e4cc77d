import Face
import Foundation

/// What the performer says, for as long as the film lasts.
enum PerformerSpeech {
  /// Sounds of every kind, in no particular hurry.
  static let text = [
    "Hello. I am a person who does not exist.",
    "Every hair you see was drawn by a program, and these words move my mouth.",
    "Five brave fishermen moved above the foaming water before the moon was up.",
    "Who would choose a purple umbrella on such a beautiful morning?",
    "My father often asked for more time; I always thought he was joking.",
    "Papa bought a warm blue boat, and we rowed it far around the bay.",
    "She sells seashells, he keeps bees, and they both measure the weather.",
    "Oh, now look over there! What a huge, shiny, wonderful machine.",
    "Please bring me bread, apples, plums, and maybe a cup of tea.",
  ]

  /// Speaks sentence after sentence, with pauses to breathe, until the time is up; a sentence that would be cut off is left out.
  static func perform(_ script: PerformerScript) throws -> Utterance {
    var random = SeededRandom(seed: script.seed, stream: "speech")
    let sentences = script.text.map { [$0] } ?? text
    let pitch = script.seed == 0 ? 38 : Int(random.within(20, 70))
    var order = Array(sentences.indices)
    if script.seed != 0 { order.shuffle(using: &random) }
    var samples: [Float] = [], phonemes: [Phoneme] = [], rate = 22050, next = 0, misses = 0
    var now = 0.3
    while misses < sentences.count {
      let said = try PerformerVoice.speak(sentences[order[next % order.count]], pitch: pitch, speed: 145)
      rate = said.sampleRate
      next += 1
      // The first sentence is spoken in any case: a very short film ends within it.
      if now + said.duration > script.seconds - 0.2, !phonemes.isEmpty {
        misses += 1
        continue
      }
      misses = 0
      let start = Int(now * Double(rate))
      samples += Array(repeating: 0, count: max(0, start - samples.count)) + said.samples
      phonemes += said.phonemes.map { Phoneme(symbol: $0.symbol, start: $0.start + now, end: $0.end + now) }
      now += said.duration + Double(random.within(0.1, 0.45))
      if now > script.seconds { break }
    }
    let count = Int(script.seconds * Double(rate))
    samples = Array(samples.prefix(count)) + Array(repeating: 0, count: max(0, count - samples.count))
    // A cut sentence fades out.
    let fade = min(count, rate / 20)
    for i in 0..<fade { samples[count - 1 - i] *= Float(i) / Float(fade) }
    return Utterance(samples: samples, sampleRate: rate, phonemes: phonemes.filter { $0.start < script.seconds })
  }

  /// How strong the speech is around every frame, 0...1.
  static func loudness(_ sound: Utterance, frames: Int, rate: Int) -> [Float] {
    let reach = sound.sampleRate / 20
    let power = (0..<frames).map { i -> Float in
      let middle = Int((Double(i) + 0.5) / Double(rate) * Double(sound.sampleRate))
      let range = max(0, middle - reach)..<max(0, min(sound.samples.count, middle + reach))
      guard range.lowerBound < range.upperBound else { return 0 }
      return (sound.samples[range].reduce(0) { $0 + $1 * $1 } / Float(range.count)).squareRoot()
    }
    // Set against speech of usual strength, so that one loud sound does not make the rest quiet.
    let usual = power.sorted()[power.count * 9 / 10]
    return power.map { usual > 1e-4 ? min(1, $0 / usual) : 0 }
  }
}
