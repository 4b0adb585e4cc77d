import Face
import Torch

/// The part of a morphable model that landmarks see: the 468 mesh points as linear functions of its coefficients.
package struct LandmarkModel {
  /// Mesh points in the network's order.
  package static let count = 468

  /// `[468, 3]` in head units.
  package let mean: Tensor
  /// `[468, 3, Ni]`.
  package let identity: Tensor
  /// `[468, 3, Ne]`.
  package let expression: Tensor
  package let expressionNames: [String]

  package init(mean: Tensor, identity: Tensor, expression: Tensor, expressionNames: [String]) {
    precondition(mean.shape == [Self.count, 3] && identity.dim == 3 && expression.size(2) == expressionNames.count)
    self.mean = mean.contiguous()
    self.identity = identity.contiguous()
    self.expression = expression.contiguous()
    self.expressionNames = expressionNames
  }

  /// The mesh points of a head model, before its eyes turn.
  package init(_ model: MorphableModel) {
    func basis(_ t: Tensor) -> Tensor { t.narrow(1, 0, Self.count).permute(1, 2, 0) }
    let points = model.landmarkShape
    self.init(
      mean: points.mean.narrow(0, 0, Self.count), identity: basis(points.identity), expression: basis(points.expression),
      expressionNames: model.expressionNames)
  }

  /// How far apart the eyes' centres are in the mean shape, head units.
  package var eyeDistance: Double {
    let corners = mean.indexSelect(0, Tensor([33, 133, 263, 362].map(Int64.init)))
    return (corners[.in(0..<2)].mean(0) - corners[.in(2..<4)].mean(0)).norm().item
  }
}

/// How much each mesh point counts in the fit, and which pairs of points say how far lids and lips are open.
enum LandmarkWeights {
  /// `[468]`: what moves and is seen well counts most, the outline, which slides over the skin as the head turns, least.
  static let points: [Float] = {
    // Cheeks and forehead have no marks: the network puts their points where a mean face has them.
    var all = [Float](repeating: 0.2, count: LandmarkModel.count)
    func set(_ indices: [Int], _ weight: Float) { for i in indices { all[i] = weight } }
    set(MeshContour.nose, 1)
    set(MeshContour.rightBrow + MeshContour.leftBrow, 1)
    set(MeshContour.lipsOuter + MeshContour.lipsInner, 2)
    set(MeshContour.rightEye + MeshContour.leftEye, 2)
    set(MeshContour.faceOval, 0.06)
    // The chin's tip is the outline's one point that tells of the jaw.
    set([152, 148, 377, 176, 400], 0.3)
    return all
  }()
  /// (upper, lower, weight): both lids at three places each, the inner lips at five.
  static let openings: [(upper: Int, lower: Int, weight: Float)] =
    [(159, 145), (158, 153), (160, 144), (386, 374), (385, 380), (387, 373)].map { ($0.0, $0.1, 12) }
    + [(13, 14), (82, 87), (312, 317), (81, 178), (311, 402)].map { ($0.0, $0.1, 12) }
  /// Corners of the mouth, outer and inner.
  private static let corners: [(upper: Int, lower: Int, weight: Float)] = [(61, 291, 12), (78, 308, 12)]

  /// Whose differences are met besides the landmarks themselves.
  enum Pairs {
    case openings
    /// The corners of the mouth too.
    case all
    var list: [(upper: Int, lower: Int, weight: Float)] { LandmarkWeights.openings + (self == .all ? LandmarkWeights.corners : []) }
  }
}
