import Face
import Foundation

/// What stands out in the zone below a lobe: what is small and brighter or darker than all around it (top-hat transforms: borders of large
/// things are none), and what has a color that skin, hair, clothes and wall do not have there.
struct EarringContrast {
  /// Over the zone's pixels, of what is brighter and of what is darker: what is narrower than a drop, and than a wire.
  let drops, wires: (bright: [Float], dark: [Float])
  /// How far no other thing has the color, 0...1.
  let foreign: [Float]
  let colors: [SIMD3<Float>]
  /// Whether the mask takes it for what is behind the person.
  let isWall: [Bool]

  /// Half widths of what counts as small, and how far around a pixel the wall is looked at, head units.
  private static let drop: Float = 0.055, wire: Float = 0.025, around: Float = 0.10
  /// The share of a thing's colors from which on one is known as its own.
  private static let known: Float = 0.01
  /// How far below the lobe clothes begin, head units.
  private static let collar: Float = 0.35

  init(_ zone: EarringZone, pixels: PixelPlane, alpha: PixelPlane, labels: [UInt8], skin: ColorPalette, hair: ColorPalette) {
    let (count, width) = (zone.count, pixels.width)
    drops = Self.topHats(zone, pixels, radius: max(2, Int((Self.drop * zone.unit).rounded())))
    wires = Self.topHats(zone, pixels, radius: max(1, Int((Self.wire * zone.unit).rounded())))
    let at = (0..<count).map { zone.index($0, in: width) }
    let colors = at.map { SIMD3(pixels.values[3 * $0], pixels.values[3 * $0 + 1], pixels.values[3 * $0 + 2]) }
    var cloth = ColorPalette()
    for k in 0..<count where labels[at[k]] == SemanticClass.torso.rawValue && zone.place(k).y > Self.collar { cloth.add(colors[k]) }
    let wall = Wall(colors, at.map { alpha.values[$0] < 0.1 }, zone, radius: max(2, Int((Self.around * zone.unit).rounded())))
    foreign = (0..<count).map { k in
      let color = colors[k]
      // Before the wall nothing is skin, whose colors gold has.
      let isSkin = wall.share[k] > 0.55 ? 0 : skin.share(color)
      return wall.explains(color, k) ? 0 : 1 - min(max(isSkin, hair.share(color), cloth.share(color)) / Self.known, 1)
    }
    (self.colors, isWall) = (colors, at.map { alpha.values[$0] < 0.5 })
  }

  /// How much brighter, and darker, pixels are than the openings and closings by a square of 2 `radius` + 1 pixels.
  private static func topHats(_ zone: EarringZone, _ pixels: PixelPlane, radius: Int) -> (bright: [Float], dark: [Float]) {
    let margin = 2 * radius, width = zone.width + 2 * margin, height = zone.height + 2 * margin
    var bright = [Float](repeating: 0, count: zone.count), dark = bright
    for c in 0..<3 {
      var part = PixelPlane(width: width, height: height)
      for y in 0..<height {
        let row = min(max(zone.rows.lowerBound + y - margin, 0), pixels.height - 1) * pixels.width
        for x in 0..<width {
          part.values[y * width + x] = pixels.values[3 * (row + min(max(zone.columns.lowerBound + x - margin, 0), pixels.width - 1)) + c]
        }
      }
      part = part.blurred(1)
      let open = part.spread(radius, sign: -1).spread(radius), close = part.spread(radius).spread(radius, sign: -1)
      for k in 0..<zone.count {
        let from = (k / zone.width + margin) * width + k % zone.width + margin
        let (up, down) = (part.values[from] - open.values[from], close.values[from] - part.values[from])
        bright[k] += up * up
        dark[k] += down * down
      }
    }
    return (bright.map { $0.squareRoot() }, dark.map { $0.squareRoot() })
  }

  /// What is behind the person near a pixel: its share of the pixels there, and its colors' mean and spread.
  private struct Wall {
    let share: [Float]
    private var means: [SIMD3<Float>] = [], deviations: [SIMD3<Float>] = []
    private static let tolerance: Float = 0.06

    init(_ colors: [SIMD3<Float>], _ isWall: [Bool], _ zone: EarringZone, radius: Int) {
      func mean(_ value: (Int) -> Float) -> [Float] {
        PixelPlane(width: zone.width, height: zone.height, colors.indices.map { isWall[$0] ? value($0) : 0 }).blurred(radius, rounds: 2)
          .values
      }
      let share = mean { _ in 1 }
      let sums = (0..<3).map { c in mean { colors[$0][c] } }, squares = (0..<3).map { c in mean { colors[$0][c] * colors[$0][c] } }
      for k in colors.indices {
        let total = max(share[k], 1e-3)
        let m = SIMD3(sums[0][k], sums[1][k], sums[2][k]) / total, s = SIMD3(squares[0][k], squares[1][k], squares[2][k]) / total - m * m
        means.append(m)
        deviations.append(s.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 1)).squareRoot())
      }
      self.share = share
    }
    func explains(_ color: SIMD3<Float>, _ k: Int) -> Bool {
      guard share[k] > 0.02 else { return false }
      let d = color - means[k]
      return (pointwiseMax(d, -d) - 1.5 * deviations[k]).max() < Self.tolerance
    }
  }
}
