import Foundation

/// Random numbers of the performer: the same for the same seed on every machine (SplitMix64, Steele et al. 2014).
package struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  /// `stream` separates uses of one seed from each other, so that one can grow without disturbing the others.
  package init(seed: UInt64, stream: String) {
    state = stream.utf8.reduce(seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
  }
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  /// Even in 0..<1.
  package mutating func unit() -> Float { Float(next() >> 40) / Float(1 << 24) }
  package mutating func within(_ low: Float, _ high: Float) -> Float { low + (high - low) * unit() }
  /// Mean 0, variance 1 (Box-Muller).
  package mutating func normal() -> Float { (-2 * log(max(unit(), 1e-7))).squareRoot() * cos(2 * .pi * unit()) }
  /// Waiting time of a process without memory, with mean `mean`.
  package mutating func waiting(_ mean: Float) -> Float { -mean * log(max(1 - unit(), 1e-7)) }
}
