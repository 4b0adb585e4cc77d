import Face

/// Lips part from the middle: near the corners they cling together until the mouth opens wide.
///
/// A head model's open jaw parts lips from corner to corner at once, and a mouth that hardly opens becomes a slot.
struct LipParting {
  /// Vertices of the lips: the place of their border in the loop of inner lips, and how far they go along with it.
  private var followers: [(vertex: Int, place: Int, share: Float)] = []
  private let loop = FaceMeshTopology.lipsInner
  /// How far from the middle (0) to the corners (1) lips part that hardly do, how much further for each mouth's width of gap, and over
  /// what part of that way they come together.
  private static let least: Float = 0.4, wider: Float = 2.5, softness: Float = 0.5
  /// Rings of the lips from the inner border outwards, each with what it follows.
  private static let rings: [(share: Float, ring: [Int])] = [
    (1, FaceMeshTopology.lipsInner),
    (0.6, [62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 325, 319, 403, 316, 15, 86, 179, 89, 96]),
    (0.3, [76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 307, 320, 404, 315, 16, 85, 180, 90, 77]),
  ]

  init(_ model: MorphableModel, _ places: [SIMD3<Float>]) {
    for (share, ring) in Self.rings { for (i, v) in ring.enumerated() { followers.append((v, i, share)) } }
    // What turns inwards goes with the border that it hangs on.
    let corners = model.triangles.array(Int32.self), loop = loop
    var behind = Set<Int>()
    for (f, part) in model.parts.enumerated() where part == .innerLip { for k in 0..<3 { behind.insert(Int(corners[3 * f + k])) } }
    for v in behind.subtracting(followers.map(\.vertex)).sorted() {
      let place = loop.indices.min { distance(places[loop[$0]], places[v]) < distance(places[loop[$1]], places[v]) }
      followers.append((v, place ?? 0, 1))
    }
  }

  /// Brings lips together towards the corners; `moved` is how each vertex has moved from `places`. A gap that the photo shows stays.
  func apply(_ moved: inout [SIMD3<Float>], _ places: [SIMD3<Float>]) {
    func at(_ v: Int) -> SIMD3<Float> { places[v] + moved[v] }
    func gap(_ i: Int) -> Float { at(loop[i]).y - at(loop[20 - i]).y }
    func restingGap(_ i: Int) -> Float { places[loop[i]].y - places[loop[20 - i]].y }
    let (right, left) = (at(loop[0]).x, at(loop[10]).x), width = max(left - right, 0.1)
    let extent = Self.least + Self.wider * max(0, gap(5)) / width
    var shifts = [Float](repeating: 0, count: loop.count)
    for i in 1..<10 {
      let (upper, lower) = (at(loop[i]), at(loop[20 - i]))
      let aside = abs((upper.x + lower.x) / 2 - (right + left) / 2) / (width / 2)
      let open = 1 - smoothstep(extent - Self.softness / 2, extent + Self.softness / 2, aside)
      let now = gap(i), wanted = min(now, max(restingGap(i), now * open))
      shifts[i] = -(now - wanted) / 2
      shifts[20 - i] = (now - wanted) / 2
    }
    for (vertex, place, share) in followers { moved[vertex].y += shifts[place] * share }
  }

  private func distance(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { ((a - b) * (a - b)).sum() }
}
