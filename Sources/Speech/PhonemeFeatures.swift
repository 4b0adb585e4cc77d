import Foundation
import Media
import Torch

/// Which sound of English is spoken, as a distribution over 39 phones and silence: free of the speaker, but for English only.
///
/// PocketSphinx decodes all phones of stretches of 6 to 18 seconds, cut where they are quietest; its decision for every 10 ms is
/// smoothed over time (Gaussian, 25 ms) at two steps a frame. The channels are `Phones.all`; they add up to 1 within the sound.
package struct PhonemeFeatures: SpeechFeatures {
  package let name = SpeechKind.phonemes.rawValue
  package let channels = Phones.all.count
  /// The folder with the recogniser's models.
  package let model: URL
  private let sphinx: PocketSphinx

  /// Where Debian's pocketsphinx-en-us puts its models.
  package static let standardModel = URL(filePath: "/usr/share/pocketsphinx/model/en-us", directoryHint: .isDirectory)

  /// Throws `SpeechError` where the recogniser is not installed; `model` is a folder laid out as the standard one.
  package init(model: URL? = nil) throws {
    self.model = model ?? Self.standardModel
    sphinx = try PocketSphinx.shared()
  }
  /// With the library of another name.
  package init(library: String, model: URL) throws {
    self.model = model
    sphinx = try PocketSphinx(library)
  }

  package func stream(_ audio: URL, fps: Double) throws -> SpeechStream {
    SpeechWindows.stream(try PhonemeSteps(audio, fps: fps, PhoneDecoder(sphinx, model: model)))
  }
  /// The phone of each 10 ms of a file's sound, the middle of each 12.8 ms after its start.
  package func phones(_ audio: URL) throws -> [String] {
    let stretches = try SpokenStretches(audio)
    let decoder = try PhoneDecoder(sphinx, model: model)
    var phones: [String] = []
    while let stretch = try stretches.next() { phones += try decoder.phones(stretch) }
    return phones
  }
}

/// Phones smoothed at two steps a frame.
private final class PhonemeSteps: StepSource {
  let channels = Phones.all.count
  private let decoder: PhoneDecoder
  private let stretches: SpokenStretches
  private let rate: Double
  /// Places of phones, of which the first belongs to frame `first` of the recogniser.
  private var held: [Int] = []
  private var first = 0
  private var step = 0
  private var hasEnded = false

  /// The standard deviation in seconds, and how far the smoothing reaches.
  private static let deviation = 0.025, reach = 0.075
  private static let frameTime = Double(PhoneDecoder.hop) / Double(PhoneDecoder.sampleRate)
  private static let offset = Double(PhoneDecoder.middle) / Double(PhoneDecoder.sampleRate)

  init(_ audio: URL, fps: Double, _ decoder: PhoneDecoder) throws {
    self.decoder = decoder
    rate = 2 * fps
    stretches = try SpokenStretches(audio)
  }

  func next() throws -> Tensor? {
    var count = ready
    while count <= 0, !hasEnded {
      if let stretch = try stretches.next() { held += try decoder.phones(stretch).map(Phones.index) } else { hasEnded = true }
      count = ready
    }
    guard count > 0 else { return nil }
    var numbers = [Float](repeating: 0, count: count * channels)
    for i in 0..<count { smooth(Double(step + i), &numbers, at: i * channels) }
    step += count
    let used = min(held.count, max(0, Int((Double(step) / rate - Self.reach - Self.offset) / Self.frameTime) - 1 - first))
    held.removeFirst(used)
    first += used
    return Tensor(numbers, [count, channels])
  }

  /// Steps that can be made of what is held.
  private var ready: Int {
    if hasEnded { return Int((stretches.seconds * rate - 1e-9).rounded(.up)) - step }
    let known = Double(first + held.count) * Self.frameTime + Self.offset - Self.reach
    return Int(known * rate - 0.5) - step
  }

  private func smooth(_ step: Double, _ numbers: inout [Float], at start: Int) {
    let moment = (step + 0.5) / rate
    let from = Int(((moment - Self.reach - Self.offset) / Self.frameTime).rounded(.up))
    let end = Int(((moment + Self.reach - Self.offset) / Self.frameTime).rounded(.down))
    var sum: Float = 0
    for frame in from...end {
      let distance = (Double(frame) * Self.frameTime + Self.offset - moment) / Self.deviation
      let weight = Float(exp(-distance * distance / 2))
      // Before the sound and after its last frame there is silence.
      numbers[start + (held.indices.contains(frame - first) ? held[frame - first] : 0)] += weight
      sum += weight
    }
    for i in start..<start + channels { numbers[i] /= sum }
  }
}
