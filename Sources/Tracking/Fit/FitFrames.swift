/// Which frames tell who somebody is: those that show the face at rest, in poses as different as there are.
enum FitFrames {
  /// At most `limit` positions in `faces`, in order.
  static func choose(_ faces: [FaceLandmarks], limit: Int = 40) -> [Int] {
    let gap = faces.map { f in distance(f, 13, 14) / f.eyeDistance }
    let lids = faces.map { f in (distance(f, 159, 145) + distance(f, 386, 374)) / f.eyeDistance }
    // Lips closed, or as nearly as they come; eyes as open as they mostly are.
    let closed = max(0.03, gap.sorted()[gap.count / 4])
    let sorted = lids.sorted()
    let open = sorted[sorted.count / 3]
    var rest = faces.indices.filter { gap[$0] <= closed && lids[$0] >= open }
    if rest.isEmpty { rest = Array(faces.indices) }
    // Farthest points first, by where the nose stands between the eyes and how large and turned the face is.
    let features = faces.map { f -> SIMD4<Float> in
      let (right, left) = ((f[33] + f[133]) / 2, (f[263] + f[362]) / 2)
      let across = left - right
      let nose = f[1] - (left + right) / 2
      let size = (across * across).sum()
      return [(nose * across).sum() / size, (nose * SIMD2(-across.y, across.x)).sum() / size, across.y / size.squareRoot(), 0]
    }
    var chosen = [rest[rest.count / 2]]
    var nearest = rest.map { squared(features[$0] - features[chosen[0]]) }
    while chosen.count < min(limit, rest.count) {
      guard let far = nearest.indices.max(by: { nearest[$0] < nearest[$1] }), nearest[far] > 0 else { break }
      chosen.append(rest[far])
      for i in rest.indices { nearest[i] = min(nearest[i], squared(features[rest[i]] - features[rest[far]])) }
    }
    return chosen.sorted()
  }

  private static func distance(_ f: FaceLandmarks, _ a: Int, _ b: Int) -> Float { squared(f[a] - f[b]).squareRoot() }
  private static func squared<V: SIMD>(_ v: V) -> Float where V.Scalar == Float { (v * v).sum() }
}
