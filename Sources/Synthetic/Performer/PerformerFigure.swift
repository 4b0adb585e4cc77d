import Face
import Foundation
import Torch

/// The person's surfaces, joined into one mesh: what does not change from frame to frame.
struct PerformerGeometry: Sendable {
  enum Material: UInt8, Sendable {
    case skin, eye, teeth, tongue, mouth, shirt, collar, cap, strand, lash
  }
  /// Three corners a triangle.
  var corners: [Int32] = []
  /// One a triangle.
  var materials: [Material] = []
  /// What part of the model a triangle shows; `hidden` where it is none of the model's.
  var parts: [FacePart] = []
  /// Corners of the triangles that cast shadows.
  var casters: [Int32] = []
  /// Where every vertex rests, in head space.
  var rest: [SIMD3<Float>] = []
  /// How open to light from all around every vertex rests, 0...1.
  var openness: [Float] = []
  /// The first of the hair's vertices, and their colours.
  var hairStart = 0
  var hairColors: [SIMD3<Float>] = []

  mutating func add(_ more: [Int32], from start: Int, _ material: (Int) -> Material, _ part: (Int) -> FacePart = { _ in .hidden }) {
    for f in 0..<more.count / 3 {
      let triangle = more[3 * f..<3 * f + 3].map { $0 + Int32(start) }, kind = material(f)
      corners += triangle
      // Lashes and single hairs are too fine for the shadows' map: some strands stand for all.
      if kind != .lash, kind != .strand || f % 3 == 0 { casters += triangle }
      materials.append(kind)
      parts.append(part(f))
    }
  }
}

/// The person in one frame, in the world.
struct PerformerPosed: Sendable {
  struct Eye: Sendable {
    /// The eyeball's middle at rest, in head space.
    var center: SIMD3<Float>
    /// The upper lid's margin, in head space.
    var lid: [SIMD3<Float>]
  }
  var points: [SIMD3<Float>]
  var normals: [SIMD3<Float>]
  /// Along the hair.
  var tangents: [SIMD3<Float>]
  var eyes: [Eye]
  var pose: Rigid
  var gaze: Matrix3
}

/// The whole person: the morphable model made finer, with hair, lashes and a shirt, placed anew for every frame.
final class PerformerFigure {
  let model: MorphableModel
  private(set) var geometry = PerformerGeometry()
  let skin: PerformerSkin
  let collar: PerformerCollar
  private let hair: PerformerHair
  private let lashes: PerformerLashes
  private let surface: PerformerSurface
  private let coarseCorners: [Int32]
  private let torsoWeight: [Float]
  private let collarNormals: [SIMD3<Float>]
  private let eyeCenters: [SIMD3<Float>]
  private static let lids = [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye]

  init(model: MorphableModel, identity: [Float], look: PerformerLook) {
    self.model = model
    let visible = model.parts.indices.filter { model.parts[$0] != .hidden }
    let all = model.triangles.array(Int32.self)
    func corners(_ faces: [Int]) -> [Int32] { faces.flatMap { all[3 * $0..<3 * $0 + 3] } }
    coarseCorners = corners(visible)
    torsoWeight = model.torsoWeight.floats
    surface = PerformerSurface(count: model.vertexCount, corners: coarseCorners)
    let still = FaceState(identity: identity)
    let coarse = Self.points(model.vertices(still))
    eyeCenters = Self.points(
      model.eyeCenters(identity: Tensor(identity + Array(repeating: 0, count: model.identityNames.count - identity.count))))
    let landmarks = model.landmarkVertices.map { coarse[$0] }
    let hairline = PerformerHairline(forehead: landmarks[10].y)
    skin = PerformerSkin(landmarks: landmarks, look: look, hairline: hairline)
    let head = surface.refine(coarse, PerformerSurface.normals(coarse, coarseCorners))
    let fine = surface.corners
    let bone = visible.indices.filter { Self.isSkull(model.parts[visible[$0]]) }
    let skull = PerformerSkull(head, bone.flatMap { fine[12 * $0..<12 * $0 + 12] })
    hair = PerformerHair(skull: skull, hairline: hairline, look: look)
    lashes = PerformerLashes(seed: look.seed)
    func touched(_ part: FacePart) -> Set<Int32> { Set(corners(visible.filter { model.parts[$0] == part })) }
    collar = PerformerCollar(ring: touched(.neck).intersection(touched(.torso)).sorted().map { coarse[Int($0)] }, look: look)
    collarNormals = PerformerSurface.normals(collar.points, collar.corners)

    geometry.hairStart = surface.count
    geometry.hairColors = hair.colors
    let kinds = visible.map { model.parts[$0] }
    geometry.add(surface.corners, from: 0, { Self.material(kinds[$0 / 4]) }, { kinds[$0 / 4] })
    geometry.add(hair.corners, from: surface.count, { [hair] in $0 < hair.capTriangles ? .cap : .strand })
    geometry.add(lashes.corners, from: surface.count + hair.points.count, { _ in .lash })
    geometry.add(collar.corners, from: surface.count + hair.points.count + lashes.count, { _ in .collar })
    let resting = pose(still, torso: .identity)
    geometry.rest = resting.points
    let solid = geometry.materials.indices.filter { geometry.materials[$0] != .strand && geometry.materials[$0] != .lash }
    geometry.openness = PerformerOcclusion.openness(
      resting.points, resting.normals, casters: solid.flatMap { [geometry] in geometry.corners[3 * $0..<3 * $0 + 3] },
      center: [0, -0.6, -0.2], radius: 3)
  }

