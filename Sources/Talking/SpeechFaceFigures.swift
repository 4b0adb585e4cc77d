import Foundation
import Metrics
import Speech

/// How well what is said of a mouth goes with what it did.
package struct SpeechFaceFigures: CustomStringConvertible, Equatable {
  package let name: String
  /// Pearson's correlation at lag 0, and how much of the motion is there.
  package let jaw, gap: Double?
  package let amplitude: Double?
  /// Where the lips correlate best, frames after the truth.
  package let lag: Lag?
  /// The mean distance of the lips from the truth's, in distances of the eyes, and that of a mouth that stays at the truth's mean.
  package let error, meanError: Double

  /// Of spoken coefficients of as many frames of one rate.
  package init(_ name: String, said: [[Float]], truth: [[Float]], measures: LipMeasures = LipMeasures()) {
    let count = min(said.count, truth.count)
    func gaps(_ frames: [[Float]]) -> [Double] { frames.prefix(count).map { Double(measures.lipGap($0)) } }
    let mine = gaps(said), theirs = gaps(truth)
    self.name = name
    jaw = correlation(said.prefix(count).map { Double($0[0]) }, truth.prefix(count).map { Double($0[0]) })
    gap = correlation(mine, theirs)
    amplitude = Metrics.amplitude(of: mine, truth: theirs)
    lag = Lag(mine, truth: theirs)
    let mean = theirs.reduce(0, +) / Double(max(1, count))
    func distance(_ series: [Double]) -> Double { zip(series, theirs).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(max(1, count)) }
    error = distance(mine)
    meanError = distance([Double](repeating: mean, count: count))
  }

  package var description: String {
    func number(_ value: Double?) -> String { value.map { String(format: "%.2f", locale: nil, $0) } ?? "-" }
    let best = lag.map { "best \(number($0.correlation)) at \($0.frames)" } ?? "no lag"
    return "\(name): lip gap r \(number(gap)) at lag 0 (\(best)), amplitude \(number(amplitude)), jaw r \(number(jaw)), "
      + String(format: "mean error %.3f (a still mouth %.3f)", locale: nil, error, meanError)
  }

  /// Of every recording that a training kept aside, as the stream says it, at 30 frames a second.
  package static func held(_ data: SpeechFaceData, _ face: SpeechFace) -> [SpeechFaceFigures] {
    data.held.map { take in
      let said = SpokenTake.frames(of: take.samples, by: face, rate: take.take.rate, style: take.style)
      let truth = take.take.frames.indices.map { take.take.spoken(at: Double($0) / take.take.rate + face.configuration.lead) }
      return SpeechFaceFigures(take.name, said: said, truth: truth)
    }
  }
}
