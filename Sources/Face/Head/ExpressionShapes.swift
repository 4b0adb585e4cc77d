/// The 52 movements under ARKit's names.
extension ExpressionSculptor {
  /// All movements in the order of `ExpressionNames.arkit`.
  mutating func all() -> [Movement] {
    let made = brows().merging(eyes()) { a, _ in a }.merging(jaws()) { a, _ in a }.merging(mouth()) { a, _ in a }
      .merging(cheeksAndNose()) { a, _ in a }
    return ExpressionNames.arkit.map { name in
      if let movement = made[name] { return onEyeballs(movement) }
      guard let twin = made[ExpressionNames.mirrored(name)] else { fatalError("no movement \(name)") }
      return mirror(onEyeballs(twin))
    }
  }

  private mutating func brows() -> [String: Movement] {
    [
      "browInnerUp": both(
        4.5, hold: [168, 6, 70, 46, 156],
        Stroke(107, 55, to: [0, 0.7, 0.1]), Stroke(9, to: [0, 0.55, 0.05]), Stroke(8, to: [0, 0.35, 0]),
        Stroke(66, 65, to: [0, 0.55, 0.08]), Stroke(105, 52, to: [0, 0.3, 0.05]), Stroke(108, 151, to: [0, 0.5, 0.05]),
        Stroke(10, 109, to: [0, 0.2, 0]), Stroke(221, to: [0, 0.3, 0]), Stroke(222, to: [0, 0.2, 0]), Stroke(63, 53, to: [0, 0.1, 0])),
      "browOuterUpRight": right(
        4, hold: [9, 8, 55, 107, 33, 143],
        Stroke(70, 63, to: [0.15, 0.85, -0.1]), Stroke(105, to: [0.08, 0.85, -0.05]), Stroke(46, 53, to: [0.15, 0.8, -0.1]),
        Stroke(52, to: [0.08, 0.75, -0.05]), Stroke(66, 65, to: [0, 0.4, 0.03]), Stroke(68, 104, to: [0.05, 0.6, 0]),
        Stroke(71, to: [0.05, 0.55, 0]), Stroke(223, 224, to: [0.03, 0.4, 0]), Stroke(225, to: [0.03, 0.4, 0])),
      "browDownRight": right(
        4, hold: [151, 6, 336, 285, 143],
        Stroke(107, 55, to: [-0.3, -0.6, 0.15]), Stroke(66, 65, to: [-0.35, -0.5, 0.2]), Stroke(105, 52, to: [-0.35, -0.35, 0.2]),
        Stroke(63, 53, to: [-0.3, -0.25, 0.15]), Stroke(70, 46, to: [-0.2, -0.1, 0.1]), Stroke(9, 8, to: [-0.05, -0.3, 0.05]),
        Stroke(221, to: [-0.1, -0.4, 0.05]), Stroke(222, to: [-0.1, -0.4, 0.05]), Stroke(223, to: [-0.1, -0.3, 0.05]),
        Stroke(108, 69, to: [-0.15, -0.2, 0])),
    ]
  }

  private mutating func eyes() -> [String: Movement] {
    let aside: [Int] = Mesh.rightEye + Mesh.rightLid
    func shifted(_ x: Float) -> Movement {
      var m = Movement(face: Array(repeating: .zero, count: surface.points.count))
      for (i, v) in aside.enumerated() {
        // The corners of the eye are tied down.
        m.face[v] = [x * (i < 16 ? 1 : 0.6) * (i % 8 == 0 ? 0.3 : 1), 0, 0]
      }
      return m
    }
    return [
      "eyeBlinkRight": rightLids(upper: 1, lower: 1),
      "eyeWideRight": rightLids(upper: -0.32, lower: -0.15) + right(3.5, hold: [33, 133], Stroke(105, 52, 66, 65, to: [0, 0.1, 0])),
      "eyeSquintRight": rightLids(upper: 0.12, lower: 0.9, meeting: 0.82)
        + right(
          3, hold: [33, 133, 205, 145, 144, 153, 163, 154, 159],
          Stroke(229, 230, to: [-0.15, 0.14, 0.06]), Stroke(118, 119, to: [-0.12, 0.2, 0.08]), Stroke(228, 31, to: [-0.2, 0.18, 0.08]),
          Stroke(117, to: [-0.12, 0.18, 0.08]), Stroke(231, 120, to: [-0.05, 0.15, 0.05])),
      "eyeLookUpRight": rightLids(upper: -0.38, lower: 0.8),
      "eyeLookDownRight": rightLids(upper: 0.78, lower: -0.6),
      "eyeLookInRight": shifted(0.15),
      "eyeLookOutRight": shifted(-0.15),
    ]
  }

