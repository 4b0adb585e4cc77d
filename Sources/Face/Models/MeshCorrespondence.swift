/// Where the 468 points of the face mesh lie on another head.
struct MeshCorrespondence {
  /// The other head's vertex for each of the 468 points.
  let vertices: [Int]
  /// The 468 points of the built-in mean bent onto the other head, in its coordinates.
  let bent: [SIMD3<Float>]
  /// The built-in head's centimetres to the other's coordinates before bending: x -> x * scale + shift.
  let scale: Float
  let shift: SIMD3<Float>

  /// The 68 points of the Multi-PIE markup on the face mesh, in its order.
  static let multiPIE = [
    127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356, 70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 168,
    197, 5, 4, 98, 97, 2, 326, 327, 33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61, 39, 37, 0, 267, 269, 291, 405, 314, 17,
    84, 181, 78, 81, 13, 311, 308, 402, 14, 178,
  ]

  /// `face` are the vertices to choose from among `points`; `landmarks` the 68 known ones. Both heads look along +z, upright.
  init(points: [SIMD3<Float>], face: Range<Int>, landmarks: [Int]) {
    let own = BaseFace().points
    let count = Float(Self.multiPIE.count)
    let (a, b) = (Self.multiPIE.map { own[$0] }, landmarks.map { points[$0] })
    let (ma, mb) = (a.reduce(.zero, +) / count, b.reduce(.zero, +) / count)
    let spreadA = a.map { dot($0 - ma, $0 - ma) }.reduce(0, +), spreadB = b.map { dot($0 - mb, $0 - mb) }.reduce(0, +)
    let scale = (spreadB / spreadA).squareRoot()
    let shift = mb - ma * scale
    var q = own.map { $0 * scale + shift }
    var surface = FaceSurface(points: q)
    q = zip(q, surface.spread(Self.multiPIE.indices.map { (Self.multiPIE[$0], b[$0] - q[Self.multiPIE[$0]]) }, radius: 12 * scale))
      .map { $0 + $1 }
    surface = FaceSurface(points: q)
    func nearest(_ p: SIMD3<Float>) -> Int { face.min { dot(points[$0] - p, points[$0] - p) < dot(points[$1] - p, points[$1] - p) } ?? 0 }
    for _ in 0..<3 {
      // Onto the surface, but evenly.
      var move = q.map { points[nearest($0)] - $0 }
      for _ in 0..<8 {
        move = move.indices.map { v in
          let around = surface.neighbours[v]
          return mix(move[v], around.reduce(SIMD3<Float>.zero) { $0 + move[$1] } / Float(max(1, around.count)), 0.5)
        }
      }
      q = zip(q, move).map { $0 + $1 }
    }
    var found = q.map(nearest)
    for (v, l) in zip(Self.multiPIE, landmarks) { found[v] = l }
    (vertices, bent, self.scale, self.shift) = (found, q, scale, shift)
  }

  /// What the built-in head shows at each of some places of the other: the part of its nearest triangle, among those where `allow` holds.
  func parts(at places: [SIMD3<Float>], bent useBent: Bool, _ allow: (FacePart) -> Bool) -> [FacePart] {
    let mesh = BuiltInHead().mesh
    var centers: [(SIMD3<Float>, FacePart)] = []
    for (t, part) in zip(mesh.triangles, mesh.parts) where allow(part) {
      let corners = [Int(t.x), Int(t.y), Int(t.z)].map { v in
        useBent && v < bent.count ? bent[v] : mesh.positions[v] * scale + shift
      }
      centers.append(((corners[0] + corners[1] + corners[2]) / 3, part))
    }
    return places.map { p in
      var best = Float.infinity, part = FacePart.skin
      for (c, kind) in centers {
        let d = dot(c - p, c - p)
        if d < best { (best, part) = (d, kind) }
      }
      return part
    }
  }
}
