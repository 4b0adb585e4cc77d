import Face
import Foundation

/// One person's skin: colour, gloss and semantic class of every texel of the atlas.
final class SkinPaint: @unchecked Sendable {
  /// Linear light and gloss (0 dull, 1 wet), row-major.
  private(set) var texels: [SIMD4<Float>]
  private(set) var classes: [UInt8]
  private let person: Person
  private let atlas: FaceAtlas
  private let noise: NoiseTable
  private let offset: SIMD2<Float>
  private let lip: SIMD3<Float>

  init(_ person: Person, atlas: FaceAtlas, noise: NoiseTable) {
    self.person = person
    self.atlas = atlas
    self.noise = noise
    var random = SeededRandom(seed: person.seed, stream: "skin \(person.number)")
    offset = [random.within(0, 256), random.within(0, 256)]
    lip = person.makeUp.lipstick ?? person.lips
    let count = FaceAtlas.size * FaceAtlas.size
    texels = Array(repeating: .zero, count: count)
    classes = Array(repeating: SemanticClass.skin.rawValue, count: count)
    paint()
    dab(&random)
  }

  /// Colour and gloss at a place, between texels; beyond the atlas its border goes on.
  @inline(__always) func sample(_ place: SIMD2<Float>) -> SIMD4<Float> {
    let n = FaceAtlas.size, t = FaceAtlas.coordinates(place) - 0.5
    let x = clamp(t.x, 0, Float(n) - 1.001), y = clamp(t.y, 0, Float(n) - 1.001), i = Int(x), j = Int(y), fx = x - Float(i),
      fy = y - Float(j)
    return texels.withUnsafeBufferPointer { texels in
      let at = j * n + i
      let upper = texels[at] + fx * (texels[at + 1] - texels[at]), lower = texels[at + n] + fx * (texels[at + n + 1] - texels[at + n])
      return upper + fy * (lower - upper)
    }
  }
  @inline(__always) func semantic(_ place: SIMD2<Float>) -> UInt8 {
    let n = FaceAtlas.size, t = FaceAtlas.coordinates(place)
    return classes[max(0, min(n - 1, Int(t.y))) * n + max(0, min(n - 1, Int(t.x)))]
  }