  private mutating func jaws() -> [String: Movement] {
    let open = jaw(JawMotion.open)
    var tongue = Movement(face: jaw(JawMotion(pitch: 0.1)).face, jaw: JawMotion(pitch: 0.1))
    for (v, along) in head.tongue { tongue.own[v] = [0, -0.15 * along - 0.7 * along * along, 3.4 * along] }
    return [
      "jawOpen": open,
      "jawForward": jaw(JawMotion(slide: [0, -0.1, 0.85])),
      "jawRight": jaw(JawMotion(slide: [-0.85, -0.05, 0])),
      "tongueOut": tongue,
    ]
  }

  private mutating func cheeksAndNose() -> [String: Movement] {
    [
      "cheekPuff": sealed(
        both(
          4.5, hold: [152, 2, 234, 118, 129],
          Stroke(205, 207, to: [0.35, 0, 0.8]), Stroke(187, 192, to: [1.0, 0, 0.6]), Stroke(214, to: [0.95, 0, 0.6]),
          Stroke(216, 212, to: [0.5, 0.05, 1.1]), Stroke(50, to: [0.25, 0, 0.35]), Stroke(61, 57, to: [0.2, 0.05, 1.0]),
          Stroke(0, 17, 13, 14, to: [0, 0, 0.5]), Stroke(202, 210, to: [0.4, 0, 0.85]), Stroke(164, 200, to: [0, 0, 0.35]),
          Stroke(92, 106, to: [0.1, 0, 0.85]))),
      "cheekSquintRight": sealed(
        right(
          4, hold: [159, 61, 133, 234],
          Stroke(118, 119, to: [-0.05, 0.42, 0.2]), Stroke(117, to: [0, 0.4, 0.15]), Stroke(229, 230, to: [-0.05, 0.18, 0.08]),
          Stroke(101, 50, to: [-0.02, 0.55, 0.28]), Stroke(36, to: [-0.02, 0.5, 0.2]), Stroke(205, to: [0, 0.5, 0.25]),
          Stroke(145, 144, 153, to: [0, 0.09, 0.02]), Stroke(187, to: [0, 0.35, 0.2]), Stroke(203, to: [0, 0.25, 0.1]))),
      "noseSneerRight": right(
        4, hold: [4, 5, 278, 168, 33, 61],
        Stroke(129, 102, to: [0.08, 0.6, 0]), Stroke(64, 98, to: [0.08, 0.45, 0]), Stroke(126, 142, to: [0.05, 0.75, 0.2]),
        Stroke(209, 198, to: [0.05, 0.45, 0.12]), Stroke(217, 114, to: [0, 0.3, 0.1]), Stroke(203, to: [0.1, 0.85, 0.2]),
        Stroke(36, to: [0.08, 0.75, 0.25]), Stroke(101, 100, to: [0.02, 0.5, 0.2]), Stroke(165, 39, to: [0.05, 0.45, 0.05]),
        Stroke(37, 0, to: [0, 0.2, 0]), Stroke(55, 193, to: [-0.08, -0.2, 0.1]), Stroke(92, 40, to: [0.05, 0.5, 0.05]),
        Stroke(206, 216, to: [0.05, 0.55, 0.15]), Stroke(119, 120, to: [0, 0.25, 0.1])),
    ]
  }
}
