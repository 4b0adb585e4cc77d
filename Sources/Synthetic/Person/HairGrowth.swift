import Face
import Foundation

/// Triangles with a colour and a direction at every point: hairs, or what lies under them.
struct HairMesh: Sendable {
  var points: [SIMD3<Float>] = []
  var corners: [Int32] = []
  /// Along the hair, and away from what it grows on.
  var tangents: [SIMD3<Float>] = []
  var normals: [SIMD3<Float>] = []
  var colors: [SIMD3<Float>] = []

  /// Adds a ribbon along `path`, `half` wide on both sides of it, lying flat on what faces along `normals`.
  mutating func addRibbon(
    _ path: [SIMD3<Float>], normals n: [SIMD3<Float>], half: (Float) -> Float, twist: Float, color: (Float) -> SIMD3<Float>
  ) {
    let first = Int32(points.count), last = path.count - 1
    for (k, p) in path.enumerated() {
      let t = Float(k) / Float(last)
      let along = normalized(path[min(last, k + 1)] - path[max(0, k - 1)])
      let across = normalized(cross(along, n[k]) + twist * n[k]) * half(t), ink = color(t)
      points.append(p - across)
      points.append(p + across)
      for _ in 0..<2 {
        normals.append(n[k])
        tangents.append(along)
        colors.append(ink)
      }
      if k < last {
        let a = first + Int32(2 * k)
        corners.append(contentsOf: [a, a + 1, a + 2, a + 1, a + 3, a + 2])
      }
    }
  }
  mutating func append(_ other: HairMesh) {
    let start = Int32(points.count)
    points += other.points
    corners += other.corners.map { $0 + start }
    tangents += other.tangents
    normals += other.normals
    colors += other.colors
  }
}

/// Grows the hair of one head: a cap that lies under everything, and hairs that are combed, fall, curl and keep out of the face.
struct HairGrowth {
  private(set) var cap = HairMesh()
  private(set) var strands = HairMesh()
  private let skull: Skull
  private let hairline: Hairline
  private let person: Person
  private let style: HairStyle
  private let noise: NoiseTable
  private let offset: SIMD2<Float>
  /// Where tied hair is drawn to, from the skull's middle.
  private static let knot = SIMD3<Float>(0, 0.62, -1.12)

  init(skull: Skull, hairline: Hairline, person: Person, noise: NoiseTable) {
    self.skull = skull
    self.hairline = hairline
    self.person = person
    self.noise = noise
    style = person.hair
    var random = SeededRandom(seed: person.seed, stream: "hair \(person.number)")
    offset = [random.within(0, 256), random.within(0, 256)]
    if style.kind != .bald, style.kind != .shaved { addCap() }
    var grown = 0, tries = 0
    while grown < style.strands, tries < 40 * style.strands {
      tries += 1
      let y = random.within(-0.8, 1), a = random.within(-.pi, .pi), r = (1 - y * y).squareRoot()
      // What no camera sees needs fewer hairs.
      if abs(a) > 2.2, y < 0.7, random.unit() < 0.65 { continue }
      let d = SIMD3<Float>(r * sin(a), y, r * cos(a)), cover = cover(d)
      guard cover > random.within(-0.035, 0.04) else { continue }
      if style.kind == .curly { curl(from: d, cover: cover, &random) } else { grow(from: d, cover: cover, &random) }
      grown += 1
    }
    if style.kind == .tied { addKnot(&random) }
  }

  /// Whether a point lies where an ear is.
  private static func isEar(_ p: SIMD3<Float>) -> Bool {
    let d = (SIMD3(abs(p.x), p.y, p.z) - SIMD3(0.84, 0.14, -0.16)) / SIMD3(0.22, 0.34, 0.24)
    return dot(d, d) < 1
  }
  private func skin(_ d: SIMD3<Float>) -> SIMD3<Float> { Skull.center + d * skull.radius(d) }
  private func cover(_ d: SIMD3<Float>) -> Float { hairline.cover(d, skin(d)) }
  private func noise(_ d: SIMD3<Float>, _ scale: Float) -> SIMD4<Float> {
    // Two looks from different sides, so that no direction is stretched.
    noise.sample(d.x * scale + offset.x, d.y * scale + d.z * 0.7 * scale + offset.y)
  }

