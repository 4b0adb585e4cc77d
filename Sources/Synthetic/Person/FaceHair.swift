import Face
import Foundation

/// A grown beard: hairs rooted on the face's triangles, so that they go along with the jaw.
struct FaceHair: Sendable {
  private struct Hair: Sendable {
    var a, b, c: Int32
    var weight: SIMD3<Float>
    var length: Float
    var bend: SIMD3<Float>
    var half: Float
  }
  private let hairs: [Hair]
  static let pieces = 3
  let corners: [Int32]
  let colors: [SIMD3<Float>]
  var count: Int { hairs.count * Self.pieces * 2 }

  /// `points` at rest; `places` of the atlas, one a point; the triangles in `faces` (places of first corners) may carry hairs.
  init(_ person: Person, points: [SIMD3<Float>], corners mesh: [Int32], faces: [Int], places: [SIMD2<Float>], paint: SkinPaint) {
    var random = SeededRandom(seed: person.seed, stream: "beard \(person.number)")
    var hairs: [Hair] = [], colors: [SIMD3<Float>] = []
    let beard = person.beard
    if beard.length > 0 {
      let density: Float = 3400
      for f in faces {
        let (a, b, c) = (Int(mesh[f]), Int(mesh[f + 1]), Int(mesh[f + 2]))
        let middle = (places[a] + places[b] + places[c]) / 3, grown = paint.growth(at: middle)
        guard grown > 0.02 else { continue }
        let area = length(cross(points[b] - points[a], points[c] - points[a])) / 2
        let number = area * density
        for _ in 0..<Int(number + random.unit()) {
          let u = random.unit().squareRoot(), v = random.unit(), weight = SIMD3(1 - u, u * (1 - v), u * v)
          let place = weight.x * places[a] + weight.y * places[b] + weight.z * places[c]
          guard paint.growth(at: place) > random.within(0.1, 0.75) else { continue }
          let middle = abs(place.x) < 0.35 && place.y > -0.42
          let long = beard.length * (middle ? 0.55 : 1) * random.within(0.6, 1.15)
          let side: Float = place.x < 0 ? -1 : 1
          let bend = SIMD3(side * (middle ? 0.9 : 0.15) + 0.3 * random.normal(), -1, 0.25 * random.normal())
          hairs.append(
            Hair(
              a: Int32(a), b: Int32(b), c: Int32(c), weight: weight, length: max(0.03, long), bend: bend,
              half: random.within(0.0026, 0.0046)
            ))
          let grey = random.unit() < person.grey
          let ink = (grey ? Palette.linear(190, 186, 182) : person.beardColor) * random.within(0.6, 1.3)
          for k in 0..<Self.pieces { colors += [ink, ink].map { $0 * (0.65 + 0.2 * Float(k)) } }
        }
      }
    }
    self.hairs = hairs
    self.colors = colors
    corners = hairs.indices.flatMap { h -> [Int32] in
      (0..<Self.pieces - 1).flatMap { k -> [Int32] in
        let a = Int32(2 * (h * Self.pieces + k))
        return [a, a + 1, a + 2, a + 1, a + 3, a + 2]
      }
    }
  }

  /// Where the hairs are on a face in motion; appends `count` points, directions along the hairs and normals of the skin.
  func place(
    _ points: [SIMD3<Float>], _ normals: [SIMD3<Float>], into out: inout [SIMD3<Float>], _ tangents: inout [SIMD3<Float>],
    _ away: inout [SIMD3<Float>]
  ) {
    for hair in hairs {
      let (a, b, c) = (Int(hair.a), Int(hair.b), Int(hair.c)), w = hair.weight
      var p = w.x * points[a] + w.y * points[b] + w.z * points[c]
      let n = normalized(w.x * normals[a] + w.y * normals[b] + w.z * normals[c])
      let down = normalized(hair.bend - dot(hair.bend, n) * n)
      var way = normalized(down + 0.55 * n)
      let across = normalized(cross(way, n))
      let step = hair.length / Float(Self.pieces - 1)
      for k in 0..<Self.pieces {
        let half = hair.half * (k == Self.pieces - 1 ? 0.3 : 1)
        out.append(p - half * across)
        out.append(p + half * across)
        for _ in 0..<2 {
          tangents.append(way)
          away.append(n)
        }
        p += step * way
        way = normalized(way + 0.35 * SIMD3(0, -1, 0))
      }
    }
  }
}
