/// Where the points of a face are in an image.
package struct FaceLandmarks: Sendable {
  /// 478 points in pixels of the image (its corner is (0, 0)): MediaPipe's 468 mesh points with refined eyes, then 5 of the iris on the
  /// subject's right (centre first), then 5 on the left. z grows away from the camera, in the same scale, 0 near the head's centre.
  package var points: [SIMD3<Float>]
  /// How sure the mesh network is that this is a face, 0...1.
  package var presence: Float
  /// Corners of the box around the mesh.
  package var box: (low: SIMD2<Float>, high: SIMD2<Float>)

  package init(points: [SIMD3<Float>], presence: Float) {
    (self.points, self.presence) = (points, presence)
    var (low, high) = (SIMD2<Float>(repeating: .infinity), SIMD2<Float>(repeating: -.infinity))
    for p in points.prefix(468) {
      low = pointwiseMin(low, SIMD2(p.x, p.y))
      high = pointwiseMax(high, SIMD2(p.x, p.y))
    }
    box = (low, high)
  }

  /// The mesh point `index`, without its depth.
  package subscript(_ index: Int) -> SIMD2<Float> { SIMD2(points[index].x, points[index].y) }
  /// The distance between the eyes' centres (each the middle of its two corners), in pixels and with depth, so that a turned head keeps it.
  package var eyeDistance: Float {
    let right = (points[33] + points[133]) / 2
    let left = (points[263] + points[362]) / 2
    return ((right - left) * (right - left)).sum().squareRoot()
  }
}

/// Lines of the 468-point mesh, as indices of its points in order. "Right" is the subject's right, left in the image.
package enum MeshContour {
  package static let faceOval = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
    93, 234, 127, 162, 21, 54, 103, 67, 109,
  ]
  /// Outer edge of the lips, from the subject's right corner over the upper lip.
  package static let lipsOuter = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146]
  /// Inner edge of the lips, from the subject's right corner over the upper lip.
  package static let lipsInner = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95]
  package static let rightEye = [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7]
  package static let leftEye = [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249]
  package static let rightBrow = [70, 63, 105, 66, 107, 55, 65, 52, 53, 46]
  package static let leftBrow = [300, 293, 334, 296, 336, 285, 295, 282, 283, 276]
  package static let nose = [
    168, 417, 465, 343, 437, 420, 360, 279, 331, 294, 327, 326, 2, 97, 98, 64, 102, 49, 131, 198, 217, 114, 245, 193,
  ]

  /// For each of the 478 points, the one on the other side of the face.
  package static let mirror: [Int] = {
    let middle = [
      0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 94, 151, 152, 164, 168, 175, 195, 197, 199, 200,
    ]
    var twins = Array(0..<478)
    // The right side and the middle are numbered first, then the left side in the right one's order.
    for (right, left) in zip((0..<248).filter { !middle.contains($0) }, 248..<468) { (twins[right], twins[left]) = (left, right) }
    // An iris is its centre, then right, top, left and bottom as seen.
    for k in 0..<5 { (twins[468 + k], twins[473 + [0, 3, 2, 1, 4][k]]) = (473 + [0, 3, 2, 1, 4][k], 468 + k) }
    return twins
  }()
}
