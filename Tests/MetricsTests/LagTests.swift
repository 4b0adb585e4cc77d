import Foundation
import Metrics
import Testing

@Suite struct LagTests {
  static let truth: [Double?] = (0..<80).map { i in sin(Double(i) * 0.9) + 0.7 * sin(Double(i) * 0.37) }

  @Test(arguments: [-7, -1, 0, 1, 4, 10]) func aDelayIsFound(delay: Int) {
    let late: [Double?] = Self.truth.indices.map { i in
      Self.truth.indices.contains(i - delay) ? Self.truth[i - delay]! * 0.5 + 2 : nil
    }
    let found = Lag(late, truth: Self.truth)
    #expect(found?.frames == delay)
    #expect(abs((found?.correlation ?? 0) - 1) < 1e-9)
  }

  @Test func lagsThatLeaveFewPairsDoNotCount() {
    let short = Array(Self.truth.prefix(12))
    #expect(Lag.correlations(short, truth: short).keys.sorted() == Array(-6...6))
    #expect(Lag([1, 2], truth: [1, 2]) == nil)
    #expect(Lag([3, 3, 3, 3], truth: [1, 2, 1, 5]) == nil)
    #expect(Lag([], truth: []) == nil)
  }

  /// Two lags fit a wave of four frames equally well, -1 and 3: the nearer one is meant.
  @Test func ofEqualLagsTheSmallestIsTaken() {
    let wave: [Double?] = (0..<40).map { [0, 1, 0, -1][$0 % 4] }
    let early: [Double?] = (0..<40).map { [0, 1, 0, -1][($0 + 1) % 4] }
    #expect(Lag(early, truth: wave)?.frames == -1)
    #expect(Lag(wave, truth: wave)?.frames == 0)
  }
}
