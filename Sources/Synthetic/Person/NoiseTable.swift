/// Smooth noise that repeats, looked up instead of computed: four channels from broad to fine, each about -1...1.
struct NoiseTable: Sendable {
  static let size = 256
  /// Row-major `[size * size]`: features of 64, 16, 4 and 1 texels.
  private let texels: [SIMD4<Float>]

  init() {
    let n = Self.size
    let broad = Self.fractal(cells: 4, octaves: 4, salt: 1), medium = Self.fractal(cells: 16, octaves: 3, salt: 2)
    let fine = Self.fractal(cells: 64, octaves: 2, salt: 3), grain = Self.fractal(cells: 256, octaves: 1, salt: 4)
    texels = (0..<n * n).map { SIMD4(broad[$0], medium[$0], fine[$0], grain[$0]) }
  }

  /// The four channels at a place in texels; repeats every `size`.
  @inline(__always) func sample(_ x: Float, _ y: Float) -> SIMD4<Float> {
    let bx = x.rounded(.down), by = y.rounded(.down), fx = x - bx, fy = y - by, m = Self.size - 1
    let i = Int(bx) & m, j = Int(by) & m, right = (i + 1) & m, below = ((j + 1) & m) * Self.size
    let upper = texels[j * Self.size + i] + fx * (texels[j * Self.size + right] - texels[j * Self.size + i])
    let lower = texels[below + i] + fx * (texels[below + right] - texels[below + i])
    return upper + fy * (lower - upper)
  }

  /// Value noise with `cells` lattice cells across, and octaves each twice as fine and half as strong, scaled to reach about one.
  private static func fractal(cells: Int, octaves: Int, salt: UInt32) -> [Float] {
    var sum = [Float](repeating: 0, count: size * size)
    var strength: Float = 1, total: Float = 0
    for octave in 0..<octaves {
      let n = cells << octave
      guard n <= size else { break }
      let lattice = (0..<n * n).map { hash(UInt32($0), salt &* 31 &+ UInt32(octave)) * 2 - 1 }
      let step = Float(n) / Float(size)
      for y in 0..<size {
        let v = Float(y) * step, j = Int(v), fy = smoothstep(0, 1, v - Float(j)), below = (j + 1) % n
        for x in 0..<size {
          let u = Float(x) * step, i = Int(u), fx = smoothstep(0, 1, u - Float(i)), right = (i + 1) % n
          let a = mix(lattice[j * n + i], lattice[j * n + right], fx), b = mix(lattice[below * n + i], lattice[below * n + right], fx)
          sum[y * size + x] += strength * mix(a, b, fy)
        }
      }
      total += strength * strength
      strength /= 2
    }
    let scale = 1.2 / total.squareRoot()
    return sum.map { $0 * scale }
  }
  static func hash(_ a: UInt32, _ b: UInt32) -> Float {
    var h = a &* 0x8DA6_B343 ^ b &* 0xD816_3841
    h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
    h = (h ^ (h >> 12)) &* 0x297A_2D39
    h ^= h >> 15
    return Float(h >> 8) / Float(1 << 24)
  }
}
