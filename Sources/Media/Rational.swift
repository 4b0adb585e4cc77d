import CFFmpeg

/// An exact ratio, as of frames per second: 25, 30000/1001.
package struct Rational: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  package let numerator: Int
  package let denominator: Int

  /// `numerator / denominator` in lowest terms; traps unless the denominator is positive.
  package init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(denominator > 0, "a ratio over \(denominator)")
    var (a, b) = (abs(numerator), denominator)
    while b != 0 { (a, b) = (b, a % b) }
    self.numerator = numerator / max(a, 1)
    self.denominator = denominator / max(a, 1)
  }
  package init(integerLiteral value: Int) { self.init(value) }
  /// The closest ratio to `value` with terms up to 100000, as 30000/1001 for 29.97003.
  package init(_ value: Double) {
    let found = av_d2q(value, 100_000)
    self.init(Int(found.num), max(1, Int(found.den)))
  }
  init?(_ ratio: AVRational) {
    guard ratio.num > 0, ratio.den > 0 else { return nil }
    self.init(Int(ratio.num), Int(ratio.den))
  }

  package var value: Double { Double(numerator) / Double(denominator) }
  package var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
  var av: AVRational { AVRational(num: Int32(clamping: numerator), den: Int32(clamping: denominator)) }
}

extension AVRational {
  var value: Double { den == 0 ? 0 : Double(num) / Double(den) }
}
