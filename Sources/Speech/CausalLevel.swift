import Foundation

/// Brings voices of any strength and color to the same: how loud the speech is and how its bands are balanced is followed as it comes,
/// from what was heard so far alone.
///
/// The level rises within tenths of a second and sinks over seconds, in speech only, so that a pause does not raise the room's noise. Each
/// band is then set against its own mean in speech, which starts from that of many voices.
package struct CausalLevel: Sendable {
  /// dB that a step of one stands for, and how far below the level nothing is heard.
  package static let decibels: Float = 20, depth: Float = 60
  /// What is within so many dB of the level is speech.
  private static let gate: Float = 25
  /// Less than this, in dB of full scale, is never speech.
  private static let audible: Float = -66
  /// The level before anything was heard, and as far as it sinks before anybody speaks, dB of full scale.
  private static let usual: Float = -42, lowest: Float = -50
  /// dB a step that it sinks until then.
  private static let search: Float = 0.05
  private static let rise: Float = 0.1
  /// Steps that the mean over earlier speech reaches back at most, and what the mean of many voices counts as.
  private static let memory: Float = 600, prior: Float = 200

  private var level = CausalLevel.usual
  private var heard: Float = 0
  /// How strong the voice was in the last step, 0 (none) to 1 (loud).
  package private(set) var strength: Float = 0
  private var sums: [Float]
  private let usualSpectrum: [Float]

  /// - spectrum: the mean of many voices' bands in dB about their level; of as many bands as each step has.
  package init(spectrum: [Float]) {
    usualSpectrum = spectrum
    sums = [Float](repeating: 0, count: spectrum.count)
  }

  /// The next step's bands, dB of full scale, as numbers about 0: -1 is 20 dB less than speech usually has in that band.
  package mutating func next(_ bands: ArraySlice<Float>) -> [Float] {
    let loudness = Self.loudness(bands), gate = max(level - Self.gate, Self.audible)
    if loudness > level {
      level += (loudness - level) * Self.rise
    } else if loudness > gate {
      level += (loudness - level) / min(Self.memory, 50 + heard)
    } else if heard == 0 {
      level = max(level - Self.search, Self.lowest)
    }
    let isSpeech = loudness > max(level - Self.gate, Self.audible)
    strength = min(1, max(0, (loudness - level + Self.gate) / (Self.gate + 5)))
    let relative = bands.map { max($0 - level, -Self.depth) }
    if isSpeech {
      heard += 1
      let keep = heard > Self.memory ? 1 - 1 / Self.memory : 1
      for b in sums.indices { sums[b] = sums[b] * keep + relative[b] - usualSpectrum[b] }
    }
    let count = min(heard, Self.memory) + Self.prior
    return relative.indices.map { (relative[$0] - usualSpectrum[$0] - sums[$0] / count) / Self.decibels }
  }

  /// The mean power of bands, in dB as they are.
  package static func loudness(_ bands: ArraySlice<Float>) -> Float {
    var sum: Float = 0
    for band in bands { sum += pow(10, band / 10) }
    return 10 * log10(max(sum / Float(bands.count), 1e-10))
  }

  /// The mean of `steps` about their level, for `init`: of steps in speech only.
  package static func spectrum(of steps: [[Float]]) -> [Float] {
    guard let count = steps.first?.count else { return [] }
    let loud = steps.map { loudness($0[...]) }
    let level = loud.sorted()[loud.count * 7 / 10]
    var sums = [Double](repeating: 0, count: count), heard = 0.0
    for (step, loudness) in zip(steps, loud) where loudness > level - 15 {
      heard += 1
      for b in 0..<count { sums[b] += Double(max(step[b] - level, -depth)) }
    }
    return sums.map { Float($0 / max(heard, 1)) }
  }
}
