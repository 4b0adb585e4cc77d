import Dispatch
import Face
import Foundation

/// The painted head: colour, gloss and semantic class of every place of the chart.
final class PerformerSkin: @unchecked Sendable {
  /// Linear light and gloss (0 dull, 1 wet), row-major.
  private(set) var texels: [SIMD4<Float>]
  private(set) var classes: [UInt8]

  private let look: PerformerLook
  private let lips: ChartOutline
  private let nose: ChartOutline
  private let brows: [ChartOutline]
  private let seam: ChartLine
  private let upperLids: [ChartLine]
  private let lowerLids: [ChartLine]
  private let creases: [ChartLine]
  private let underEyes: [ChartLine]
  private let jaw: ChartLine
  private let cheeks: [SIMD2<Float>]
  private let noseTip: SIMD2<Float>
  private let nostrils: [SIMD2<Float>]
  /// Height of the hairline over the arc length.
  let hairline: PerformerHairline

  /// Paints a head whose 468 mesh points rest at `landmarks` in head units.
  init(landmarks: [SIMD3<Float>], look: PerformerLook, hairline: PerformerHairline) {
    self.look = look
    self.hairline = hairline
    func places(_ indices: [Int]) -> [SIMD2<Float>] { indices.map { PerformerChart.place(landmarks[$0]) } }
    lips = ChartOutline(places(Outlines.lips))
    nose = ChartOutline(places(Outlines.nose))
    brows = Outlines.brows.map { ChartOutline(places($0)) }
    seam = ChartLine(places(Outlines.seam))
    upperLids = Outlines.upperLids.map { ChartLine(places($0)) }
    lowerLids = Outlines.lowerLids.map { ChartLine(places($0)) }
    creases = Outlines.creases.map { ChartLine(places($0)) }
    underEyes = Outlines.underEyes.map { ChartLine(places($0)) }
    jaw = ChartLine(places(Outlines.jaw))
    cheeks = places(Outlines.cheeks)
    noseTip = PerformerChart.place(landmarks[4])
    nostrils = Outlines.nostrils.map { (PerformerChart.place(landmarks[$0[0]]) + PerformerChart.place(landmarks[$0[1]])) / 2 }
    let count = PerformerChart.width * PerformerChart.height
    texels = Array(repeating: .zero, count: count)
    classes = Array(repeating: SemanticClass.skin.rawValue, count: count)
    paintGround()
    paintFreckles()
    paintBrows()
  }

  /// Colour and gloss at a place, between texels.
  @inline(__always) func sample(_ place: SIMD2<Float>) -> SIMD4<Float> {
    let t = PerformerChart.texel(place) - 0.5
    let base = t.rounded(.down), f = t - base
    let w = PerformerChart.width, h = PerformerChart.height
    let x = (Int(base.x) + w) % w, y = max(0, min(h - 2, Int(base.y))), next = x + 1 == w ? 0 : x + 1
    let upper = texels[y * w + x] + f.x * (texels[y * w + next] - texels[y * w + x])
    let lower = texels[(y + 1) * w + x] + f.x * (texels[(y + 1) * w + next] - texels[(y + 1) * w + x])
    return upper + f.y * (lower - upper)
  }
  @inline(__always) func semantic(_ place: SIMD2<Float>) -> UInt8 {
    let t = PerformerChart.texel(place), w = PerformerChart.width
    return classes[max(0, min(PerformerChart.height - 1, Int(t.y))) * w + (Int(t.x) + w) % w]
  }

  private struct Rows: @unchecked Sendable {
    let texels: UnsafeMutableBufferPointer<SIMD4<Float>>
    let classes: UnsafeMutableBufferPointer<UInt8>
  }

  /// Everything that can be said place by place.
  private func paintGround() {
    texels.withUnsafeMutableBufferPointer { texels in
      classes.withUnsafeMutableBufferPointer { classes in
        let rows = Rows(texels: texels, classes: classes)
        DispatchQueue.concurrentPerform(iterations: PerformerChart.height) { row in
          for column in 0..<PerformerChart.width {
            let p = PerformerChart.place(column: column, row: row), at = row * PerformerChart.width + column
            (rows.texels[at], rows.classes[at]) = self.ground(p)
          }
        }
      }
    }
  }