  private func paint() {
    let n = FaceAtlas.size
    texels.withUnsafeMutableBufferPointer { texels in
      classes.withUnsafeMutableBufferPointer { classes in
        atlas.texels.withUnsafeBufferPointer { facts in
          for row in 0..<n {
            // Detail fades out towards the border, which is stretched over the rest of the head.
            let vertical = smoothstep(0, 40, Float(min(row, n - 1 - row)))
            for column in 0..<n {
              let at = row * n + column
              let edge = vertical * smoothstep(0, 40, Float(min(column, n - 1 - column)))
              (texels[at], classes[at]) = ground(facts[at], FaceAtlas.place(column: column, row: row), edge)
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private func ground(_ t: FaceAtlas.Texel, _ p: SIMD2<Float>, _ edge: Float) -> (SIMD4<Float>, UInt8) {
    let n = noise.sample(p.x * 50 + offset.x, p.y * 50 + offset.y), pores = noise.sample(p.x * 110 + offset.y, p.y * 110 + offset.x)
    var color = person.skin * (1 + edge * (0.05 * n.x + 0.025 * n.y + 0.05 * pores.z))
    var gloss = person.gloss * (1 + 0.2 * edge * pores.z)
    var kind = SemanticClass.skin
    // Blood shows on cheeks, nose and chin.
    let red = 0.8 * t.cheek + 0.75 * t.noseTip + 0.3 * t.chin
    color = mix(color, person.blush, min(0.6, 0.62 * person.redness * red * (1 + 0.6 * n.x)))
    gloss += 0.25 * person.gloss * (t.noseTip + bump(p, SIMD2(0, 0.66), 0.35))
    if t.nose { kind = .nose }
    color *= 1 - 0.62 * t.nostril
    // Thin skin about the eyes.
    let hollow = exp(-t.underEye / 0.055)
    color *= SIMD3<Float>(repeating: 1) - person.shadows * 0.3 * hollow * SIMD3(0.75, 1, 0.9)
    lines(t, n, &color)
    freckles(p, t, &color)
    stubble(t, p, pores, &color)
    lids(t, &color, &gloss)
    lips(t, p, &color, &gloss, &kind)
    let brow = brow(t, p)
    if brow > 0 {
      color = mix(color, person.browColor, brow)
      gloss *= 1 - brow
      if brow > 0.3 { kind = .brows }
    }
    return (SIMD4(color, gloss), kind.rawValue)
  }

  /// Folds beside the mouth and what age draws.
  @inline(__always) private func lines(_ t: FaceAtlas.Texel, _ n: SIMD4<Float>, _ color: inout SIMD3<Float>) {
    let wavy = 0.7 + 0.5 * n.y
    let fold = t.foldDepth * smoothstep(0.05, 0.0, t.fold) * (0.05 + 0.26 * person.lines)
    let deep = person.lines * wavy * (0.2 * t.crowsFeet + 0.17 * t.forehead + 0.2 * t.frown)
    let bag = person.lines * 0.16 * smoothstep(0.03, 0.004, t.underEye)
    color *= SIMD3<Float>(repeating: 1) - min(0.6, fold + deep + bag) * SIMD3(0.8, 1, 1)
  }
  @inline(__always) private func freckles(_ p: SIMD2<Float>, _ t: FaceAtlas.Texel, _ color: inout SIMD3<Float>) {
    guard person.freckles > 0 else { return }
    let n = noise.sample(p.x * 150 + offset.x * 3, p.y * 150 + offset.y * 3)
    let where_ = min(1, t.cheek + t.noseTip + bump(p, SIMD2(0, 0.1), 0.3) + 0.25)
    let spot = smoothstep(0.35, 0.9, n.z + 0.3 * n.y) * where_ * person.freckles
    color *= SIMD3<Float>(repeating: 1) - 0.42 * spot * SIMD3(0.45, 0.8, 0.95)
  }
  /// Shadow of shaved hair, bluish and speckled; under a grown beard its ground.
  @inline(__always) private func stubble(_ t: FaceAtlas.Texel, _ p: SIMD2<Float>, _ pores: SIMD4<Float>, _ color: inout SIMD3<Float>) {
    let beard = person.beard
    guard beard.stubble > 0 else { return }
    let all = max(t.moustache, t.chinBeard, t.cheekBeard)
    let speckle = 0.62 + 0.55 * pores.w
    color *= SIMD3<Float>(repeating: 1) - min(0.8, 0.55 * beard.stubble * all * speckle) * SIMD3(1, 0.9, 0.8)
    let grown = growth(t)
    if grown > 0 {
      color = mix(color, person.beardColor * 0.5, min(0.85, grown * (0.65 + 0.4 * pores.z) * smoothstep(0, 0.06, beard.length) * 0.9))
    }
  }
  /// Where a grown beard stands, 0...1.
  @inline(__always) private func growth(_ t: FaceAtlas.Texel) -> Float {
    let b = person.beard
    return b.length > 0 ? max(b.moustache * t.moustache, b.chin * t.chinBeard, b.cheeks * t.cheekBeard) : 0
  }
  /// The share of grown beard at a place of the atlas.
  func growth(at place: SIMD2<Float>) -> Float {
    let n = FaceAtlas.size, t = FaceAtlas.coordinates(place)
    guard t.x >= 0, t.y >= 0, t.x < Float(n), t.y < Float(n) else { return 0 }
    return growth(atlas.texels[Int(t.y) * n + Int(t.x)])
  }

  @inline(__always) private func lids(_ t: FaceAtlas.Texel, _ color: inout SIMD3<Float>, _ gloss: inout Float) {
    guard t.upperLid < 0.3 || t.lowerLid < 0.2 else { return }
    // Lids are thin: a little darker and redder; lashes' roots make a rim, stronger above.
    color *= SIMD3<Float>(repeating: 1) - 0.14 * exp(-t.upperLid / 0.06) * SIMD3(0.7, 1, 1)
    let shadow = person.makeUp.eyeShadow * smoothstep(0.16, 0.02, t.upperLid) * smoothstep(0, 0.05, t.lowerLid)
    color = mix(color, person.browColor + SIMD3(0.05, 0.02, 0.03), 0.55 * shadow)
    let liner = person.makeUp.eyeliner
    color = mix(color, person.browColor * 0.3, (0.55 + 0.4 * liner) * smoothstep(0.026 + 0.012 * liner, 0.008, t.upperLid))
    color = mix(color, person.browColor * 0.5 + 0.02, (0.25 + 0.4 * liner) * smoothstep(0.02, 0.006, t.lowerLid))
    color *= SIMD3<Float>(repeating: 1) - 0.3 * smoothstep(0.026, 0.004, t.crease) * SIMD3(0.75, 1, 1)
    gloss += 0.15 * smoothstep(0.05, 0.02, t.lowerLid)
  }
  @inline(__always)
  private func lips(_ t: FaceAtlas.Texel, _ p: SIMD2<Float>, _ color: inout SIMD3<Float>, _ gloss: inout Float, _ kind: inout SemanticClass)
  {
    guard t.lips > -0.1 else { return }
    // The rim of the lips catches light; the lips' own folds run across them.
    color *= 1 + 0.06 * exp(-abs(t.lips + 0.02) / 0.015)
    let share = smoothstep(-0.016, 0.022, t.lips)
    if share > 0 {
      let folds = noise.sample(p.x * 260 + offset.x, p.y * 22)
      let body = lip * (1 + 0.14 * folds.z) * (0.86 + 0.22 * smoothstep(0, 0.09, t.lips))
      color = mix(color, body, 0.9 * share)
      gloss += (person.makeUp.lipstick == nil ? 0.28 : 0.45) * share
    }
    color *= 1 - 0.5 * smoothstep(0.02, 0.004, t.seam)
    if t.lips > 0 { kind = .lips }
  }
  /// How much of a brow's hair covers a texel.
  @inline(__always) private func brow(_ t: FaceAtlas.Texel, _ p: SIMD2<Float>) -> Float {
    guard t.browAlong > -1 else { return 0 }
    // Full at the nose's end, thin along the tail.
    let along = t.browAlong,
      width = person.browWidth * mix(0.8, 1.7, smoothstep(-0.05, 0.5, along)) * mix(1, 0.85, smoothstep(0.85, 1.1, along))
    let across = abs(t.browAcross + 0.12) / width
    let ends = smoothstep(-0.12, 0.12, along) * smoothstep(1.2, 0.96, along)
    // Hairs rise at the nose and lie down along the tail.
    let lean = mix(2.2, 0.5, smoothstep(0.4, 1.0, along)) * (p.x < 0 ? -1 : 1)
    let hair = noise.sample((p.x * 190 - lean * p.y * 90) + offset.x, p.y * 40 + offset.y)
    let body = smoothstep(1.1, 0.45, across + 0.25 * hair.z) * ends
    return min(0.95, body * person.browDensity * (0.85 + 0.35 * hair.z))
  }

  /// Moles, and freckles that stand alone.
  private func dab(_ random: inout SeededRandom) {
    for _ in 0..<person.moles {
      let at = SIMD2(random.within(-0.75, 0.75), random.within(-0.7, 0.75)), size = random.within(0.007, 0.017),
        depth = random.within(0.35, 0.8)
      let c = FaceAtlas.coordinates(at), reach = Int(2 * size / FaceAtlas.texel) + 1
      for row in max(0, Int(c.y) - reach)...min(FaceAtlas.size - 1, Int(c.y) + reach) {
        for column in max(0, Int(c.x) - reach)...min(FaceAtlas.size - 1, Int(c.x) + reach) {
          let i = row * FaceAtlas.size + column, d = FaceAtlas.place(column: column, row: row) - at, old = texels[i]
          let share = depth * smoothstep(size * size, 0.3 * size * size, (d * d).sum())
          texels[i] = SIMD4(SIMD3(old.x, old.y, old.z) * (SIMD3(repeating: 1) - share * SIMD3(0.7, 0.85, 0.9)), old.w)
        }
      }
    }
  }
  @inline(__always) private func bump(_ p: SIMD2<Float>, _ center: SIMD2<Float>, _ size: Float) -> Float {
    let d = (p - center) / size
    return exp(-(d * d).sum())
  }
}
