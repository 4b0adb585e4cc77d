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

@inline(__always) func mix<T: SIMD>(_ a: T, _ b: T, _ t: Float) -> T where T.Scalar == Float { a + (b - a) * t }

/// Memory that tasks share, each writing its own part.
struct Shared<T>: @unchecked Sendable {
  let memory: UnsafeMutableBufferPointer<T>
  init(_ memory: UnsafeMutableBufferPointer<T>) { self.memory = memory }
}
