import Foundation

/// One lens with its rim on a `GlassesPlate`.
struct GlassesLens {
  /// -1 on the subject's right, 1 on the left.
  let side: Float
  /// How far the rim's line lies from the middle of the lens in each direction, and how far the rim reaches beyond and within it.
  let radii, outwards, inwards: [Float]
  /// The rim's color and that of the skin around it in each direction, as logarithms.
  private let rim, skin: [SIMD3<Float>]
  private let center: SIMD2<Float>

  /// The first radius that is looked at; most places that a rim reaches outwards and inwards; the distance at which skin is looked for.
  private static let nearest: Float = 0.06, count = 74
  private static let most = (outwards: 10, inwards: 5), away = 10...13
  /// Directions towards the brow, and away from it.
  private static let above = 10..<38, below = 58..<90

  init(_ path: [Float], side: Float, _ plate: GlassesPlate) {
    let step = GlassesLines.step, directions = path.indices
    let center = GlassesLines.middle * [side, 1]
    let radii = Self.mean(path, 1)
    (self.side, self.radii, self.center) = (side, radii, center)
    let rays = directions.map { t -> [SIMD3<Float>] in
      let way = GlassesLines.way(t, side)
      return (0..<Self.count).map { r in
        let p = GlassesPlate.texel(center + way * (Self.nearest + step * Float(r)))
        return [plate.image.read(p, 1), plate.image.read(p, 2), plate.image.read(p, 3)]
      }
    }
    let middles = radii.map { Int((($0 - Self.nearest) / step).rounded()) }
    func color(_ places: ClosedRange<Int>) -> [SIMD3<Float>] {
      let found = directions.map { t in
        places.reduce(SIMD3<Float>.zero) { $0 + rays[t][min(max(middles[t] + $1, 0), Self.count - 1)] } / Float(places.count)
      }
      let parts = (0..<3).map { c in Self.mean(Self.median(found.map { $0[c] }, 3), 2) }
      return directions.map { [parts[0][$0], parts[1][$0], parts[2][$0]] }
    }
    let rim = color(-1...1), outside = color(Self.away), inside = color(-Self.away.upperBound ... -Self.away.lowerBound)
    // On one of its sides a rim may meet a brow or the bridge, which are as dark.
    let skin = directions.map { t in
      let (a, b) = (outside[t] - rim[t], inside[t] - rim[t])
      return (a * a).sum() > (b * b).sum() ? outside[t] : inside[t]
    }
    (self.rim, self.skin) = (rim, skin)
    func reach(_ ground: [SIMD3<Float>], _ sign: Int, most: Int) -> [Float] {
      let found = directions.map { t -> Float in
        var reach = 0
        while reach < most {
          let k = middles[t] + sign * (reach + 1)
          guard k >= 0, k < Self.count, Self.share(rays[t][k], of: rim[t], on: ground[t]) >= 0.5 else { break }
          reach += 1
        }
        return Float(reach) * step
      }
      return Self.mean(Self.median(found, 2), 1).map { min($0, Float(most - 1) * step) }
    }
    let (out, within) = (reach(skin, 1, most: Self.most.outwards), reach(inside, -1, most: Self.most.inwards))
    // Above, what goes on as dark as the rim is the brow.
    let below = Self.below.map { out[$0] }.sorted()[Self.below.count / 2]
    outwards = directions.map { Self.above.contains($0) ? min(out[$0], below + step) : out[$0] }
    inwards = within
  }

  /// How far a color goes over from `ground` to `color`.
  private static func share(_ seen: SIMD3<Float>, of color: SIMD3<Float>, on ground: SIMD3<Float>) -> Float {
    let way = color - ground
    return ((seen - ground) * way).sum() / ((way * way).sum() + 0.001)
  }

  /// At a place of the plate: how far outside the rim it lies, below 0 on it; whether it is within the rim's line; the distance from the
  /// middle over that of the line; how far its color, as logarithms, is the rim's and not the skin's.
  func look(_ place: SIMD2<Float>, _ color: SIMD3<Float>) -> (distance: Float, isWithin: Bool, share: Float, likeness: Float) {
    let p = place - center, far = (p * p).sum().squareRoot()
    let angle = atan2(p.y, side * p.x) / (2 * .pi) * Float(radii.count)
    let t = angle < 0 ? angle + Float(radii.count) : angle, a = Int(t) % radii.count, b = (a + 1) % radii.count, w = t - t.rounded(.down)
    func between(_ values: [Float]) -> Float { values[a] * (1 - w) + values[b] * w }
    let line = between(radii)
    return (
      far > line ? far - line - between(outwards) : line - far - between(inwards), far < line, far / line,
      Self.share(color, of: rim[a], on: skin[a])
    )
  }

  /// Medians and means over `reach` neighbors on both sides, around.
  private static func median(_ values: [Float], _ reach: Int) -> [Float] {
    values.indices.map { k in (-reach...reach).map { values[(k + $0 + values.count) % values.count] }.sorted()[reach] }
  }
  private static func mean(_ values: [Float], _ reach: Int) -> [Float] {
    values.indices.map { k in
      (-reach...reach).reduce(0) { $0 + values[(k + $1 + values.count) % values.count] } / Float(2 * reach + 1)
    }
  }
}
