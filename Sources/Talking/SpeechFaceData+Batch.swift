import Face
import Foundation
import Speech
import Torch

/// Sequences to learn from.
struct SpeechBatch {
  /// `[N, joined * bands, T + ahead]` normalized loudness, `[N]` int64 styles, `[N, shapes, T]` what the mouth does.
  let heard, style, truth: Tensor
}

extension SpeechFaceData {
  /// Sequences drawn for a step, the same for the same `step` of the same configuration.
  func draw(_ configuration: SpeechFaceConfiguration, step: Int) -> SpeechBatch {
    var random = SeededRandom(seed: configuration.seed &+ UInt64(step) &* 7919, stream: "batch")
    let shapes = SpokenShapes.names.count, joined = SpeechFaceNetwork.joined, bands = CausalMel.bands
    let length = configuration.length, steps = (length + configuration.ahead) * joined
    var heard: [Float] = [], style: [Int] = [], truth: [Float] = []
    for _ in 0..<configuration.batch {
      let isMade = !synthetic.isEmpty && (real.isEmpty || Double(random.unit()) < configuration.syntheticShare)
      let all = isMade ? synthetic : real
      let take = all[Int(random.next() % UInt64(all.count))]
      // Some begin before the recording does, as recordings begin with nobody speaking.
      let lead = random.unit() < 0.2 ? Int(random.within(0, Float(length / 2))) : 0
      // In others nobody speaks at all.
      let isEmpty = random.unit() < Float(configuration.augmentation.emptyShare)
      let last = max(0, take.steps / joined - length - configuration.ahead)
      let first = isEmpty ? take.steps : lead > 0 ? -lead : Int(random.next() % UInt64(last + 1))
      let piece = changed(take, from: first * joined, count: steps, configuration.augmentation, isEmpty: isEmpty, &random)
      var level = CausalLevel(spectrum: spectrum)
      for i in 0..<steps { heard += level.next(piece[i * bands..<(i + 1) * bands]) }
      let known = take.truth.count / shapes
      for i in first..<first + length {
        let isThere = 0..<known ~= i
        truth += isThere ? take.truth[i * shapes..<(i + 1) * shapes] : [Float](repeating: 0, count: shapes)[...]
      }
      style.append(take.style)
    }
    return SpeechBatch(
      heard: Tensor(heard, [configuration.batch, length + configuration.ahead, joined * bands]).transpose(1, 2).contiguous(),
      style: Tensor(style), truth: Tensor(truth, [configuration.batch, length, shapes]).transpose(1, 2).contiguous())
  }

  /// `count` steps of a take's loudness as another throat, microphone and room would have it, and at another distance; nothing but the room
  /// is heard outside the take.
  private func changed(
    _ take: Heard, from first: Int, count: Int, _ how: SpeechAugmentation, isEmpty: Bool, _ random: inout SeededRandom
  ) -> [Float] {
    let bands = CausalMel.bands, top = Float(bands - 1)
    let shift = Float(how.shift) * random.within(-1, 1), gain = Float(how.gain) * random.within(-1, 1)
    /// A smooth curve over the bands of about so many dB.
    func curve(_ size: Float) -> [Float] {
      let waves = (1...4).map { (Float($0) * .pi / 2, random.within(0, 2 * .pi), random.normal() * size / Float($0).squareRoot()) }
      return (0..<bands).map { b in waves.reduce(0) { $0 + $1.2 * sin($1.0 * Float(b) / top * 2 + $1.1) } }
    }
    let color = curve(Float(how.color)), noiseColor = curve(5)
    let below =
      isEmpty
      ? random.within(-5, 40) : random.unit() < 0.3 ? Float(how.quietNoise) : random.within(Float(how.loudNoise), Float(how.quietNoise))
    let noise = (0..<bands).map { take.level - below + noiseColor[$0] }
    var result = [Float](repeating: 0, count: count * bands)
    for i in 0..<count {
      let step = first + i, isThere = 0..<take.steps ~= step
      for b in 0..<bands {
        var value = CausalMel.floor
        if isThere {
          let place = min(max(Float(b) + shift, 0), top), low = Int(place), share = place - Float(low)
          let here = take.bands[step * bands + low], next = take.bands[step * bands + min(low + 1, bands - 1)]
          value = here + (next - here) * share + color[b]
        }
        // A band of noise wavers from step to step.
        let hiss = noise[b] + 3 * (random.unit() + random.unit() - 1)
        let both = value > hiss + 15 ? value : value < hiss - 15 ? hiss : 10 * log10(pow(10, value / 10) + pow(10, hiss / 10))
        result[i * bands + b] = max(both + gain, CausalMel.floor)
      }
    }
    return result
  }
}
