/// The 468 points as the built-in head has them: the mean face with closed lips and with lids that lie on the eyeballs.
struct BaseFace {
  var points: [SIMD3<Float>]
  /// Centres of the eyeballs, right then left.
  let eyeCenters: [SIMD3<Float>]

  static let eyeRadius: Float = 1.2
  /// How far the margin of the lids lies above the eyeball.
  static let lidThickness: Float = 0.09

  /// The rings of points between the outer and the inner border of the lips, ordered as `FaceMeshTopology.lipsOuter`.
  static let lipRings = [
    [76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 307, 320, 404, 315, 16, 85, 180, 90, 77],
    [62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 325, 319, 403, 316, 15, 86, 179, 89, 96],
  ]

  init() {
    let c = FaceMeshMean.coordinates
    points = (0..<FaceMeshTopology.pointCount).map { v in
      let p = SIMD3<Float>(Float(c[3 * v]), Float(c[3 * v + 1]), Float(c[3 * v + 2]))
      return p / 1000
    }
    Self.refine(&points)
    Self.closeLips(&points)
    var centers: [SIMD3<Float>] = []
    for margin in [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye] {
      let center = Self.eyeCenter(margin.map { [points] in points[$0] })
      for v in margin { points[v] = Self.onLid(points[v], center) }
      centers.append(center)
    }
    eyeCenters = centers
  }

  /// Profile and brows as anthropometry has them: the network's own face purses its lips, lifts its brows and draws back its chin.
  private static func refine(_ points: inout [SIMD3<Float>]) {
    let amounts: [String: Float] = ["browHeight": -1, "browRidge": 0.7, "mouthForward": -0.45, "chinForward": 0.35, "jawHeight": 0.6]
    let modes = IdentityMode.all.filter { amounts[$0.name] != nil }
    for v in points.indices {
      for mode in modes { points[v] += mode.movement(of: points[v], torso: 0) * (amounts[mode.name] ?? 0) }
    }
  }

  /// Brings both inner borders onto the line midway, and takes the flesh of the lips along.
  private static func closeLips(_ points: inout [SIMD3<Float>]) {
    let inner = FaceMeshTopology.lipsInner
    for i in 1..<10 {
      let upper = inner[i]
      let lower = inner[20 - i]
      let meeting = (points[upper] + points[lower]) / 2
      for (v, ring, at) in [(upper, lipRings, i), (lower, lipRings, 20 - i)] {
        let move = meeting - points[v]
        points[v] = meeting
        points[ring[1][at]] += move * 0.6
        points[ring[0][at]] += move * 0.3
      }
    }
  }

  /// The eyeball on which the lids' margins lie best, midway between the corners.
  private static func eyeCenter(_ margin: [SIMD3<Float>]) -> SIMD3<Float> {
    let x = (margin[0].x + margin[8].x) / 2
    let middle = [3, 4, 5, 11, 12, 13].map { margin[$0] }
    let y = middle.map(\.y).reduce(0, +) / 6
    let reach = eyeRadius + lidThickness
    let z = middle.map { $0.z - max(0, reach * reach - ($0.x - x) * ($0.x - x) - ($0.y - y) * ($0.y - y)).squareRoot() }
    return [x, y, z.reduce(0, +) / 6]
  }
  /// A point of a margin moved in depth onto the eyeball; the corners of the eye, beside the ball, stay.
  private static func onLid(_ p: SIMD3<Float>, _ center: SIMD3<Float>) -> SIMD3<Float> {
    let d = p - center
    let aside = (d.x * d.x + d.y * d.y).squareRoot()
    let reach = eyeRadius + lidThickness
    let z = center.z + max(0.2, reach * reach - aside * aside).squareRoot()
    return [p.x, p.y, mix(z, p.z, smoothstep(0.9, 1.25, aside))]
  }
}
