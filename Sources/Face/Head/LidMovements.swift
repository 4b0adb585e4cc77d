/// Movements of the lids, which slide on the eyeball.
extension ExpressionSculptor {
  /// Both lids of the right eye to new places: 1 closes the upper lid onto the line where they meet, which lies at the part `meeting`
  /// of the way from the upper to the lower margin; negative parts open it wider.
  func rightLids(upper: Float, lower: Float, meeting: Float = 0.82, crease: Float = 0.3) -> Movement {
    let margin = Mesh.rightEye
    let fold = Mesh.rightLid
    let center = head.base.eyeCenters[0]
    let points = surface.points
    var face = [SIMD3<Float>](repeating: .zero, count: points.count)
    var marginMove = [SIMD3<Float>](repeating: .zero, count: 16)
    var foldMove = marginMove
    for i in 1..<8 {
      let (u, l) = (points[margin[i]], points[margin[16 - i]])
      let line = mix(u, l, meeting)
      // The meeting line lies on the ball wherever the margins do.
      let meet = HeadMesh.above(line, center, 0)
      for (at, from, share) in [(i, u, upper), (16 - i, l, lower)] {
        let to = share > 0 ? mix(from, meet, share) : HeadMesh.above(from + (meet - from) * share, center, 0)
        marginMove[at] = to - from
        let fromFold = points[fold[at]]
        let toFold = HeadMesh.above(fromFold + (to - from) * crease, center, 0.06)
        foldMove[at] = toFold - fromFold
      }
    }
    for i in 0..<16 {
      face[margin[i]] = marginMove[i]
      face[fold[i]] = foldMove[i]
    }
    // The skin beyond the crease, up to the brow and down to the cheekbone, gives a little.
    let beyond: [(Int, Int, Float)] = [
      (225, 247, 0.3), (224, 30, 0.35), (223, 27, 0.4), (222, 28, 0.35), (221, 56, 0.3), (113, 247, 0.2), (226, 130, 0.2),
      (31, 25, 0.25), (228, 110, 0.35), (229, 24, 0.4), (230, 23, 0.4), (231, 22, 0.35), (232, 26, 0.3), (233, 112, 0.25),
      (118, 24, 0.15), (119, 23, 0.15), (120, 22, 0.1), (117, 110, 0.1),
    ]
    for (v, like, share) in beyond { face[v] = face[like] * share }
    var movement = Movement(face: face)
    for (k, row) in head.lidRows[0].enumerated() {
      let t = Float(k + 1) / 3
      for (i, v) in row.enumerated() {
        let from = head.mesh.positions[v]
        let to = HeadMesh.above(mix(points[margin[i]] + marginMove[i], points[fold[i]] + foldMove[i], t), center, 0.03)
        // Following margin and crease is what the row does anyway; this is the rest, the roundness.
        movement.own[v] = to - from - (marginMove[i] * (1 - t) + foldMove[i] * t)
      }
    }
    return movement
  }

  /// The same movement with lids that ride on the eyeballs instead of cutting into them.
  func onEyeballs(_ m: Movement) -> Movement {
    var riding = m
    let places = head.mesh.positions
    let eyes = [(Mesh.rightEye, Mesh.rightLid), (Mesh.leftEye, Mesh.leftLid)]
    for (eye, center) in head.base.eyeCenters.enumerated() {
      // Where a point goes that was to go to `to`: no nearer to the ball than a lid is thick, or than it was.
      func ride(_ v: Int, _ to: SIMD3<Float>, _ above: Float) -> SIMD3<Float> {
        let least = min(BaseFace.eyeRadius + BaseFace.lidThickness + above, length(places[v] - center))
        let d = to - center, l = length(d)
        return l < least ? center + d * (least / l) : to
      }
      let (margin, fold) = eyes[eye]
      for i in 0..<16 {
        for (v, above) in [(margin[i], Float(0)), (fold[i], 0.06)] { riding.face[v] = ride(v, places[v] + m.face[v], above) - places[v] }
        for (k, row) in head.lidRows[eye].enumerated() {
          let t = Float(k + 1) / 3, v = row[i]
          let along = riding.face[margin[i]] * (1 - t) + riding.face[fold[i]] * t
          riding.own[v] = ride(v, places[v] + along + (m.own[v] ?? .zero), 0.03) - places[v] - along
        }
      }
    }
    return riding
  }
}
