import Foundation

/// Finds which sound of English is spoken when, in one stretch of speech after another.
final class PhoneDecoder {
  /// Samples a second it listens to, and from one of its frames to the next.
  static let sampleRate = 16000, hop = 160
  /// From a frame's first sample to the middle of what it looks at, 25.6 ms.
  static let middle = 205
  /// Frames of less power, 75 dB below full scale, are silence.
  private static let leastPower: Float = 3e-8

  private let sphinx: PocketSphinx
  private let decoder: PocketSphinx.Handle

  /// With the acoustic model `en-us` and the phone model `en-us-phone.lm.bin` in a folder. Throws `SpeechError` where they are not sound.
  init(_ sphinx: PocketSphinx, model: URL) throws {
    self.sphinx = sphinx
    let (acoustic, phones) = (model.appending(path: "en-us"), model.appending(path: "en-us-phone.lm.bin"))
    for file in [acoustic.appending(path: "mdef"), phones] where !FileManager.default.fileExists(atPath: file.path) {
      throw SpeechError(.setUp, "\(file.path): the model of the speech recogniser is missing; \(PocketSphinx.remedy)")
    }
    // All frames count, silence too, so that their numbers are times; context-independent phones are twenty times as quick.
    let words = [
      "likeness", "-hmm", acoustic.path, "-allphone", phones.path, "-allphone_ci", "yes", "-lw", "1", "-beam", "1e-20", "-pbeam", "1e-20",
      "-remove_silence", "no", "-backtrace", "no", "-logfn", "/dev/null",
    ]
    var arguments = words.map { strdup($0) }
    defer { arguments.forEach { Foundation.free($0) } }
    let configuration = sphinx.configure(nil, sphinx.definitions(), Int32(words.count), &arguments, 1)
    defer { _ = sphinx.freeConfiguration(configuration) }
    guard let configuration, let made = sphinx.make(configuration) else {
      throw SpeechError(.setUp, "\(model.path): the speech recogniser cannot load this model; \(PocketSphinx.remedy)")
    }
    decoder = made
  }
  deinit { _ = sphinx.free(decoder) }

  /// The phone of each frame in -1...1 samples, a frame for each `hop` of them. What surrounds one utterance does not count for it.
  func phones(_ samples: ArraySlice<Float>) throws -> [String] {
    var result = [String](repeating: Phones.silence, count: samples.count / Self.hop)
    // The recogniser hears sounds in silence as digital as zero: nothing can be below the mean of nothing.
    let isHeard = result.indices.map { frame in
      let from = samples.startIndex + frame * Self.hop
      return samples[from..<from + Self.hop].reduce(0) { $0 + $1 * $1 } > Self.leastPower * Float(Self.hop)
    }
    guard isHeard.contains(true) else { return result }
    let words = samples.map { Int16(max(-32768, min(32767, ($0 * 32768).rounded()))) }
    // All at once, so that the whole utterance's mean is known before anything is compared.
    guard sphinx.start(decoder) >= 0 else { throw Self.failure }
    let searched = sphinx.process(decoder, words, words.count, 0, 1)
    guard sphinx.end(decoder) >= 0, searched >= 0 else { throw Self.failure }
    var segment = sphinx.segments(decoder)
    while let here = segment {
      var (first, last): (Int32, Int32) = (0, 0)
      sphinx.frames(here, &first, &last)
      let phone = sphinx.word(here).map { String(cString: $0) } ?? Phones.silence
      for frame in max(0, Int(first))..<max(0, min(result.count, Int(last) + 1)) where first <= last && isHeard[frame] {
        result[frame] = phone
      }
      segment = sphinx.next(here)
    }
    return result
  }
  private static let failure = SpeechError(.setUp, "\(PocketSphinx.file): the recogniser gave up; \(PocketSphinx.remedy)")
}

/// The sounds of American English, as the CMU dictionary writes them.
package enum Phones {
  package static let silence = "SIL"
  /// Silence first.
  package static let all =
    [silence]
    + "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split(separator: " ")
    .map(String.init)
  /// The place of a phone; noises count as silence.
  static func index(_ phone: String) -> Int { places[phone] ?? 0 }
  private static let places = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
}