  private func ground(_ p: SIMD2<Float>) -> (SIMD4<Float>, UInt8) {
    let seed = Float(look.seed % 1024)
    let blotch = PerformerNoise.fractal(SIMD3(p.x * 3, p.y * 3, seed), octaves: 3)
    // Nobody sees the back of the head this closely.
    let pores = abs(p.x) > 1.4 ? 0 : PerformerNoise.fractal(SIMD3(p.x * 38, p.y * 38, seed + 9), octaves: 2)
    var color = look.skin * (1 + 0.05 * blotch + 0.07 * pores)
    var gloss: Float = 0.32 + 0.08 * pores
    var kind = SemanticClass.skin
    // Blood shows on cheeks, nose and chin.
    let red = cheeks.reduce(Float(0)) { $0 + Self.bump(p, $1, 0.26) } * 0.8 + Self.bump(p, noseTip, 0.17) * 0.7
    color = mix(color, look.blush, min(0.5, 0.42 * red * (1 + 0.5 * blotch)))
    let front = abs(p.x) < 1.1 && p.y > -1.4 && p.y < 1
    if front {
      gloss += 0.2 * Self.bump(p, noseTip + SIMD2(0, 0.1), 0.2) + 0.12 * Self.bump(p, SIMD2(0, 0.62), 0.35)
      if nose.holds(p) { kind = .nose }
      if p.y > -0.1, p.y < 0.32 { color *= 1 - 0.1 * shade(p, underEyes, 0.06) }
      for nostril in nostrils { color *= 1 - 0.5 * Self.bump(SIMD2(p.x, nostril.y + 2.2 * (p.y - nostril.y)), nostril, 0.055) }
      color *= beard(p)
      paintLids(p, &color, &gloss)
      paintLips(p, &color, &gloss, &kind)
      if brows.contains(where: { $0.holds(p) }) { kind = .brows }
    }
    let line = hairline.height(p.x)
    let edge = line + 0.05 * PerformerNoise.fractal(SIMD3(p.x * 9, p.y * 3, seed + 3), octaves: 3)
    let roots = smoothstep(edge - 0.05, edge + 0.03, p.y)
    color = mix(color, look.hair * 0.8, roots)
    gloss *= 1 - roots
    if p.y > line { kind = .hair }
    return (SIMD4(color, gloss), kind.rawValue)
  }

  /// Shadow of shaved hair: on upper lip, chin and jaw, bluish and speckled.
  private func beard(_ p: SIMD2<Float>) -> SIMD3<Float> {
    guard look.stubble > 0, p.y < 0, !lips.holds(p) else { return .one }
    let field = smoothstep(-0.16, -0.3, p.y) * smoothstep(jaw.height(p.x) - 0.25, jaw.height(p.x) + 0.05, p.y)
    let sides = max(smoothstep(-0.42, -0.62, p.y), smoothstep(0.42, 0.3, abs(p.x)))
    let speckle = 0.6 + 0.4 * PerformerNoise.hash(Int32(p.x * 260), Int32(p.y * 200), 5)
    let strength = look.stubble * field * sides * speckle
    return SIMD3(repeating: 1) - strength * SIMD3(0.5, 0.42, 0.36)
  }

  private func paintLids(_ p: SIMD2<Float>, _ color: inout SIMD3<Float>, _ gloss: inout Float) {
    let eye = p.x < 0 ? 0 : 1
    guard abs(p.x) > 0.08, abs(p.x) < 0.75, p.y > 0.02, p.y < 0.6 else { return }
    let upper = upperLids[eye].distance(p), lower = lowerLids[eye].distance(p)
    // Lids are thin: a little darker and redder; lashes' roots make a dark rim, stronger above.
    color *= SIMD3(repeating: 1) - 0.16 * exp(-upper / 0.06) * SIMD3(0.7, 1, 1)
    color = mix(color, look.hair * 0.16, 0.93 * smoothstep(0.03, 0.012, upper))
    color = mix(color, look.hair * 0.3 + 0.02, 0.6 * smoothstep(0.018, 0.006, lower))
    let crease = creases[eye].distance(p)
    color *= SIMD3(repeating: 1) - 0.4 * smoothstep(0.028, 0.004, crease) * SIMD3(0.75, 1, 1)
    gloss += 0.15 * smoothstep(0.05, 0.02, lower)
  }

  private func paintLips(_ p: SIMD2<Float>, _ color: inout SIMD3<Float>, _ gloss: inout Float, _ kind: inout SemanticClass) {
    guard p.x > lips.low.x - 0.1, p.x < lips.high.x + 0.1, p.y > lips.low.y - 0.1, p.y < lips.high.y + 0.1 else { return }
    let inside = lips.inside(p)
    // The rim of the lips catches light; the lips' own folds run across them.
    color *= 1 + 0.08 * exp(-abs(inside + 0.02) / 0.015)
    if inside > -0.012 {
      let folds = PerformerNoise.fractal(SIMD3(p.x * 60, p.y * 6, 31), octaves: 2)
      let body = look.lips * (1 + 0.16 * folds) * (0.85 + 0.25 * smoothstep(0, 0.09, inside))
      let share = smoothstep(-0.012, 0.02, inside)
      color = mix(color, body, 0.92 * share)
      gloss += 0.35 * share
    }
    color *= 1 - 0.55 * smoothstep(0.022, 0.004, seam.distance(p))
    if inside > 0 { kind = .lips }
  }

