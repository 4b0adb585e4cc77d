import Face
import Foundation
import Torch

/// A morphable model made ready for drawing: what is the same for all people with that model.
final class Anatomy: @unchecked Sendable {
  let model: MorphableModel
  let surface: SubdividedMesh
  let coarseCorners: [Int32]
  /// One a triangle of the refined surface.
  let parts: [FacePart]
  /// Where each vertex of the refined surface lies in the atlas.
  let places: [SIMD2<Float>]
  /// First corners of the triangles on which beards may grow.
  let beardFaces: [Int]
  /// Corners of the coarse triangles that make the skull.
  let skull: [Int32]
  /// Model vertices where the neck meets the torso; empty if the model ends at the neck.
  let neckRing: [Int]
  let torsoWeight: [Float]
  let tilt: Matrix3
  let atlas: FaceAtlas
  let noise = NoiseTable()
  let curve = DisplayCurve()
  let lids: [[Int]]

  /// With `shoulders`, those of a model that would turn them with its head keep still, and its neck bends.
  init(_ model: MorphableModel, shoulders: Bool = false) {
    self.model = model
    let visible = model.parts.indices.filter { model.parts[$0] != .hidden }
    let all = model.triangles.array(Int32.self)
    func corners(_ faces: [Int]) -> [Int32] { faces.flatMap { all[3 * $0..<3 * $0 + 3] } }
    coarseCorners = corners(visible)
    surface = SubdividedMesh(count: model.vertexCount, corners: coarseCorners)
    let fine = visible.flatMap { Array(repeating: model.parts[$0], count: 4) }
    parts = fine
    let mean = Self.points(model.mean)
    places = surface.refine(mean, SubdividedMesh.normals(mean, coarseCorners)).map { HeadChart.place($0) }
    beardFaces = fine.indices.filter { fine[$0] == .skin }.map { 3 * $0 }
    let bone: Set<FacePart> = [.skin, .eyelid, .brow, .nose, .upperLip, .lowerLip, .scalp, .neck]
    skull = corners(visible.filter { bone.contains(model.parts[$0]) })
    func touched(_ part: FacePart) -> Set<Int32> { Set(corners(visible.filter { model.parts[$0] == part })) }
    neckRing = touched(.neck).intersection(touched(.torso)).map(Int.init).sorted()
    let landmarks = model.landmarkVertices.map { mean[$0] }
    let given = model.torsoWeight.floats, chin = landmarks.reduce(Float.infinity) { min($0, $1.y) }
    torsoWeight = shoulders && !given.contains { $0 > 0 } ? mean.map { smoothstep(chin - 0.05, chin - 0.7, $0.y) } : given
    tilt = HeadPlacement.tilt(landmarks)
    atlas = FaceAtlas(landmarks: landmarks)
    lids = [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye].map { $0.map { model.landmarkVertices[$0] } }
  }

  static func points(_ tensor: Tensor) -> [SIMD3<Float>] {
    tensor.withElements(Float.self) { flat in (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) } }
  }
  /// Where the neck's base lies on a head whose model has no torso.
  static func plainRing() -> [SIMD3<Float>] {
    (0..<36).map { k in
      let a = 2 * Float.pi * Float(k) / 36
      return [0.65 * sin(a), -1.42 - 0.2 * cos(a), -0.54 + 0.6 * cos(a)]
    }
  }
}

/// What a triangle is made of, for the light.
enum Material: UInt8, Sendable {
  case skin, eye, teeth, tongue, mouth, torso, garment, glasses
  /// From here on: fibres, lit at their points.
  case lash, beard, cap, strand

  init(_ part: FacePart) {
    self =
      switch part {
      case .sclera, .iris, .pupil: .eye
      case .upperTeeth, .lowerTeeth: .teeth
      case .tongue: .tongue
      case .mouthSocket, .gums: .mouth
      case .torso: .torso
      default: .skin
      }
  }
  @inline(__always) var isFibre: Bool { rawValue >= Material.lash.rawValue }
}
