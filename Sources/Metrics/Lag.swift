/// How far a series comes after the truth: the shift at which the two correlate best, and how well they do there.
///
/// Of a mouth's opening it tells lip-sync without a network: a mouth that opens late has its best correlation at a positive lag.
package struct Lag: Equatable, Sendable {
  /// In places of the series, positive where it is late: its value at `i + frames` fits the truth's at `i`.
  package var frames: Int
  /// Pearson's, at that lag.
  package var correlation: Double

  package init(frames: Int, correlation: Double) { (self.frames, self.correlation) = (frames, correlation) }

  /// The best lag of those within `reach` of 0; of equally good ones the smallest. nil where no lag has a correlation.
  ///
  /// A lag counts only if it leaves at least half of the pairs that lag 0 has: the fewer values, the higher they correlate by chance.
  package init?(_ series: [Double?], truth: [Double?], within reach: Int = 10) {
    let all = Self.correlations(series, truth: truth, within: reach)
    guard let best = all.max(by: { ($0.value, -abs($0.key), -$0.key) < ($1.value, -abs($1.key), -$1.key) }) else { return nil }
    self.init(frames: best.key, correlation: best.value)
  }

  /// Pearson's correlation of `series` at `i + lag` with `truth` at `i`, by lag, of those lags that have one.
  package static func correlations(_ series: [Double?], truth: [Double?], within reach: Int = 10) -> [Int: Double] {
    precondition(series.count == truth.count, "series of \(series.count) and \(truth.count) values cannot be compared")
    let n = series.count
    func pairs(_ lag: Int) -> (own: [Double?], truth: [Double?]) {
      let places = max(0, -lag)..<max(max(0, -lag), min(n, n - lag))
      return (places.map { series[$0 + lag] }, places.map { truth[$0] })
    }
    func count(_ pair: (own: [Double?], truth: [Double?])) -> Int { zip(pair.own, pair.truth).count { $0 != nil && $1 != nil } }
    let least = (count(pairs(0)) + 1) / 2
    var found: [Int: Double] = [:]
    for lag in -reach...reach {
      let pair = pairs(lag)
      guard count(pair) >= least else { continue }
      found[lag] = Metrics.correlation(pair.own, pair.truth)
    }
    return found
  }
}
