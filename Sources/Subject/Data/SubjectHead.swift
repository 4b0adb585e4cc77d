import Face
import Portrait
import Torch

/// What the canonical head does.
package enum HeadRest: String, Codable, Sendable {
  /// The clip's median, with open eyes and lips 3 mm apart.
  case parted
  /// The mean of the twentieth of the frames with the widest jaw: runs of before.
  case widest
}

/// The person's head as the capture found it: where each place of its surface lies in a frame, and where in canonical space.
///
/// In canonical space the lips are a little parted, so that the inside of the mouth has room of its own there.
struct SubjectHead {
  let model: MorphableModel
  private let head: LiftHead
  /// `[V]`, head units.
  let canonical: [SIMD3<Float>], normals: [SIMD3<Float>]
  /// How often each vertex is drawn.
  let density: [Float]
  let surface: HeadPoints

  /// How far lips are parted in canonical space, head units.
  private static let parted: Float = 0.03

  init(_ data: SubjectData, rest: HeadRest) throws {
    let model = try data.model()
    self.model = model
    let rested = Self.expression(data, model, rest)
    let source = FaceState(identity: data.track.identity, expression: rested)
    let calibration = data.track.calibration
    head = LiftHead(model, source, calibration: calibration.count == FaceMeshTopology.pointCount ? calibration : [])
    let loop = FaceMeshTopology.lipsInner
    let jaw = model.expressionIndex("jawOpen").map { model.expressionBasis[.at($0)].floats } ?? []
    func jawMove(_ v: Int) -> SIMD3<Float> { jaw.isEmpty ? .zero : [jaw[3 * v], jaw[3 * v + 1], jaw[3 * v + 2]] }
    let places = head.places
    let gap = places[loop[5]].y - places[loop[15]].y, opens = jawMove(loop[5]).y - jawMove(loop[15]).y
    let way = rest == .parted && opens > 0 ? max(0, Self.parted - gap) / opens : 0
    canonical = places.indices.map { places[$0] + jawMove($0) * way }
    let flat = Tensor(canonical.flatMap { [$0.x, $0.y, $0.z] }, [places.count, 3])
    let n = vertexNormals(flat, model.triangles).floats
    normals = places.indices.map { [n[3 * $0], n[3 * $0 + 1], n[3 * $0 + 2]] }

    let landmarks = model.landmarkVertices
    let (upper, lower) = (FaceGaps.upper.prefix(9).map { Int(landmarks[$0]) }, FaceGaps.lower.prefix(9).map { Int(landmarks[$0]) })
    let lids = [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye].map { $0.map { Int(landmarks[$0]) } }
    let corners = model.triangles.array(Int32.self)
    var inside = [Bool](repeating: false, count: places.count), thin = inside
    let inner: Set<FacePart> = [.mouthSocket, .gums, .upperTeeth, .lowerTeeth, .tongue]
    for (f, part) in model.parts.enumerated() {
      for k in 0..<3 {
        let v = Int(corners[3 * f + k])
        if inner.contains(part) { inside[v] = true }
        if [.eyelid, .innerLip, .upperLip, .lowerLip].contains(part) { thin[v] = true }
      }
    }
    for range in model.eyes { for v in range { thin[v] = true } }
    let depth: [Float] = places.indices.map { inside[$0] ? 0 : thin[$0] ? 0.015 : 0.15 }
    var density = [Float](repeating: 1, count: places.count)
    let total = Float(places.count)
    for (points, share) in [(FaceGaps.mouth, Float(0.5)), (FaceGaps.eyes, 0.3)] {
      for point in points { density[Int(landmarks[point])] += share * total / Float(points.count) }
    }
    let shut = model.expressionNames.map { $0.hasPrefix("eyeBlink") ? Float(1) : 0 }
    let ways = (model.vertices(expression: Tensor(shut)) - model.vertices(expression: Tensor(shut) * 0)).norm(-1).floats
    let sum = max(ways.reduce(0, +), 1e-9)
    for (i, way) in ways.enumerated() { density[i] += 0.4 * total * way / sum }
    self.density = density
    surface = HeadPoints(
      canonical: canonical, normals: normals, depth: depth, isInside: inside, eyeballs: model.eyes, lids: lids, upper: upper, lower: lower)
  }

  /// The expression that lies where it is.
  private static func expression(_ data: SubjectData, _ model: MorphableModel, _ rest: HeadRest) -> [Float] {
    if rest == .widest {
      let jaw = model.expressionIndex("jawOpen").map { data.expressions[.all, .at($0)].floats }
      let widest = data.train.sorted { (jaw?[$0] ?? 0) > (jaw?[$1] ?? 0) }.prefix(max(1, data.train.count / 20))
      return data.expressions.indexSelect(0, Tensor(Array(widest))).mean(0).floats
    }
    var median = data.expressions.indexSelect(0, Tensor(data.train)).median(0).values.floats
    for (i, name) in model.expressionNames.enumerated() where name.hasPrefix("eyeBlink") { median[i] = min(median[i], 0.1) }
    return median
  }

  /// As many vertices as they are to be drawn.
  func vertices(_ count: Int, _ generator: Generator) -> [Int] {
    call("aten::multinomial", Tensor(density), count, true, generator).array(Int64.self).map { Int($0) }
  }

  /// Where the vertices are in a frame.
  func posed(_ expression: [Float], gaze: SIMD2<Float>) -> [SIMD3<Float>] {
    let moved = head.movement(FaceState(expression: expression, gaze: gaze))
    return zip(head.places, moved).map { $0 + $1 }
  }
}
