import Face

/// Places on and about the surface of a head, and where each belongs in canonical space.
package struct HeadPoints: Sendable {
  /// `[V]`, head units.
  let canonical: [SIMD3<Float>], normals: [SIMD3<Float>]
  /// How far inwards from the surface a vertex still tells how places move.
  let depth: [Float]
  /// Teeth, tongue and what is about them.
  let isInside: [Bool]
  let eyeballs: [Range<Int>]
  /// The rims of both eyes' lids, and the inner lips above and below.
  let lids: [[Int]], upper: [Int], lower: [Int]

  package init(
    canonical: [SIMD3<Float>], normals: [SIMD3<Float>], depth: [Float], isInside: [Bool], eyeballs: [Range<Int>], lids: [[Int]],
    upper: [Int], lower: [Int]
  ) {
    (self.canonical, self.normals, self.depth, self.isInside, self.eyeballs) = (canonical, normals, depth, isInside, eyeballs)
    (self.lids, self.upper, self.lower) = (lids, upper, lower)
  }

  /// Where places are seen, where each belongs in canonical space, and how much it counts.
  package struct Points {
    package var seen: [SIMD3<Float>] = [], homes: [SIMD3<Float>] = []
    package var weights: [Float] = []
    /// The vertex of each; -1 in the gap of the mouth.
    package var vertices: [Int] = []
  }

  /// Places about `vertices` of the surface as it is `posed`, and `gaps` in the gap of the mouth; `random` has three numbers in 0...1 of each.
  package func points(_ posed: [SIMD3<Float>], vertices: [Int], gaps: Int, random: [Float]) -> Points {
    var p = Points()
    p.seen.reserveCapacity(vertices.count + gaps)
    p.homes.reserveCapacity(vertices.count + gaps)
    let polygons = lids.map { $0.map { SIMD2(posed[$0].x, posed[$0].y) } }
    for (i, v) in vertices.enumerated() {
      let (a, b) = (random[3 * i], random[3 * i + 1])
      // Half on the surface itself.
      let along: Float = a < 0.5 ? (b - 0.5) * 0.02 : b < 0.6 ? -depth[v] * b / 0.6 : 0.12 * (b - 0.6) / 0.4
      let offset = normals[v] * (isInside[v] ? 0 : along)
      p.seen.append(posed[v] + offset)
      p.homes.append(canonical[v] + offset)
      var weight: Float = a < 0.5 ? 1 : 0.2
      if isInside[v] { weight = 0.3 }
      if let eye = eyeballs.firstIndex(where: { $0.contains(v) }) {
        weight = Self.contains(polygons[eye], SIMD2(posed[v].x, posed[v].y)) && normals[v].z > 0 ? weight : 0
      }
      p.weights.append(weight)
      p.vertices.append(v)
    }
    for g in 0..<gaps {
      let i = vertices.count + g
      let pair = min(Int(random[3 * i] * Float(upper.count)), upper.count - 1), share = random[3 * i + 1]
      let depth = SIMD3<Float>(0, 0, (random[3 * i + 2] - 0.5) * 0.12)
      let (u, l) = (upper[pair], lower[pair])
      p.seen.append(posed[u] * (1 - share) + posed[l] * share + depth)
      p.homes.append(canonical[u] * (1 - share) + canonical[l] * share + depth)
      p.weights.append(0.5 * min(1, max(0, posed[u].y - posed[l].y) / 0.03))
      p.vertices.append(-1)
    }
    return p
  }

  private static func contains(_ polygon: [SIMD2<Float>], _ p: SIMD2<Float>) -> Bool {
    var isIn = false
    var j = polygon.count - 1
    for i in polygon.indices {
      let (a, b) = (polygon[i], polygon[j])
      if (a.y > p.y) != (b.y > p.y), p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x { isIn.toggle() }
      j = i
    }
    return isIn
  }
}
