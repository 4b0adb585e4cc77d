/// MediaPipe's 468-point face mesh: its triangles and the loops of points that outline its features.
///
/// "Left" is the subject's left. Loops are closed: the last point neighbours the first.
package enum FaceMeshTopology {
  package static let pointCount = 468
  /// Points with both irises: 468 and 473 are the centres of the right and left one, each followed by four points of its rim towards
  /// +x, +y, -x and -y.
  package static let landmarkCount = 478

  /// From the right corner over the upper lip to the left corner and back over the lower lip.
  package static let lipsOuter = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146]
  /// The line along which the lips meet, ordered as `lipsOuter`, point by point.
  package static let lipsInner = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95]
  /// The margin of the lids: from the outer corner over the upper lid to the inner corner and back below.
  package static let rightEye = [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7]
  package static let leftEye = [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249]
  /// The crease around the lids, point by point beside `rightEye`.
  package static let rightLid = [130, 247, 30, 29, 27, 28, 56, 190, 243, 112, 26, 22, 23, 24, 110, 25]
  package static let leftLid = [359, 467, 260, 259, 257, 258, 286, 414, 463, 341, 256, 252, 253, 254, 339, 255]
  /// From the outer end along the upper edge to the inner end and back along the lower edge.
  package static let rightBrow = [70, 63, 105, 66, 107, 55, 65, 52, 53, 46]
  package static let leftBrow = [300, 293, 334, 296, 336, 285, 295, 282, 283, 276]
  /// Around the nose, from the bridge down its right side.
  package static let nose = [
    168, 122, 188, 174, 217, 198, 209, 129, 64, 98, 97, 2, 326, 327, 294, 358, 429, 420, 437, 399, 412, 351,
  ]
  /// The border of the mesh, from the hairline down the left side to the chin and up the right.
  package static let faceOval = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
    93, 234, 127, 162, 21, 54, 103, 67, 109,
  ]
  package static let rightIris = [468, 469, 470, 471, 472]
  package static let leftIris = [473, 474, 475, 476, 477]

  /// The triangles' points, `(a, b, c)` counter-clockwise seen from outside.
  package static let triangles: [SIMD3<Int32>] = stride(from: 0, to: corners.count, by: 3).map {
    [Int32(corners[$0]), Int32(corners[$0 + 1]), Int32(corners[$0 + 2])]
  }
  /// For each of the 468 points, the one on the other side of the face.
  package static let mirror: [Int] = {
    let c = FaceMeshMean.coordinates
    let place = (0..<pointCount).map { SIMD3<Int16>(c[3 * $0], c[3 * $0 + 1], c[3 * $0 + 2]) }
    let at = Dictionary(place.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    return place.map { p in
      guard let other = at[[-p.x, p.y, p.z]] else { fatalError("the mean face is not symmetric") }
      return other
    }
  }()

  /// Indices of the triangles on the inner side of a loop of neighbouring points, the side on which `seed` (a point off the loop) lies.
  package static func triangles(inside loop: [Int], seed: Int) -> [Int] {
    var byEdge: [SIMD2<Int32>: Int] = [:]
    for (t, c) in triangles.enumerated() {
      byEdge[[c.x, c.y]] = t
      byEdge[[c.y, c.z]] = t
      byEdge[[c.z, c.x]] = t
    }
    var walls = Set<SIMD2<Int32>>()
    for (a, b) in zip(loop, loop.dropFirst() + loop.prefix(1)) {
      walls.insert([Int32(a), Int32(b)])
      walls.insert([Int32(b), Int32(a)])
    }
    var found = Set<Int>()
    var open = triangles.indices.filter { triangles[$0].x == seed || triangles[$0].y == seed || triangles[$0].z == seed }
    while let t = open.popLast() {
      guard found.insert(t).inserted else { continue }
      let c = triangles[t]
      for edge in [SIMD2(c.x, c.y), [c.y, c.z], [c.z, c.x]] where !walls.contains(edge) {
        if let next = byEdge[[edge.y, edge.x]] { open.append(next) }
      }
    }
    return found.sorted()
  }
}
