/// How often colours occur in a class of pixels: a smoothed histogram over luma and two chroma axes.
struct ColorHistogram {
  private static let (lumas, chromas) = (24, 32)
  static let bins = lumas * chromas * chromas
  /// The density over bins, 1 where all colours are equally likely.
  private(set) var density = [Float](repeating: 1, count: bins)

  /// The bin of a colour of red, green and blue in 0...1.
  @inline(__always)
  static func bin(_ c: SIMD4<Float>) -> Int {
    let luma = 0.299 * c.x + 0.587 * c.y + 0.114 * c.z
    // Chroma of skin, hair and cloth is small: a square root spreads it over the bins.
    let blue = spread(c.z - luma), red = spread(c.x - luma)
    return (Int(luma * Float(lumas - 1) + 0.5) * chromas + blue) * chromas + red
  }
  @inline(__always)
  private static func spread(_ difference: Float) -> Int {
    let root = difference < 0 ? -(-difference).squareRoot() : difference.squareRoot()
    return min(max(Int((root + 1) * Float(chromas) / 2), 0), chromas - 1)
  }

  /// Takes weighted counts of bins; a share of `floor` goes to all colours alike.
  mutating func learn(_ counts: [Float], floor: Float) {
    var smooth = counts
    for stride in [1, Self.chromas, Self.chromas * Self.chromas] {
      let before = smooth
      let length = stride == Self.chromas * Self.chromas ? Self.lumas : Self.chromas
      for k in before.indices {
        let place = k / stride % length
        let low = place > 0 ? before[k - stride] : before[k], high = place < length - 1 ? before[k + stride] : before[k]
        smooth[k] = 0.5 * before[k] + 0.25 * (low + high)
      }
    }
    let total = smooth.reduce(0, +)
    guard total > 0 else { return }
    let scale = (1 - floor) * Float(Self.bins) / total
    for k in smooth.indices { density[k] = smooth[k] * scale + floor }
  }
}
