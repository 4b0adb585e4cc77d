/// How a face is seen, by its landmarks alone.
struct FaceView {
  /// Where the nose stands between the eyes, and how they are turned.
  let pose: SIMD4<Float>
  /// Distances of the lips and of both eyes' lids over that of the eyes.
  let gap, lids: Float

  init(_ f: FaceLandmarks) {
    func distance(_ a: Int, _ b: Int) -> Float { ((f[a] - f[b]) * (f[a] - f[b])).sum().squareRoot() }
    gap = distance(13, 14) / f.eyeDistance
    lids = (distance(159, 145) + distance(386, 374)) / f.eyeDistance
    let (right, left) = ((f[33] + f[133]) / 2, (f[263] + f[362]) / 2)
    let across = left - right, nose = f[1] - (left + right) / 2, size = max((across * across).sum(), 1e-6)
    pose = [(nose * across).sum() / size, (nose * SIMD2(-across.y, across.x)).sum() / size, across.y / size.squareRoot(), 0]
  }
  /// How unlike two views are: the square of a distance.
  func squaredDistance(to other: FaceView) -> Float { ((pose - other.pose) * (pose - other.pose)).sum() }
}