  /// How thick the hair lies in a direction.
  private func thickness(_ d: SIMD3<Float>, _ cover: Float) -> Float {
    let top = smoothstep(-0.05, 0.75, d.y)
    let line = (d.x - style.parting) / 0.07
    let furrow: Float =
      style.sideways > 0.6 && style.kind != .curly && style.kind != .tied
      ? 1 - 0.5 * exp(-line * line) * smoothstep(0.4, 0.8, d.y) * smoothstep(-0.4, 0.1, d.z) : 1
    let n = noise(d, 26)
    let lump = 1 + (0.2 + 0.4 * style.mess) * n.x + 0.3 * style.mess * n.y
    return mix(style.sideLift, style.lift, top) * smoothstep(-0.02, 0.22, cover) * furrow * lump
  }
  /// Which way hair is combed at a direction from the skull's middle.
  private func flow(_ d: SIMD3<Float>) -> SIMD3<Float> {
    if style.kind == .tied { return normalized(Self.knot - d * (1 - 0.2 * d.y)) }
    let side = clamp((d.x - style.parting) * 7, -1, 1)
    let top = smoothstep(0.3, 0.85, d.y), front = smoothstep(-0.2, 0.5, d.z)
    var way = SIMD3<Float>(
      side * (0.35 + 0.8 * top) * style.sideways, -1.1 * (1 - top), -style.back * (0.4 + 0.4 * top) * mix(1, 0.8, front))
    if d.z < 0 { way.z = -0.5 * top }
    let n = noise(d, 40)
    way += (0.2 + 0.9 * style.mess) * SIMD3(n.x, n.y, -n.x)
    return normalized(way - dot(way, d) * d)
  }

