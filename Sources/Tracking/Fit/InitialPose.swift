import Torch

/// Poses from the depths that the landmark network guesses: the similarity that lays the mean shape on each frame's points.
enum InitialPose {
  /// - points: `[N, 468, 3]` from the principal point in distances of the eyes, y down and z away from the camera.
  /// - focal: in the same unit.
  ///
  /// Returns rotations `[N, 3, 3]` and translations `[N, 3]`, head to camera.
  static func estimate(_ model: LandmarkModel, points: Tensor, focal: Double) -> (rotation: Tensor, translation: Tensor) {
    let n = points.size(0)
    let weights = (Tensor(LandmarkWeights.points) / Tensor(LandmarkWeights.points).sum()).to(.float64)
    let seen = points.to(.float64) * Tensor([1.0, -1, -1])
    let mean = model.mean.to(.float64)
    let seenCenter = (seen * weights.unsqueeze(-1)).sum(1)  // [N, 3]
    let meanCenter = (mean * weights.unsqueeze(-1)).sum(0)  // [3]
    let a = seen - seenCenter.unsqueeze(1)
    let b = mean - meanCenter
    let weighted = (b * weights.unsqueeze(-1)).unsqueeze(0).expand(n, LandmarkModel.count, 3)
    let (u, s, vh) = call3("aten::linalg_svd", a.transpose(1, 2).bmm(weighted))
    let sign = call("aten::linalg_det", u.bmm(vh))
    let signs = stack([sign.onesLike(), sign.onesLike(), sign], 1)
    let rotation = (u * signs.unsqueeze(1)).bmm(vh)
    let spread = (b.square() * weights.unsqueeze(-1)).sum()
    let scale = (s * signs).sum(1) / spread  // eye distances per head unit, [N]
    let moved = rotation.matmul(meanCenter)  // [N, 3]
    let x = seenCenter[.all, 0] / scale - moved[.all, 0]
    let y = seenCenter[.all, 1] / scale - moved[.all, 1]
    let z = -(scale.reciprocal() * focal) - moved[.all, 2]
    return (rotation.to(.float32), stack([x, y, z], 1).to(.float32))
  }
}
