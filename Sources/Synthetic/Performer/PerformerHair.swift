import Dispatch
import Face
import Foundation

/// The skull by direction from its middle: how far its skin is.
package struct PerformerSkull: Sendable {
  package static let center = SIMD3<Float>(0, 0.35, 0)
  private static let columns = 96
  private static let rows = 48
  private let radii: [Float]

  /// Measured on a resting head by rays from the middle.
  package init(_ points: [SIMD3<Float>], _ corners: [Int32]) {
    let faces = stride(from: 0, to: corners.count, by: 3).map { f in
      Face(points[Int(corners[f])] - Self.center, points[Int(corners[f + 1])] - Self.center, points[Int(corners[f + 2])] - Self.center)
    }
    radii = [Float](unsafeUninitializedCapacity: (Self.rows + 1) * Self.columns) { out, count in
      let shared = Shared(out)
      DispatchQueue.concurrentPerform(iterations: Self.rows + 1) { row in
        for column in 0..<Self.columns {
          let d = Self.direction(Float(column) / Float(Self.columns), Float(row) / Float(Self.rows))
          var far: Float = 0
          for face in faces where dot(face.direction, d) >= face.cosine { far = max(far, face.hit(d)) }
          shared.memory[row * Self.columns + column] = far > 0 ? far : 0.9
        }
      }
      count = (Self.rows + 1) * Self.columns
    }
  }
  /// A triangle as seen from the middle, and the cone that holds it.
  private struct Face {
    let a, e, f: SIMD3<Float>
    let direction: SIMD3<Float>
    let cosine: Float

    init(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>) {
      (self.a, e, f) = (a, b - a, c - a)
      let middle = normalized(a + b + c)
      direction = middle
      cosine = min(dot(normalized(a), middle), dot(normalized(b), middle), dot(normalized(c), middle)) - 1e-4
    }
    func hit(_ d: SIMD3<Float>) -> Float {
      let p = cross(d, f), det = dot(e, p)
      guard abs(det) > 1e-12 else { return 0 }
      let u = -dot(a, p) / det, q = cross(-a, e), v = dot(d, q) / det
      return u >= 0 && v >= 0 && u + v <= 1 ? dot(f, q) / det : 0
    }
  }
  /// `u` runs once around from the back, `v` from the top down, each 0...1.
  package static func direction(_ u: Float, _ v: Float) -> SIMD3<Float> {
    let azimuth = 2 * .pi * (u - 0.5), polar = .pi * v
    return [sin(polar) * sin(azimuth), cos(polar), sin(polar) * cos(azimuth)]
  }
  package func radius(_ d: SIMD3<Float>) -> Float {
    let u = (atan2(d.x, d.z) / (2 * .pi) + 0.5) * Float(Self.columns), v = acos(max(-1, min(1, d.y))) / .pi * Float(Self.rows)
    let i = Int(u) % Self.columns, j = min(Self.rows - 1, Int(v)), fu = u - u.rounded(.down), fv = v - Float(j), n = (i + 1) % Self.columns
    let upper = radii[j * Self.columns + i] * (1 - fu) + radii[j * Self.columns + n] * fu
    let lower = radii[(j + 1) * Self.columns + i] * (1 - fu) + radii[(j + 1) * Self.columns + n] * fu
    return upper * (1 - fv) + lower * fv
  }
}

/// Combed hair: a cap that fills the gaps and thousands of flat strands over it. It moves with the head as one.
struct PerformerHair: Sendable {
  private(set) var points: [SIMD3<Float>] = []
  private(set) var normals: [SIMD3<Float>] = []
  /// Along the hair, towards the tip.
  private(set) var tangents: [SIMD3<Float>] = []
  /// Linear light, with the darkness between strands in it.
  private(set) var colors: [SIMD3<Float>] = []
  private(set) var corners: [Int32] = []
  /// How many of the triangles, the first ones, are the cap.
  private(set) var capTriangles = 0

  private let skull: PerformerSkull
  private let hairline: PerformerHairline
  private let look: PerformerLook

  init(skull: PerformerSkull, hairline: PerformerHairline, look: PerformerLook, strands: Int = 6500) {
    self.skull = skull
    self.hairline = hairline
    self.look = look
    addCap()
    capTriangles = corners.count / 3
    var random = PerformerRandom(seed: look.seed, stream: "hair")
    var grown = 0
    while grown < strands {
      let y = random.within(-0.75, 1), a = random.within(-.pi, .pi), r = (1 - y * y).squareRoot()
      // What the camera never sees needs fewer hairs.
      if abs(a) > 2.1, y < 0.7, random.unit() < 0.7 { continue }
      let d = SIMD3<Float>(r * sin(a), y, r * cos(a))
      guard let above = height(d), above > random.within(-0.02, 0.05) else { continue }
      grow(from: d, above: above, &random)
      grown += 1
    }
  }