  private mutating func addCap() {
    let columns = 120, rows = 56
    var index = [Int32](repeating: -1, count: (rows + 1) * columns)
    for row in 0...rows {
      for column in 0..<columns {
        let d = Skull.direction(Float(column) / Float(columns), Float(row) / Float(rows) * 0.85), p = skin(d)
        let cover = hairline.cover(d, p)
        // Its rim would show: near the hairline roots and hairs are all there is.
        guard cover > 0.1, !Self.isEar(p) else { continue }
        index[row * columns + column] = Int32(cap.points.count)
        cap.points.append(p + d * (0.004 + 0.5 * thickness(d, cover) * smoothstep(0.08, 0.25, cover)))
        cap.tangents.append(flow(d))
        cap.normals.append(d)
        cap.colors.append(shade() * mix(0.62, 0.42, smoothstep(0.1, 0.25, cover)))
      }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let next = (column + 1) % columns
        let a = index[row * columns + column], b = index[row * columns + next]
        let c = index[(row + 1) * columns + column], e = index[(row + 1) * columns + next]
        if a >= 0, c >= 0, e >= 0 { cap.corners += [a, c, e] }
        if a >= 0, e >= 0, b >= 0 { cap.corners += [a, e, b] }
      }
    }
  }
  /// The colour of hair on average.
  private func shade() -> SIMD3<Float> { mix(person.hairColor, Palette.linear(196, 192, 188), 0.9 * person.grey) }

  private mutating func grow(from root: SIMD3<Float>, cover: Float, _ random: inout SeededRandom) {
    let region = smoothstep(-0.15, 0.55, root.y)
    let extent = mix(style.side, style.top, region) * random.within(0.75, 1.2) * mix(0.5, 1, smoothstep(0, 0.2, cover))
    let level = random.within(0.35, 1), step = extent / Float(style.pieces), thick = thickness(root, cover)
    let stray: Float = random.unit() < 0.06 ? random.within(0.015, 0.06) : random.within(0, 0.01)
    let phase = 6.28 * (random.unit() * 0.35 + noise(root, 90).y), cut = random.within(0, 0.06)
    var d = root, p = skin(root) + 0.004 * root
    var way = normalized(flow(root) + (0.5 + style.mess) * root)
    var path = [p], normals = [root]
    for k in 1...style.pieces {
      let t = Float(k) / Float(style.pieces)
      let free = smoothstep(0.35, -0.1, d.y)
      let pull = flow(d) * (1 - 0.9 * free * min(1, style.gravity)) + style.gravity * free * SIMD3(0, -1.6, 0)
      way = normalized(mix(way, normalized(pull), 0.6))
      p += way * step
      var rel = p - Skull.center, far = length(rel)
      d = rel / max(far, 1e-6)
      let rise = thick * level * smoothstep(0, 0.4, t) + stray * t * t
      let floor = skull.radius(d) + 0.008 + rise
      if far < floor {
        p = Skull.center + d * floor
      } else if d.y > -0.55 {
        p -= d * ((far - floor) * 0.7 * style.hug * (1 - free))
      }
      if keepOutOfFace(&p, d, level, cut) { break }
      rel = p - Skull.center
      far = length(rel)
      d = rel / max(far, 1e-6)
      var seen = p
      if style.curl > 0.006 {
        let angle = phase + 6.28 * style.curlRate * t * extent, grip = smoothstep(0, 0.3, t) * style.curl
        let across = normalized(cross(way, d))
        seen += grip * (cos(angle) * across + sin(angle) * d)
      }
      path.append(seen)
      normals.append(d.y < -0.3 ? normalized(SIMD3(d.x, 0, d.z)) : d)
    }
    guard path.count > 2 else { return }
    addStrand(path, normals, root: root, level: level, &random)
  }

  /// A hair that stands off the head in coils; neighbours coil alike, so that locks are seen.
  private mutating func curl(from root: SIMD3<Float>, cover: Float, _ random: inout SeededRandom) {
    let level = random.within(0.3, 1), lock = noise(root, 100), way = flow(root)
    let lean = 0.45 * SIMD3(lock.x, lock.y, -lock.y) + 0.25 * way + 0.12 * SIMD3(random.normal(), random.normal(), random.normal())
    let out = normalized(root + lean), long = max(0.04, thickness(root, cover) * level * random.within(0.9, 1.15))
    let across = normalized(cross(out, way)), up = cross(out, across)
    // Coils take up most of a hair's length.
    let turns = 6.28 * style.curlRate * (long + 0.12), phase = 6.28 * (lock.y + random.within(0, 0.25))
    var path: [SIMD3<Float>] = [], normals: [SIMD3<Float>] = []
    for k in 0...style.pieces {
      let t = Float(k) / Float(style.pieces), angle = phase + turns * t, grip = style.curl * smoothstep(0, 0.35, t)
      var p = skin(root) + 0.004 * root + (long * t) * out + grip * (cos(angle) * across + sin(angle) * up)
      p.y -= 0.35 * long * t * t
      let d = normalized(p - Skull.center)
      if d.z > 0.15, hairline.cover(d, p) < -0.06 { break }
      path.append(p)
      normals.append(normalized(root + 0.8 * (cos(angle) * across + sin(angle) * up)))
    }
    guard path.count > 2 else { return }
    addStrand(path, normals, root: root, level: level, &random)
  }

  /// Moves a point aside, or says that the hair is cut there.
  private func keepOutOfFace(_ p: inout SIMD3<Float>, _ d: SIMD3<Float>, _ level: Float, _ cut: Float) -> Bool {
    let place = HeadChart.place(p), a = abs(place.x)
    if style.gravity == 0 {
      let below = hairline.cover(d, p)
      let front = d.z > 0.1 && a < 0.85
      if Self.isEar(p) { return true }
      // Over the ears hair is cut close.
      let back = a < 1.75 ? -0.03 : -0.1 - cut
      return below < (front ? -cut - style.fringe * smoothstep(0.8, 0.45, a) : back)
    }
    // Hair that falls parts before the face; a fringe ends above the eyes.
    guard p.z > 0.05, p.y < hairline.height(place.x) - 0.02 else { return p.y < -1.75 }
    if style.fringe > 0, a < 0.55 { return p.y < 0.86 - style.fringe - cut }
    let keep: Float = 0.74 + 0.1 * level + 0.07 * smoothstep(0.2, -0.6, p.y)
    if a < keep {
      let side: Float = place.x < 0 ? -1 : 1, angle = keep / HeadChart.radius, back = HeadChart.axis.z
      let wide = max(0.7, (p.x * p.x + (p.z - back) * (p.z - back)).squareRoot())
      // Not at once: hair swings aside.
      let aim = SIMD3(side * wide * sin(angle), p.y, back + wide * cos(angle))
      p = mix(p, aim, 0.7)
    }
    return p.y < -1.75
  }

  private mutating func addStrand(
    _ path: [SIMD3<Float>], _ normals: [SIMD3<Float>], root: SIMD3<Float>, level: Float, _ random: inout SeededRandom
  ) {
    // Locks: neighbours share a shade.
    let lock = noise(root, 110).y, grey = random.unit() < person.grey
    var ink =
      grey ? mix(person.hairColor, Palette.grey * random.within(0.8, 1.05), 0.8) : mix(person.hairColor, Palette.grey, 0.25 * person.grey)
    ink *= (1 + 0.25 * lock) * random.within(0.82, 1.2) * mix(0.6, 1.05, smoothstep(0.35, 1, level))
    let width = style.width * random.within(0.7, 1.35) * (style.gravity > 0 ? mix(1.7, 1, level) : 1)
    strands.addRibbon(
      path, normals: normals, half: { t in width * (t > 0.65 ? (1 - t) / 0.35 : 1) + 0.0008 }, twist: random.within(-0.8, 0.8),
      color: { t in ink * mix(0.6, 1.08, smoothstep(0, 0.4, t)) })
  }

  /// A bun: hairs around a ball behind the crown.
  private mutating func addKnot(_ random: inout SeededRandom) {
    let middle = Skull.center + SIMD3<Float>(0, random.within(0.55, 1.0), -1.05), radius = random.within(0.22, 0.34)
    for _ in 0..<420 {
      let axis = normalized(SIMD3(random.normal(), random.normal() * 0.5, random.normal() * 0.5)), level = random.within(0.75, 1)
      let start = normalized(cross(axis, SIMD3(random.normal(), random.normal(), random.normal()))), side = cross(axis, start)
      let sweep = random.within(0.8, 1.8)
      let normals = (0...7).map { k -> SIMD3<Float> in
        let a = sweep * Float(k) / 7
        return cos(a) * start + sin(a) * side
      }
      addStrand(normals.map { middle + radius * level * $0 }, normals, root: normals[0], level: level, &random)
    }
  }
}
