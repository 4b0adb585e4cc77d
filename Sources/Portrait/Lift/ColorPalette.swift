/// Which colors occur somewhere, and how often.
struct ColorPalette {
  private static let bins = 20
  private var counts = [Float](repeating: 0, count: bins * bins * bins)
  private var total: Float = 0

  private static func bin(_ color: SIMD3<Float>) -> SIMD3<Int> {
    let c = (color * Float(bins)).clamped(lowerBound: .zero, upperBound: SIMD3(repeating: Float(bins) - 1))
    return SIMD3(Int(c.x), Int(c.y), Int(c.z))
  }

  /// Counts a color, 0...1 in each channel.
  mutating func add(_ color: SIMD3<Float>) {
    let b = Self.bin(color)
    counts[(b.x * Self.bins + b.y) * Self.bins + b.z] += 1
    total += 1
  }

  /// The share of all colors, 0...1, that are nearly this one: within one to two bins of a twentieth.
  func share(_ color: SIMD3<Float>) -> Float {
    guard total > 0 else { return 0 }
    let b = Self.bin(color), n = Self.bins
    var sum: Float = 0
    for x in max(0, b.x - 1)...min(n - 1, b.x + 1) {
      for y in max(0, b.y - 1)...min(n - 1, b.y + 1) {
        for z in max(0, b.z - 1)...min(n - 1, b.z + 1) { sum += counts[(x * n + y) * n + z] }
      }
    }
    return sum / total
  }
}