  private func paintFreckles() {
    guard look.freckles > 0.05 else { return }
    var random = PerformerRandom(seed: look.seed, stream: "freckles")
    for _ in 0..<Int(260 * look.freckles) {
      let side: Float = random.unit() < 0.5 ? -1 : 1
      let at = SIMD2(side * abs(random.normal() * 0.32), noseTip.y + 0.16 + random.normal() * 0.14)
      let size = random.within(0.005, 0.012), strength = random.within(0.1, 0.4) * look.freckles
      dab(at, reach: 2 * size) { p, color in
        color * (SIMD3(repeating: 1) - strength * exp(-Self.square(p - at) / (size * size)) * SIMD3(0.5, 0.8, 0.95))
      }
    }
  }

  /// Hairs of the brows, drawn one by one: rising at the nose, lying outwards along the tail.
  private func paintBrows() {
    var random = PerformerRandom(seed: look.seed, stream: "brows")
    for (side, indices) in brows.enumerated() {
      let n = indices.points.count / 2
      let outward: Float = side == 0 ? -1 : 1
      for _ in 0..<330 {
        let t = random.unit(), across = random.unit()
        // The outline runs along the upper rim from the tail to the nose and back along the lower rim.
        let k = Int(t * Float(n - 1)), upper = indices.points[k], lower = indices.points[indices.points.count - 1 - k]
        let root = mix(lower, upper, 0.16 + 0.6 * across)
        let tail = 1 - t
        let lean = SIMD2(outward * (0.35 + 0.65 * tail), 0.75 - 0.85 * tail - 0.3 * across)
        let length = random.within(0.045, 0.075)
        let tip = root + lean / (lean * lean).sum().squareRoot() * length
        let strength = random.within(0.2, 0.55) * (0.5 + 0.5 * smoothstep(0, 0.12, min(t, 1 - t)))
        dab((root + tip) / 2, reach: length) { p, color in
          let d = ChartOutline.distance(p, root, tip)
          return mix(color, self.look.hair * 0.55, strength * smoothstep(0.006, 0.0015, d))
        }
      }
    }
  }

  /// Repaints the texels within `reach` of a place.
  private func dab(_ at: SIMD2<Float>, reach: Float, _ paint: (SIMD2<Float>, SIMD3<Float>) -> SIMD3<Float>) {
    let low = PerformerChart.texel(at + SIMD2(-reach, reach)), high = PerformerChart.texel(at + SIMD2(reach, -reach))
    for row in max(0, Int(low.y))...max(0, min(PerformerChart.height - 1, Int(high.y))) {
      for column in max(0, Int(low.x))...max(0, min(PerformerChart.width - 1, Int(high.x))) {
        let i = row * PerformerChart.width + column, old = texels[i]
        texels[i] = SIMD4(paint(PerformerChart.place(column: column, row: row), SIMD3(old.x, old.y, old.z)), old.w)
      }
    }
  }

  private func shade(_ p: SIMD2<Float>, _ lines: [ChartLine], _ width: Float) -> Float {
    exp(-(lines.map { $0.distance(p) }.min() ?? 1) / width)
  }
  private static func square(_ v: SIMD2<Float>) -> Float { (v * v).sum() }
  private static func bump(_ p: SIMD2<Float>, _ center: SIMD2<Float>, _ size: Float) -> Float { exp(-square(p - center) / (size * size)) }
}

/// Where skin ends and hair begins, as a height over the arc length of the chart.
package struct PerformerHairline: Sendable {
  package var forehead: Float = 0.86
  /// Arc lengths and heights, from the face's middle to the back of the head; both sides are alike.
  private static let shape: [SIMD2<Float>] = [
    [0, 0.84], [0.25, 0.86], [0.45, 0.8], [0.6, 0.62], [0.74, 0.5], [0.9, 0.3], [1.02, 0.02], [1.1, -0.12], [1.16, 0.12], [1.3, 0.25],
    [1.5, 0.2],
    [1.7, -0.2], [2.0, -0.75], [2.52, -0.9],
  ]
  private static let line = ChartLine(shape)
  package init(forehead: Float = 0.86) { self.forehead = forehead }
  package func height(_ x: Float) -> Float { Self.line.height(abs(x)) + forehead - 0.86 }
}

/// Lines of the 468 mesh points beyond those of `FaceMeshTopology`; the subject's right side first.
private enum Outlines {
  static let lips = FaceMeshTopology.lipsOuter
  static let nose = FaceMeshTopology.nose
  static let brows = [FaceMeshTopology.rightBrow, FaceMeshTopology.leftBrow]
  static let seam = [61] + FaceMeshTopology.lipsInner.prefix(11) + [291]
  static let upperLids = [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye].map { Array($0.prefix(9)) }
  static let lowerLids = [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye].map { Array($0[8...]) + $0.prefix(1) }
  static let creases = [FaceMeshTopology.rightLid, FaceMeshTopology.leftLid].map { Array($0.prefix(9)) }
  static let jaw = Array(FaceMeshTopology.faceOval[8...28])
  static let cheeks = [50, 280]
  static let nostrils = [[98, 97], [327, 326]]
  static let underEyes = [[31, 228, 229, 230, 231, 232, 233], [261, 448, 449, 450, 451, 452, 453]]
}