  private static func isSkull(_ part: FacePart) -> Bool {
    switch part {
    case .skin, .eyelid, .brow, .nose, .upperLip, .lowerLip, .scalp, .neck: true
    default: false
    }
  }
  private static func material(_ part: FacePart) -> PerformerGeometry.Material {
    switch part {
    case .sclera, .iris, .pupil: .eye
    case .upperTeeth, .lowerTeeth: .teeth
    case .tongue: .tongue
    case .mouthSocket, .gums: .mouth
    case .torso: .shirt
    default: .skin
    }
  }

  /// The figure in one state; `torso` (at rest to world) moves the shoulders, and the neck between them and the head.
  func pose(_ state: FaceState, torso: Rigid) -> PerformerPosed {
    let head = Self.points(model.vertices(state))
    let coarse = place(head, state.pose, torso)
    let coarseNormals = PerformerSurface.normals(coarse, coarseCorners)
    var points = surface.refine(coarse, coarseNormals)
    var normals = PerformerSurface.normals(points, surface.corners)
    points += hair.points.map { state.pose.apply($0) }
    normals += hair.normals.map { state.pose.rotation * $0 }
    let margins = Self.lids.map { loop in
      loop.map { LidPoint(point: coarse[model.landmarkVertices[$0]], normal: coarseNormals[model.landmarkVertices[$0]]) }
    }
    points += lashes.points(margins, up: state.pose.rotation.y, left: state.pose.rotation.x)
    normals += Array(repeating: state.pose.rotation.z, count: lashes.count)
    points += collar.points.map { torso.apply($0) }
    normals += collarNormals.map { torso.rotation * $0 }
    let eyes = zip(eyeCenters, Self.lids).map { center, loop in
      PerformerPosed.Eye(center: center, lid: loop.prefix(9).map { head[model.landmarkVertices[$0]] })
    }
    return PerformerPosed(
      points: points, normals: normals, tangents: hair.tangents.map { state.pose.rotation * $0 }, eyes: eyes, pose: state.pose,
      gaze: Matrix3(yaw: state.gaze.x, pitch: state.gaze.y, roll: 0))
  }

  /// Head space to the world, the neck stretched between head and torso.
  private func place(_ head: [SIMD3<Float>], _ pose: Rigid, _ torso: Rigid) -> [SIMD3<Float>] {
    head.indices.map { i in
      let moved = pose.apply(head[i]), w = torsoWeight[i]
      return w == 0 ? moved : moved + w * (torso.apply(head[i]) - moved)
    }
  }
  /// The model's own vertices as they are drawn, `[V, 3]`.
  func worldVertices(_ state: FaceState, torso: Rigid) -> Tensor {
    let placed = place(Self.points(model.vertices(state)), state.pose, torso)
    return Tensor(placed.flatMap { [$0.x, $0.y, $0.z] }, [placed.count, 3])
  }

  private static func points(_ tensor: Tensor) -> [SIMD3<Float>] {
    tensor.withElements(Float.self) { flat in (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) } }
  }
}
