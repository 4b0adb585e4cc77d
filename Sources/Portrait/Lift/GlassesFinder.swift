import Face
import Foundation

/// Finds the glasses that a face wears, by rims about both eyes and a bridge between them that faces without glasses do not have.
///
/// No network tells glasses from skin here. On a `GlassesPlate` both rims are mirror images: one closed path about the middle of a lens is
/// looked for that passes the strongest lines of both sides together, less those that bare faces have there (`GlassesStatistics`). Its score
/// is a logistic regression on 65 faces with glasses and 90 without, turned by less than 35 degrees.
struct GlassesFinder {
  let plate: GlassesPlate
  let lines: GlassesLines
  /// Above 0 is believed to wear glasses.
  let score: Float

  /// How much of what bare faces have is taken off the strengths when rims are traced and not judged.
  private static let traced: Float = 0.45

  init(_ head: LiftHead, camera: Camera, pixels: PixelPlane) {
    plate = GlassesPlate(head, camera: camera, pixels: pixels)
    lines = GlassesLines(plate)
    score = Self.score(lines)
  }

  private static func score(_ lines: GlassesLines) -> Float {
    let (count, radii) = (GlassesLines.directions, GlassesLines.radii), usual = GlassesStatistics.usual
    let table = both(lines, without: 1)
    let path = GlassesPath.around(table, directions: count, radii: radii)
    let on = (0..<count).map { table[$0 * radii + path.columns[$0]] }
    func mean(_ range: some Sequence<Int>) -> Float {
      let values = range.map { on[$0] }
      return values.reduce(0, +) / Float(values.count)
    }
    // What has lines everywhere is wrinkled, or grained.
    let any = (0..<2).map { side in GlassesLines.widened(zip(lines.rims[side][0], lines.rims[side][1]).map { max($0, $1) }, radii) }
    var (grain, cells): (Float, Float) = (0, 0)
    for k in table.indices where abs(k % radii - path.columns[k / radii]) > 6 {
      grain += min(max((any[0][k] + any[1][k]) / 2 - max(usual.rims[0][k], usual.rims[1][k]), 0), 1)
      cells += 1
    }
    let inner = path.columns[40..<56].min() ?? 0, reach = GlassesLines.middle.x - GlassesLines.first - GlassesLines.step * Float(inner)
    let nose = GlassesPath.across(bridge(lines, half: min(max(reach, 0.04), 0.3)), columns: GlassesLines.rows).mean
    let seen = 5.2 * path.mean + 4.7 * nose + 1.7 * mean(60..<84) + 8.7 * mean(36..<60) + 3 * mean(Array(84..<96) + Array(0..<12))
    return seen - 18 * grain / max(cells, 1) - 9.2
  }

  /// Strengths about both lenses together, less `share` of what bare faces have.
  private static func both(_ lines: GlassesLines, without share: Float) -> [Float] {
    let usual = GlassesStatistics.usual
    let kinds = (0..<2).map { kind -> [Float] in
      let sides = (0..<2).map { GlassesLines.widened(lines.rims[$0][kind], GlassesLines.radii) }
      return sides[0].indices.map { (sides[0][$0] + sides[1][$0]) / 2 - share * usual.rims[kind][$0] }
    }
    return zip(kinds[0], kinds[1]).map { max($0, $1 - 0.05) }
  }
  /// Strengths between both lenses from the middle outwards, both sides together, less what bare faces have.
  private static func bridge(_ lines: GlassesLines, half: Float) -> [Float] {
    let rows = GlassesLines.rows, middle = GlassesLines.columns / 2
    let mean = lines.bridge.indices.map { k in
      (lines.bridge[k] + lines.bridge[(GlassesLines.columns - 1 - k / rows) * rows + k % rows]) / 2
    }
    let wide = GlassesLines.widened(mean, rows), first = middle * rows
    return (first..<first + (Int((half / GlassesLines.step).rounded()) + 1) * rows).map { wide[$0] - GlassesStatistics.usual.bridge[$0] }
  }

  /// The rims on the subject's right and left, and the bridge between them.
  func traced() -> (lenses: [GlassesLens], bridge: [SIMD2<Float>]) {
    let (count, radii, rows) = (GlassesLines.directions, GlassesLines.radii, GlassesLines.rows), usual = GlassesStatistics.usual
    let common = GlassesPath.around(Self.both(lines, without: Self.traced), directions: count, radii: radii).columns
    let lenses = (0..<2).map { side -> GlassesLens in
      let rims = lines.rims[side]
      let table = rims[0].indices.map { k -> Float in
        let dark = rims[0][k] - Self.traced * usual.rims[0][k], bright = rims[1][k] - Self.traced * usual.rims[1][k] - 0.05
        return max(dark, bright) - 0.06 * Float(abs(k % radii - common[k / radii]))
      }
      let own = GlassesPath.around(table, directions: count, radii: radii, dent: 0.35, corner: 0.07).columns
      return GlassesLens(own.map { GlassesLines.first + GlassesLines.step * Float($0) }, side: side == 0 ? -1 : 1, plate)
    }
    let inner = lenses.map { $0.radii[40..<56].min() ?? 0 }.min() ?? 0
    let half = Int((min(max(GlassesLines.middle.x - inner, 0.05), 0.3) / GlassesLines.step).rounded()), middle = GlassesLines.columns / 2
    let part = ((middle - half) * rows..<(middle + half + 1) * rows).map { lines.bridge[$0] - Self.traced * usual.bridge[$0] }
    let path = GlassesPath.across(part, columns: rows).columns
    let bridge = path.enumerated().map { k, v in
      SIMD2(Float(k - half) * GlassesLines.step, GlassesLines.low + GlassesLines.step * Float(v))
    }
    return (lenses, bridge)
  }
}
