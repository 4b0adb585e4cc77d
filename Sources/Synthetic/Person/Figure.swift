import Face
import Foundation
import Torch

/// One person in head space, with everything they wear, ready to be posed and drawn.
///
/// Vertices come in this order: the head, what is worn about the neck, glasses (these are solid, and have `facts`), then lashes, beard,
/// the hair's cap and its strands (these are fibres, and have inks).
final class Figure {
  /// What is known of a solid vertex.
  struct Fact: Sendable {
    /// Where it rests in head space, and how open to light from all around it lies there.
    var rest: SIMD4<Float>
    /// Its place in the atlas, and how far inside the hair it lies.
    var place: SIMD4<Float>
  }
  /// The figure with one expression.
  struct Pose {
    var points: [SIMD3<Float>]
    /// Of the solid vertices.
    var normals: [SIMD3<Float>]
    /// Of the fibres: along them and away from what they grow on.
    var tangents: [SIMD3<Float>]
    var away: [SIMD3<Float>]
    /// The upper lids' margins, right then left.
    var lidMargins: [[SIMD3<Float>]]
    var gaze: Matrix3
  }

  let person: Person
  let anatomy: Anatomy
  let identity: [Float]
  let placement: HeadPlacement
  let paint: SkinPaint
  let clothes: Clothes
  let glasses: Glasses?
  private(set) var facts: [Fact] = []
  private(set) var inks: [SIMD3<Float>] = []
  /// The cap's part of the fibres, which shines less than hairs do.
  private(set) var dull = 0..<0
  private(set) var corners: [Int32] = []
  private(set) var materials: [Material] = []
  private(set) var parts: [FacePart] = []
  /// Corners of the triangles that cast shadows: those that move, and those that stay.
  private(set) var movingCasters: [Int32] = []
  private(set) var stillCasters: [Int32] = []
  let eyeCenters: [SIMD3<Float>]
  private let rest: FaceState
  /// The clothes' own, at rest.
  private let clothNormals: [SIMD3<Float>]
  private let lashes: Lashes
  private let beard: FaceHair
  private let hair: HairMesh
  var solidCount: Int { facts.count }

  init(_ person: Person, _ anatomy: Anatomy, identity: [Float]) {
    self.person = person
    self.anatomy = anatomy
    self.identity = identity
    let model = anatomy.model
    rest = FaceState(identity: identity)
    let coarse = Anatomy.points(model.vertices(rest))
    eyeCenters = Anatomy.points(model.eyeCenters(identity: Tensor(identity)))
    let landmarks = model.landmarkVertices.map { coarse[$0] }
    placement = HeadPlacement(landmarks: landmarks, tilt: anatomy.tilt)
    paint = SkinPaint(person, atlas: anatomy.atlas, noise: anatomy.noise)
    let skull = Skull(coarse, anatomy.skull)
    let hairline = Hairline(style: person.hair, forehead: landmarks[10].y)
    let growth = HairGrowth(skull: skull, hairline: hairline, person: person, noise: anatomy.noise)
    let ring = anatomy.neckRing.isEmpty ? Anatomy.plainRing() : anatomy.neckRing.map { coarse[$0] }
    // A model that ends with a bare bust has shoulders of its own shape.
    var style = person.clothes
    if anatomy.neckRing.isEmpty { style.kind = .bare }
    clothes = Clothes(style, ring: ring, noise: anatomy.noise)
    glasses = person.glasses.map { Glasses($0, landmarks: landmarks) }
    lashes = Lashes(seed: person.seed &+ UInt64(person.number))
    let (head, normals) = Self.head(anatomy, rest, person.torso)
    beard = FaceHair(
      person, points: head, corners: anatomy.surface.corners, faces: anatomy.beardFaces, places: anatomy.places, paint: paint)
    clothNormals = SubdividedMesh.normals(clothes.points, clothes.corners)
    var grown = growth.cap
    grown.append(growth.strands)
    hair = grown
    join(capTriangles: growth.cap.corners.count / 3, capPoints: growth.cap.points.count)
    learnFacts(head, normals, hairline)
  }

  /// The refined surface of the head and the torso below it, in one state.
  private static func head(_ anatomy: Anatomy, _ state: FaceState, _ torso: Rigid) -> (points: [SIMD3<Float>], normals: [SIMD3<Float>]) {
    var coarse = Anatomy.points(anatomy.model.vertices(state))
    for i in coarse.indices where anatomy.torsoWeight[i] > 0 { coarse[i] = mix(coarse[i], torso.apply(coarse[i]), anatomy.torsoWeight[i]) }
    let points = anatomy.surface.refine(coarse, SubdividedMesh.normals(coarse, anatomy.coarseCorners))
    return (points, SubdividedMesh.normals(points, anatomy.surface.corners))
  }