  /// How far above the hairline the skin in a direction lies; nil where hair never grows.
  private func height(_ d: SIMD3<Float>) -> Float? {
    let p = PerformerSkull.center + d * skull.radius(d), place = PerformerChart.place(p)
    // Near the top the chart's heights are crowded: there is hair all over.
    return d.y > 0.85 ? 0.5 : place.y - hairline.height(place.x)
  }
  /// How thick the hair lies in a direction.
  private func thickness(_ d: SIMD3<Float>, _ above: Float) -> Float {
    let part = PerformerSkull.center.x + 0.26 * look.parting
    let top = smoothstep(0.1, 0.8, d.y)
    let furrow = 1 - 0.55 * exp(-pow((d.x - part) / 0.07, 2)) * smoothstep(0.5, 0.8, d.y) * smoothstep(-0.4, 0.1, d.z)
    return (0.035 + 0.13 * top) * smoothstep(-0.02, 0.2, above) * furrow
  }
  private func surface(_ d: SIMD3<Float>, _ level: Float) -> SIMD3<Float> {
    let above = height(d) ?? 0
    return PerformerSkull.center + d * (skull.radius(d) + 0.012 + level * thickness(d, above))
  }

  /// Which way the hair is combed at a direction: away from the parting, backwards, and down at the sides.
  private func flow(_ d: SIMD3<Float>) -> SIMD3<Float> {
    let part: Float = 0.26 * look.parting
    let side = max(-1, min(1, (d.x - part) * 9))
    let top = smoothstep(0.3, 0.85, d.y), front = smoothstep(0, 0.7, d.z)
    var way = SIMD3<Float>(side * (0.35 + 0.8 * top), -1.1 * (1 - top), -0.45 - 0.35 * top + 0.25 * front)
    way += 0.35 * SIMD3(PerformerNoise.value(d * 4), PerformerNoise.value(d * 4 + 20), PerformerNoise.value(d * 4 + 40))
    return normalized(way - dot(way, d) * d)
  }

  private mutating func addCap() {
    let columns = 96, rows = 44
    var index = [Int32](repeating: -1, count: (rows + 1) * columns)
    for row in 0...rows {
      for column in 0..<columns {
        let d = PerformerSkull.direction(Float(column) / Float(columns), Float(row) / Float(rows) * 0.85)
        guard let above = height(d), above > -0.03 else { continue }
        index[row * columns + column] = Int32(points.count)
        points.append(surface(d, 0.62))
        tangents.append(flow(d))
        normals.append(d)
        colors.append(look.hair * 0.42)
      }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let next = (column + 1) % columns
        let a = index[row * columns + column], b = index[row * columns + next]
        let c = index[(row + 1) * columns + column], e = index[(row + 1) * columns + next]
        if a >= 0, c >= 0, e >= 0 { corners += [a, c, e] }
        if a >= 0, e >= 0, b >= 0 { corners += [a, e, b] }
      }
    }
  }

  private mutating func grow(from root: SIMD3<Float>, above: Float, _ random: inout PerformerRandom) {
    let steps = 7
    let length = (0.2 + 0.4 * smoothstep(-0.1, 0.7, root.y)) * random.within(0.7, 1.25) * (0.45 + 0.55 * smoothstep(0, 0.2, above))
    let level = random.within(0.55, 1.12), stray = random.unit() < 0.05 ? random.within(0.02, 0.07) : random.within(0, 0.012)
    var path = [root]
    let cut = random.within(0, 0.07)
    while path.count <= steps, let d = path.last, let above = height(d) {
      // Hair is cut where it would hang into the face, and short on the neck.
      if above < (d.z > 0.1 ? -cut : -0.1 - cut) { break }
      let p = surface(d, level), way = flow(d)
      let wiggle = SIMD3<Float>(PerformerNoise.value(p * 6 + 3), PerformerNoise.value(p * 6 + 9), PerformerNoise.value(p * 6 + 17))
      path.append(normalized(d + (way + 0.25 * wiggle) * (length / Float(steps)) / max(0.5, skull.radius(d))))
    }
    guard path.count > 3 else { return }
    addStrand(path, level: level, stray: stray, &random)
  }

  private mutating func addStrand(_ path: [SIMD3<Float>], level: Float, stray: Float, _ random: inout PerformerRandom) {
    let width = random.within(0.004, 0.008), twist = random.within(-1, 1)
    // Locks: neighbours share a shade.
    let lock = PerformerNoise.value(path[0] * 14)
    let shade = look.hair * (1 + 0.35 * lock) * random.within(0.65, 1.45) * (0.55 + 0.5 * (level - 0.55) / 0.57)
    let first = Int32(points.count), last = path.count - 1
    var previous = surface(path[0], level) - flow(path[0])
    for (k, d) in path.enumerated() {
      let t = Float(k) / Float(last)
      let p = surface(d, level * (0.55 + 0.45 * smoothstep(0, 0.35, t))) + d * stray * t * t
      let along = normalized(p - previous)
      previous = p
      let flat = normalized(cross(along, d)), across = normalized(flat + twist * d)
      let half = width * (t > 0.6 ? (1 - t) / 0.4 : 1) + 0.0006
      points += [p - half * across, p + half * across]
      normals += [d, d]
      tangents += [along, along]
      let ink = shade * (0.6 + 0.5 * smoothstep(0, 0.4, t))
      colors += [ink, ink]
      if k < last {
        let a = first + Int32(2 * k)
        corners += [a, a + 1, a + 2, a + 1, a + 3, a + 2]
      }
    }
  }
}
