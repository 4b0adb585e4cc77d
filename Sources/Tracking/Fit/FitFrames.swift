/// Which frames tell who somebody is: those that show the face at rest, in poses as different as there are.
enum FitFrames {
  /// At most `limit` positions in `faces`, in order.
  static func choose(_ faces: [FaceLandmarks], limit: Int = 40) -> [Int] {
    let views = faces.map(FaceView.init), gap = views.map(\.gap), lids = views.map(\.lids)
    // Lips closed, or as nearly as they come; eyes as open as they mostly are.
    let closed = max(0.03, gap.sorted()[gap.count / 4])
    let sorted = lids.sorted()
    let open = sorted[sorted.count / 3]
    var rest = faces.indices.filter { gap[$0] <= closed && lids[$0] >= open }
    if rest.isEmpty { rest = Array(faces.indices) }
    // Farthest points first, by where the nose stands between the eyes and how large and turned the face is.
    var chosen = [rest[rest.count / 2]]
    var nearest = rest.map { views[$0].squaredDistance(to: views[chosen[0]]) }
    while chosen.count < min(limit, rest.count) {
      guard let far = nearest.indices.max(by: { nearest[$0] < nearest[$1] }), nearest[far] > 0 else { break }
      chosen.append(rest[far])
      for i in rest.indices { nearest[i] = min(nearest[i], views[rest[i]].squaredDistance(to: views[rest[far]])) }
    }
    return chosen.sorted()
  }
}
