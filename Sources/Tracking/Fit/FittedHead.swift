import Face
import Torch

/// A head model with one person's identity and calibration: the surface that a track moves.
package struct FittedHead {
  package let model: MorphableModel
  package let identity: Tensor
  /// What every vertex is moved by beside identity and expression, `[V, 3]` in head units: the calibration of the landmarks, spread
  /// over the skin around them.
  package let offsets: Tensor
  private let calibration: Tensor?

  /// How far a landmark's calibration spreads, head units.
  private static let reach = 0.08

  package init(_ model: MorphableModel, identity: [Float], calibration: [SIMD3<Float>]) {
    precondition(identity.count <= model.identityNames.count, "\(identity.count) identity coefficients for model \(model.name)")
    self.model = model
    self.identity = Tensor(identity + [Float](repeating: 0, count: model.identityNames.count - identity.count))
    guard !calibration.isEmpty else {
      offsets = Tensor.zeros([model.vertexCount, 3])
      self.calibration = nil
      return
    }
    precondition(calibration.count == LandmarkModel.count, "\(calibration.count) calibrated landmarks")
    let moved = Tensor(calibration.flatMap { [$0.x, $0.y, $0.z] }, [calibration.count, 3])
    let own = Tensor(model.landmarkVertices.prefix(LandmarkModel.count).map(Int64.init))
    self.calibration = moved
    offsets = withoutGradient {
      let distance = call("aten::cdist", model.mean, model.mean.indexSelect(0, own))
      let weights = (distance.square() * (-0.5 / (Self.reach * Self.reach))).exp()
      let spread = weights.matmul(moved) / (weights.sum(1, keepdim: true) + 0.1)
      return call("aten::index_copy", spread, 0, own, moved)
    }
  }

  /// All vertices of a state in head space, `[V, 3]`; the state's own identity is not looked at.
  package func vertices(_ state: FaceState) -> Tensor {
    model.vertices(identity: identity, expression: Tensor(state.expression), gaze: Tensor([state.gaze.x, state.gaze.y])) + offsets
  }
  /// The 468 mesh landmarks in head space.
  package func landmarks(_ state: FaceState) -> [SIMD3<Float>] {
    var points = model.landmarks(identity: identity, expression: Tensor(state.expression)).narrow(0, 0, LandmarkModel.count)
    if let calibration { points = points + calibration }
    let p = points.floats
    return (0..<LandmarkModel.count).map { [p[3 * $0], p[3 * $0 + 1], p[3 * $0 + 2]] }
  }

  /// Both eyeballs in head space, right then left, moved with the calibration of the lids' corners.
  var eyeballs: [GazeFit.Eyeball] { Self.eyeballs(model, identity: identity, calibration: calibration) }
  /// The same of a head that needs no surface; `calibration` is `[468, 3]`.
  static func eyeballs(_ model: MorphableModel, identity: Tensor, calibration: Tensor?) -> [GazeFit.Eyeball] {
    let centers = model.eyeCenters(identity: identity).floats
    let points = model.landmarks(identity: identity).floats
    return [(0, 468, MeshContour.rightEye), (1, 473, MeshContour.leftEye)].map { eye, iris, lids in
      var center = SIMD3(centers[3 * eye], centers[3 * eye + 1], centers[3 * eye + 2])
      let radius = length(SIMD3(points[3 * iris], points[3 * iris + 1], points[3 * iris + 2]) - center)
      if let calibration {
        let shift = calibration.indexSelect(0, Tensor(lids.map(Int64.init))).mean(0).floats
        center += SIMD3(shift[0], shift[1], 0)
      }
      return GazeFit.Eyeball(center: center, radius: radius)
    }
  }
  /// The eyeballs' centres in head space, right then left.
  package var eyeCenters: [SIMD3<Float>] { eyeballs.map(\.center) }
}