  /// Puts all triangles into one list.
  private func join(capTriangles: Int, capPoints: Int) {
    func add(_ more: [Int32], from start: Int, _ material: (Int) -> Material, _ part: (Int) -> FacePart = { _ in .hidden }) {
      let offset = Int32(start)
      corners.reserveCapacity(corners.count + more.count)
      for corner in more { corners.append(corner + offset) }
      for f in 0..<more.count / 3 {
        materials.append(material(f))
        parts.append(part(f))
      }
    }
    let kinds = anatomy.parts
    add(anatomy.surface.corners, from: 0, { Material(kinds[$0]) }, { kinds[$0] })
    var start = anatomy.surface.count
    add(clothes.corners, from: start, { _ in .garment }, { _ in .torso })
    start += clothes.points.count
    if let glasses {
      add(glasses.corners, from: start, { _ in .glasses })
      start += glasses.points.count
    }
    movingCasters = corners
    add(lashes.corners, from: start, { _ in .lash })
    start += lashes.count
    add(beard.corners, from: start, { _ in .beard })
    start += beard.count
    let first = corners.count
    add(hair.corners, from: start, { $0 < capTriangles ? .cap : .strand })
    // Single hairs are too fine for the shadows' map: some stand for all.
    let thin = 3
    stillCasters = Array(corners[first..<first + 3 * capTriangles])
    for f in stride(from: first / 3 + capTriangles, to: corners.count / 3, by: thin) { stillCasters += corners[3 * f..<3 * f + 3] }
    dull = lashes.count + beard.count..<lashes.count + beard.count + capPoints
    inks = Array(repeating: SIMD3(0.012, 0.009, 0.008), count: lashes.count) + beard.colors + hair.colors
  }

  private func learnFacts(_ head: [SIMD3<Float>], _ normals: [SIMD3<Float>], _ hairline: Hairline) {
    // Rest in the model's own coordinates, the torso as it was before it turned.
    let still = Self.head(anatomy, rest, .identity).points
    let pose = pose(rest, torso: person.torso)
    let solid = head.count + clothes.points.count
    let open = Occlusion.openness(
      pose.points, pose.normals, casters: movingCasters + stillCasters, count: solid)
    facts.reserveCapacity(pose.normals.count)
    for i in still.indices {
      let d = normalized(still[i] - Skull.center), place = anatomy.places[i]
      let cover = d.y < -0.75 ? -1 : hairline.cover(d, still[i])
      facts.append(Fact(rest: SIMD4(still[i], open[i]), place: SIMD4(place.x, place.y, cover, 0)))
    }
    for (i, p) in clothes.points.enumerated() { facts.append(Fact(rest: SIMD4(p, open[head.count + i]), place: .zero)) }
    for p in glasses?.points ?? [] { facts.append(Fact(rest: SIMD4(p, 1), place: .zero)) }
  }

  /// The figure with one expression and gaze; `torso` brings the shoulders from their rest to where they are, in head space.
  func pose(_ state: FaceState, torso: Rigid) -> Pose {
    let (head, headNormals) = Self.head(anatomy, state, torso)
    var points = head, normals = headNormals
    points.reserveCapacity(corners.isEmpty ? head.count : head.count + clothes.points.count + inks.count + 2000)
    for p in clothes.points { points.append(torso.apply(p)) }
    for n in clothNormals { normals.append(torso.rotation * n) }
    if let glasses {
      points += glasses.points
      normals += glasses.normals
    }
    let margins = anatomy.lids.map { loop in loop.map { LidPoint(point: head[$0], normal: headNormals[$0]) } }
    points += lashes.points(margins, up: [0, 1, 0], left: [1, 0, 0])
    var tangents = [SIMD3<Float>](repeating: [0, 0, 1], count: lashes.count), away = tangents
    beard.place(head, headNormals, into: &points, &tangents, &away)
    points += hair.points
    tangents += hair.tangents
    away += hair.normals
    return Pose(
      points: points, normals: normals, tangents: tangents, away: away, lidMargins: anatomy.lids.map { $0.prefix(9).map { head[$0] } },
      gaze: Matrix3(yaw: state.gaze.x, pitch: state.gaze.y, roll: 0))
  }

  /// The 478 landmarks in head space, `[478]`.
  func landmarks(_ state: FaceState) -> [SIMD3<Float>] {
    let all = Anatomy.points(anatomy.model.vertices(state))
    return anatomy.model.landmarkVertices.map { all[$0] }
  }
}
