import Foundation

/// How strong lines run across rays from the middle of each lens, and across the bridge of the nose, on a `GlassesPlate`.
///
/// A line is a stripe that is darker, or brighter, than what lies on both sides of it, in brightness or in one color.
struct GlassesLines {
  static let directions = 96, radii = 46
  /// The middle of a lens on the subject's left, the first radius, and the distance of two.
  static let middle = SIMD2<Float>(0.5, -0.08), first: Float = 0.18, step: Float = 0.01
  /// Of the bridge: columns from -0.5 to 0.5 and rows from `low` up.
  static let columns = 101, rows = 86, low: Float = -0.4
  /// The difference of logarithms that counts in full.
  static let full: Float = 0.35

  /// On the subject's right and left, dark and bright, `[directions][radii]` row by row, 0...1. Direction 0 leads outwards, then up.
  let rims: [[[Float]]]
  /// Dark, or a little less, bright, `[columns][rows]` row by row, 0...1.
  let bridge: [Float]

  init(_ plate: GlassesPlate) {
    rims = [-1, 1].map { (side: Float) in
      let ways = (0..<Self.directions).map { Self.way($0, side) }
      return Self.lines(plate.image, count: Self.directions, length: Self.radii) { t, r in
        Self.middle * [side, 1] + ways[t] * (Self.first + Self.step * Float(r))
      }.map { $0.map { min($0, 1) } }
    }
    let nose = Self.lines(plate.image, count: Self.columns, length: Self.rows) { u, v in
      [Float(u - Self.columns / 2) * Self.step, Self.low + Self.step * Float(v)]
    }
    bridge = zip(nose[0], nose[1]).map { min(max($0, 0.8 * $1), 1) }
  }

  /// The unit vector of a direction.
  static func way(_ direction: Int, _ side: Float) -> SIMD2<Float> {
    let angle = Float(direction) / Float(directions) * 2 * .pi
    return [side * cos(angle), sin(angle)]
  }

  /// Dark and bright lines across `count` ways of `length` places.
  private static func lines(_ image: PixelPlane, count: Int, length: Int, _ place: (Int, Int) -> SIMD2<Float>) -> [[Float]] {
    var out = [[Float]](repeating: [Float](repeating: 0, count: count * length), count: 2)
    var sums = [Float](repeating: 0, count: length + 1)
    func mean(_ k: Int, _ low: Int, _ high: Int) -> Float {
      let a = min(max(k + low, 0), length - 1), b = min(max(k + high, 0), length - 1)
      return (sums[b + 1] - sums[a]) / Float(b - a + 1)
    }
    for t in 0..<count {
      let texels = (0..<length).map { GlassesPlate.texel(place(t, $0)) }
      for channel in 0..<4 {
        let weight: Float = (channel == 0 ? 1 : 0.9) / full
        for k in 0..<length { sums[k + 1] = sums[k] + image.read(texels[k], channel) }
        for k in 3..<length - 3 {
          for half in [1, 2, 4] {
            let middle = mean(k, -(half / 2), half / 2), before = mean(k, -half - 2, -half - 1), after = mean(k, half + 1, half + 2)
            let dark = min(before, after) - middle, bright = middle - max(before, after), at = t * length + k
            out[0][at] = max(out[0][at], weight * dark)
            out[1][at] = max(out[1][at], weight * bright)
          }
        }
      }
    }
    return out
  }

  /// The strongest line within two places along rows of `length`.
  static func widened(_ values: [Float], _ length: Int) -> [Float] {
    values.indices.map { k in
      let row = k / length * length
      return values[max(row, k - 2)...min(row + length - 1, k + 2)].max() ?? 0
    }
  }
}
