import Face
import Foundation
import Speech
import Torch

/// What a network from speech to expression learns from: takes as loudness in bands, several times in other rooms and at other speeds.
package final class SpeechFaceData {
  /// A take as the network hears it, in steps of 10 ms, and sees it, in steps of 20 ms.
  struct Heard {
    let name: String
    let style: Int
    /// dB of full scale, `CausalMel.bands` a step.
    let bands: [Float]
    var steps: Int { bands.count / CausalMel.bands }
    /// `SpokenShapes.names` a step of 20 ms.
    let truth: [Float]
    /// The loudness of the speech, dB.
    let level: Float
  }

  /// A take that is kept aside.
  struct Held {
    let take: SpeechTake
    let style: Int
    let heard: Heard
    var name: String { take.name }
    var samples: [Float] { take.samples }
  }

  /// What was learnt from, by name, in the order of the network's styles; synthetic voices are the last one.
  package let sources: [String]
  let real, synthetic: [Heard]
  let held: [Held]
  package let spectrum: [Float]
  /// The spread of each coefficient in what is learnt from.
  let spread: [Float]
  package let fingerprint: String

  /// - takes: those of each source by its name; `synthetic` those of synthetic voices. `held` names the takes that are kept aside.
  package init(
    _ takes: [(source: String, takes: [SpeechTake])], synthetic: [SpeechTake], _ configuration: SpeechFaceConfiguration,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws {
    let lead = configuration.lead
    let keptAside = Set(configuration.held)
    sources = takes.map(\.source) + (synthetic.isEmpty ? [] : ["synthetic"])
    var real: [Heard] = [], held: [Held] = [], made: [Heard] = []
    let total = takes.reduce(0) { $0 + $1.takes.count } + synthetic.count
    var done = 0
    func tell() {
      done += 1
      progress(done, total)
    }
    for (style, source) in takes.enumerated() {
      for (i, take) in source.takes.enumerated() {
        if keptAside.contains(take.name) {
          held.append(Held(take: take, style: style, heard: Self.heard(take, style, lead: lead)))
        } else {
          var random = SeededRandom(seed: configuration.seed &+ UInt64(i), stream: "copies of \(source.source)")
          real.append(Self.heard(take, style, lead: lead))
          for _ in 0..<configuration.augmentation.copies {
            real.append(Self.heard(Self.changed(take, configuration.augmentation, &random), style, lead: lead))
          }
        }
        tell()
      }
    }
    for (i, take) in synthetic.enumerated() {
      var random = SeededRandom(seed: configuration.seed &+ UInt64(i), stream: "synthetic")
      made.append(Self.heard(i % 2 == 0 ? take : Self.changed(take, configuration.augmentation, &random), takes.count, lead: lead))
      tell()
    }
    let learnt = real + made
    guard let shapes = learnt.first.map({ _ in SpokenShapes.names.count }) else {
      throw TalkingError(.usage, "nothing is left to learn from; keep fewer recordings aside, or add data or voices")
    }
    (self.real, self.synthetic, self.held) = (real, made, held)
    spectrum = CausalLevel.spectrum(
      of: (real.isEmpty ? made : real).flatMap { take in
        stride(from: 0, to: take.steps, by: 5).map { Array(take.bands[$0 * CausalMel.bands..<($0 + 1) * CausalMel.bands]) }
      })
    var sums = [Double](repeating: 0, count: shapes), squares = sums, count = 0.0
    for take in learnt {
      for i in take.truth.indices {
        sums[i % shapes] += Double(take.truth[i])
        squares[i % shapes] += Double(take.truth[i] * take.truth[i])
      }
      count += Double(take.truth.count / shapes)
    }
    spread = (0..<shapes).map { Float(max(0, squares[$0] / count - (sums[$0] / count) * (sums[$0] / count)).squareRoot()) }
    // Names and lengths stand for the takes.
    var random = SeededRandom(seed: 0, stream: learnt.map { "\($0.name):\($0.steps)" }.joined(separator: ","))
    fingerprint = String(random.next(), radix: 16)
  }

  /// A take as it is.
  static func heard(_ take: SpeechTake, _ style: Int, lead: Double = 0) -> Heard {
    let mel = CausalMel()
    let bands = (mel.append(take.samples) + mel.finish()).flatMap { $0 }, steps = bands.count / CausalMel.bands / SpeechFaceNetwork.joined
    let truth = (0..<steps).flatMap { take.spoken(at: (Double($0) + 0.5) / Double(SpeechFaceNetwork.rate) + lead) }
    let loud = stride(from: 0, to: bands.count, by: CausalMel.bands).map { CausalLevel.loudness(bands[$0..<$0 + CausalMel.bands]) }
    return Heard(name: take.name, style: style, bands: bands, truth: truth, level: loud.isEmpty ? 0 : loud.sorted()[loud.count * 7 / 10])
  }

  /// A take at another speed and pitch, in another room.
  static func changed(_ take: SpeechTake, _ how: SpeechAugmentation, _ random: inout SeededRandom) -> SpeechTake {
    let factor = exp(Double(random.within(-1, 1)) * log(max(1, how.speed)))
    var samples = SoundChange.resampled(take.samples, by: factor)
    let seconds = Double(random.within(0.15, 0.7)), share = random.within(0, 0.5)
    if random.unit() < 0.7 {
      samples = SoundChange.inRoom(samples, seconds: seconds, share: share, rate: CausalMel.sampleRate) { random.normal() }
    }
    return SpeechTake(name: take.name, samples: samples, frames: take.frames, rate: take.rate * factor)
  }
}
