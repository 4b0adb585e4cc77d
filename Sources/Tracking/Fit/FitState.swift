import Face
import Torch

/// Everything the fit solves for: per frame a pose and an expression, per clip an identity, a calibration and a focal length.
struct FitState {
  /// `[N, 3, 3]`, head to camera.
  var rotation: Tensor
  /// `[N, 3]`, head units.
  var translation: Tensor
  /// `[N, Ne]`.
  var expression: Tensor
  /// `[Ni]`.
  var identity: Tensor
  /// `[468, 3]`, head units.
  var calibration: Tensor
  /// In units of the distance of the eyes in the image, as everything in the image is here.
  var focal: Double

  var count: Int { rotation.size(0) }

  /// The frames at some positions, with the clip's own values.
  func frames(_ positions: Tensor) -> FitState {
    var part = self
    part.rotation = rotation.indexSelect(0, positions)
    part.translation = translation.indexSelect(0, positions)
    part.expression = expression.indexSelect(0, positions)
    return part
  }
  func frames(_ range: Range<Int>) -> FitState {
    var part = self
    part.rotation = rotation.narrow(0, range.lowerBound, range.count)
    part.translation = translation.narrow(0, range.lowerBound, range.count)
    part.expression = expression.narrow(0, range.lowerBound, range.count)
    return part
  }

  /// Mesh points of every frame in camera axes, `[N, 468, 3]`, and turned into them but not moved.
  func points(_ model: LandmarkModel) -> (placed: Tensor, turned: Tensor) {
    let still = model.mean + calibration + model.identity.matmul(identity)
    let l = LandmarkModel.count
    let moved = expression.matmul(model.expression.reshape(3 * l, -1).t()).reshape(-1, l, 3) + still
    let turned = moved.bmm(rotation.transpose(1, 2))
    return (turned + translation.unsqueeze(1), turned)
  }
  /// Where they fall in the image, `[N, 468, 2]`: from the principal point, y down.
  func projected(_ model: LandmarkModel) -> Tensor {
    let p = points(model).placed
    let scale = p[.ellipsis, 2].reciprocal() * -focal
    return stack([p[.ellipsis, 0] * scale, -(p[.ellipsis, 1] * scale)], -1)
  }
}
