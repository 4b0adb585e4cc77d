import Face
import Foundation

/// Finds the glasses that a face wears, and where their rims and bridge run.
///
/// No network tells glasses from skin here. Whether any are worn, `GlassesGradients` say of a `GlassesPlate`. Then both rims are traced on it,
/// which are mirror images: one closed path about the middle of a lens is looked for that passes the strongest lines of both sides
/// together, less those that bare faces have there (`GlassesStatistics`).
struct GlassesFinder {
  let plate: GlassesPlate
  let lines: GlassesLines
  /// Above 0 is believed to wear glasses.
  let score: Float

  /// How much of what bare faces have is taken off the strengths.
  private static let traced: Float = 0.45

  init(_ head: LiftHead, camera: Camera, pixels: PixelPlane) {
    plate = GlassesPlate(head, camera: camera, pixels: pixels)
    lines = GlassesLines(plate)
    score = GlassesGradients(plate.image).score
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
