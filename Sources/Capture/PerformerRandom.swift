import Foundation

/// Random numbers of the performer: the same for the same seed on every machine (SplitMix64, Steele et al. 2014).
package struct PerformerRandom: RandomNumberGenerator {
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
  mutating func waiting(_ mean: Float) -> Float { -mean * log(max(1 - unit(), 1e-7)) }
}

/// Smooth noise over space: values of a lattice, hashed, blended (value noise).
enum PerformerNoise {
  @inline(__always) static func hash(_ x: Int32, _ y: Int32, _ z: Int32) -> Float {
    var h = UInt32(bitPattern: x) &* 0x8DA6_B343 ^ UInt32(bitPattern: y) &* 0xD816_3841 ^ UInt32(bitPattern: z) &* 0xCB1A_B31F
    h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
    h = (h ^ (h >> 12)) &* 0x297A_2D39
    h ^= h >> 15
    return Float(h >> 8) * (1 / Float(1 << 24))
  }
  /// About -1...1, with features of size one.
  static func value(_ p: SIMD3<Float>) -> Float {
    let base = p.rounded(.down), f = p - base, s = f * f * (SIMD3(repeating: 3) - 2 * f)
    let x = Int32(base.x), y = Int32(base.y), z = Int32(base.z)
    func row(_ dy: Int32, _ dz: Int32) -> Float {
      let a = hash(x, y &+ dy, z &+ dz)
      return a + (hash(x &+ 1, y &+ dy, z &+ dz) - a) * s.x
    }
    let near = row(0, 0) + (row(1, 0) - row(0, 0)) * s.y, far = row(0, 1) + (row(1, 1) - row(0, 1)) * s.y
    return 2 * (near + (far - near) * s.z) - 1
  }
  /// The sum of `octaves` such noises, each twice as fine and half as strong, about -1...1.
  static func fractal(_ p: SIMD3<Float>, octaves: Int) -> Float {
    var sum: Float = 0, strength: Float = 0.5, at = p
    for _ in 0..<octaves {
      sum += strength * value(at)
      at = 2.03 * at + SIMD3(7.1, 3.3, 5.7)
      strength /= 2
    }
    return sum
  }
}

/// Blends from 0 at `low` to 1 at `high`, flat at both ends; `low` may be the larger.
@inline(__always) func smoothstep(_ low: Float, _ high: Float, _ x: Float) -> Float {
  let t = max(0, min(1, (x - low) / (high - low)))
  return t * t * (3 - 2 * t)
}
@inline(__always) func mix<T: SIMD>(_ a: T, _ b: T, _ t: Float) -> T where T.Scalar == Float { a + (b - a) * t }

/// Memory that tasks share, each writing its own part.
struct Shared<T>: @unchecked Sendable {
  let memory: UnsafeMutableBufferPointer<T>
  init(_ memory: UnsafeMutableBufferPointer<T>) { self.memory = memory }
}
