import Foundation

/// Smooths a signal as it comes: strongly while it hardly moves, so that it does not tremble, and hardly while it moves fast, so that it does
/// not lag (Casiez, Roussel, Vogel: 1-euro filter, 2012).
package struct OneEuroFilter: Sendable {
  /// The cut-off frequency of a signal that stands still, hertz.
  package let cutoff: Double
  /// How much the cut-off grows with the signal's speed, hertz by units a second.
  package let speedFactor: Double
  private let rate: Double
  private var last: [Float] = [], speed: [Float] = []

  /// For a signal of `rate` values a second.
  package init(cutoff: Double, speedFactor: Double, rate: Double) {
    (self.cutoff, self.speedFactor, self.rate) = (cutoff, speedFactor, rate)
  }

  /// The smoothed value of the next `values`, each a signal of its own; the first come out as they are.
  package mutating func callAsFunction(_ values: [Float]) -> [Float] {
    guard last.count == values.count else {
      (last, speed) = (values, [Float](repeating: 0, count: values.count))
      return values
    }
    let slow = Float(share(1))
    for i in values.indices {
      speed[i] += slow * ((values[i] - last[i]) * Float(rate) - speed[i])
      last[i] += Float(share(cutoff + speedFactor * Double(abs(speed[i])))) * (values[i] - last[i])
    }
    return last
  }

  /// How much of a new value is taken at a cut-off frequency.
  private func share(_ frequency: Double) -> Double {
    let constant = 1 / (2 * Double.pi * frequency)
    return 1 / (1 + constant * rate)
  }
}
