import Foundation

/// Pearson's correlation of two series over the places where both have a value; nil with fewer than three such places or a constant series.
package func correlation(_ a: [Double?], _ b: [Double?]) -> Double? {
  let pairs = both(a, b)
  guard pairs.count >= 3 else { return nil }
  let a = Spread(pairs.map(\.0)), b = Spread(pairs.map(\.1))
  guard a.deviation > Spread.least, b.deviation > Spread.least else { return nil }
  let covariance = pairs.reduce(0) { $0 + ($1.0 - a.mean) * ($1.1 - b.mean) } / Double(pairs.count)
  return covariance / (a.deviation * b.deviation)
}

/// How much of the truth's motion is there: the standard deviation of `series` over that of `truth`, over places where both have a value.
///
/// 1 is right, 0 is frozen; nil with fewer than three such places or a constant truth.
package func amplitude(of series: [Double?], truth: [Double?]) -> Double? {
  let pairs = both(series, truth)
  guard pairs.count >= 3 else { return nil }
  let truth = Spread(pairs.map(\.1))
  return truth.deviation > Spread.least ? Spread(pairs.map(\.0)).deviation / truth.deviation : nil
}

private func both(_ a: [Double?], _ b: [Double?]) -> [(Double, Double)] {
  precondition(a.count == b.count, "series of \(a.count) and \(b.count) values cannot be compared")
  return zip(a, b).compactMap { a, b in
    guard let a, let b, a.isFinite, b.isFinite else { return nil }
    return (a, b)
  }
}

private struct Spread {
  /// What rounding alone can make of a constant series of values around 1.
  static let least = 1e-12
  let mean, deviation: Double
  init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }
}
