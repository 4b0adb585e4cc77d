/// The built-in head: mesh, movements and the ways people differ, in centimetres.
struct BuiltInHead {
  let mesh: HeadMesh
  let base: BaseFace
  /// The vertices of the iris landmarks, right then left.
  let irises: [Int]
  /// The rows of skin between lid margins and creases, right then left, from the margin outward.
  let lidRows: [[[Int]]]
  let tongue: [(vertex: Int, along: Float)]
  /// For vertices with a twin on the other side and movements of their own (lid rows), that twin.
  let opposite: [Int: Int]

  init() {
    base = BaseFace()
    var mesh = HeadMesh()
    for (v, p) in base.points.enumerated() { mesh.add(p, follows: [.init(point: v, weight: 1)]) }
    Self.addFace(to: &mesh)
    lidRows = [
      mesh.addLids(margin: FaceMeshTopology.rightEye, crease: FaceMeshTopology.rightLid, center: base.eyeCenters[0], clockwise: true),
      mesh.addLids(margin: FaceMeshTopology.leftEye, crease: FaceMeshTopology.leftLid, center: base.eyeCenters[1], clockwise: false),
    ]
    irises = base.eyeCenters.flatMap { mesh.addEyeball(center: $0) }
    mesh.addMouthSocket()
    mesh.addTeeth(upper: true)
    mesh.addTeeth(upper: false)
    tongue = mesh.addTongue()
    mesh.addBackOfHead()
    mesh.addEar(side: -1)
    mesh.addEar(side: 1)
    self.mesh = mesh
    opposite = Dictionary(
      uniqueKeysWithValues: zip(lidRows[0].joined(), lidRows[1].joined()).flatMap { [($0, $1), ($1, $0)] })
  }

  /// The triangles of the face mesh with their parts; those between lid margin and crease are made finer elsewhere.
  private static func addFace(to mesh: inout HeadMesh) {
    typealias Mesh = FaceMeshTopology
    var part = [FacePart](repeating: .skin, count: Mesh.triangles.count)
    func paint(_ loop: [Int], seed: Int, _ kind: FacePart) {
      for t in Mesh.triangles(inside: loop, seed: seed) { part[t] = kind }
    }
    paint(Mesh.nose, seed: 4, .nose)
    // The brow loops have no point inside; their triangles have all three points on the loop.
    for brow in [Mesh.rightBrow, Mesh.leftBrow] {
      let loop = Set(brow.map(Int32.init))
      for (t, c) in Mesh.triangles.enumerated() where loop.contains(c.x) && loop.contains(c.y) && loop.contains(c.z) { part[t] = .brow }
    }
    for t in Mesh.triangles(inside: Mesh.lipsOuter, seed: 12) { part[t] = .upperLip }
    let lower = Set(([Mesh.lipsOuter, Mesh.lipsInner] + BaseFace.lipRings).flatMap { $0[11...] }.map(Int32.init))
    for (t, c) in Mesh.triangles.enumerated() where part[t] == .upperLip {
      if lower.contains(c.x) || lower.contains(c.y) || lower.contains(c.z) { part[t] = .lowerLip }
    }
    let lids = Set((Mesh.rightEye + Mesh.rightLid + Mesh.leftEye + Mesh.leftLid).map(Int32.init))
    for (t, c) in Mesh.triangles.enumerated() {
      if lids.contains(c.x) && lids.contains(c.y) && lids.contains(c.z) { continue }
      mesh.add(Int(c.x), Int(c.y), Int(c.z), part[t])
    }
  }
}

extension BuiltInHead {
  /// What a movement does to every vertex, in cm.
  func displacements(_ movement: Movement) -> [SIMD3<Float>] {
    var out = mesh.positions.indices.map { v in
      var d = mesh.follows[v].reduce(into: SIMD3<Float>.zero) { $0 += movement.face[$1.point] * $1.weight }
      if mesh.jaw[v] > 0 { d += movement.jaw.move(mesh.positions[v]) * mesh.jaw[v] }
      return d
    }
    for (v, d) in movement.own { out[v] += d }
    return out
  }
}
