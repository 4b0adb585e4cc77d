/// Movements of lips and the corners of the mouth.
extension ExpressionSculptor {
  mutating func mouth() -> [String: Movement] {
    corners().merging(rounding()) { a, _ in a }.merging(lips()) { a, _ in a }
  }

  private mutating func corners() -> [String: Movement] {
    [
      "mouthSmileRight": sealed(
        right(
          5, hold: [2, 152, 129, 33, 234, 291],
          Stroke(61, 78, 62, 76, to: [0.9, 1.0, -0.8]), Stroke(57, 186, 43, to: [0.85, 0.95, -0.55]),
          Stroke(40, 80, to: [0.6, 0.55, -0.55]), Stroke(39, 81, to: [0.35, 0.28, -0.32]), Stroke(37, 82, to: [0.12, 0.08, -0.12]),
          Stroke(91, 88, to: [0.65, 0.55, -0.55]), Stroke(181, 178, to: [0.35, 0.2, -0.3]), Stroke(84, 87, to: [0.12, 0.02, -0.1]),
          Stroke(0, 13, 17, 14, to: [0.02, 0, -0.05]), Stroke(216, 212, to: [0.7, 0.95, -0.1]), Stroke(207, 205, to: [0.35, 0.75, 0.25]),
          Stroke(187, to: [0.4, 0.6, 0.25]), Stroke(50, 101, to: [0.1, 0.4, 0.2]), Stroke(202, to: [0.6, 0.6, -0.3]),
          Stroke(118, 117, to: [0, 0.18, 0.08]), Stroke(214, to: [0.35, 0.45, 0.1]), Stroke(165, to: [0.12, 0.15, -0.1]),
          Stroke(200, to: [0, 0.03, 0]))),
      "mouthFrownRight": sealed(
        right(
          4, hold: [2, 152, 129, 291],
          Stroke(61, 78, 62, 76, to: [0.15, -0.55, -0.2]), Stroke(57, 43, to: [0.2, -0.5, -0.2]), Stroke(186, to: [0.15, -0.4, -0.12]),
          Stroke(40, 80, to: [0.08, -0.25, -0.1]), Stroke(91, 88, to: [0.1, -0.25, -0.08]),
          Stroke(39, 81, 181, 178, to: [0.03, -0.06, -0.02]),
          Stroke(202, 106, to: [0.15, -0.4, -0.08]), Stroke(216, 212, to: [0.15, -0.35, -0.08]), Stroke(0, 17, to: [0, 0, 0]),
          Stroke(204, 210, to: [0.1, -0.25, 0]))),
      "mouthDimpleRight": sealed(
        right(
          4, hold: [2, 152, 129, 0, 291],
          Stroke(61, 78, 62, 76, to: [0.45, 0.4, -0.65]), Stroke(57, 43, 186, to: [0.4, 0.4, -0.5]), Stroke(40, 91, to: [0.28, 0.3, -0.4]),
          Stroke(39, 181, to: [0.12, 0.15, -0.2]), Stroke(216, 202, to: [0.3, 0.35, -0.25]), Stroke(212, 214, to: [0.25, 0.2, -0.05]),
          Stroke(17, 14, 84, to: [0.03, 0.1, -0.08]), Stroke(106, 204, 182, to: [0.1, 0.35, -0.25]), Stroke(200, 208, to: [0, 0.15, 0]))),
      "mouthStretchRight": sealed(
        right(
          5, hold: [2, 129, 33, 291, 0],
          Stroke(61, 78, 62, 76, to: [0.85, -0.45, -0.55]), Stroke(57, 43, to: [0.8, -0.45, -0.35]), Stroke(186, to: [0.7, -0.25, -0.3]),
          Stroke(40, 80, to: [0.45, -0.15, -0.3]), Stroke(39, 81, to: [0.2, -0.05, -0.15]), Stroke(91, 88, to: [0.55, -0.35, -0.3]),
          Stroke(181, 178, to: [0.3, -0.2, -0.15]), Stroke(202, 204, to: [0.6, -0.45, -0.15]), Stroke(216, 212, to: [0.6, -0.2, -0.1]),
          Stroke(210, 214, to: [0.4, -0.25, 0]), Stroke(17, 200, to: [0.05, -0.1, 0]))),
      "mouthPressRight": sealed(
        right(
          4, hold: [2, 129, 291],
          Stroke(61, 78, to: [0.1, 0.15, -0.2]), Stroke(40, to: [0.05, -0.08, -0.15]), Stroke(39, to: [0, -0.12, -0.12]),
          Stroke(37, to: [0, -0.1, -0.08]), Stroke(91, to: [0.05, 0.3, -0.12]), Stroke(181, to: [0, 0.35, -0.1]),
          Stroke(84, to: [0, 0.3, -0.05]), Stroke(202, 204, to: [0.02, 0.28, 0.05]), Stroke(194, 182, to: [0, 0.35, 0.05]),
          Stroke(211, 32, 208, to: [0, 0.4, 0.1]), Stroke(171, 140, 170, to: [0, 0.35, 0.1]), Stroke(200, 199, to: [0, 0.28, 0.08]),
          Stroke(13, 14, to: [0, 0.1, 0]))),
      "mouthRight": sealed(
        right(
          5.5, hold: [152, 33, 1, 454, 234],
          Stroke(0, 13, to: [1.35, 0, 0]), Stroke(17, 14, to: [1.5, 0, 0]), Stroke(61, 78, to: [1.2, 0.1, -0.65]),
          Stroke(291, 308, to: [1.4, 0, 0.5]), Stroke(39, 181, to: [1.4, 0, -0.3]), Stroke(269, 405, to: [1.45, 0, 0.35]),
          Stroke(164, 18, to: [0.95, 0, 0]), Stroke(57, 43, to: [0.95, 0.05, -0.4]), Stroke(287, 273, to: [1.2, 0, 0.4]),
          Stroke(212, 214, to: [0.4, 0, 0.05]), Stroke(432, 434, to: [0.65, 0, 0.15]), Stroke(200, to: [0.5, 0, 0]))),
    ]
  }

  private mutating func rounding() -> [String: Movement] {
    let pucker = both(
      5, hold: [1, 152, 129, 205],
      Stroke(61, 78, to: [-0.75, 0.1, 0.9]), Stroke(62, 76, to: [-0.75, 0.1, 0.9]), Stroke(57, 43, to: [-0.6, 0.05, 0.6]),
      Stroke(40, to: [-0.65, 0.02, 0.75]), Stroke(39, to: [-0.45, 0.1, 0.8]), Stroke(37, to: [-0.22, 0.1, 0.7]),
      Stroke(0, to: [0, 0.05, 0.65]),
      Stroke(91, to: [-0.65, 0.05, 0.75]), Stroke(181, to: [-0.45, 0, 0.8]), Stroke(84, to: [-0.22, 0, 0.75]), Stroke(17, to: [0, 0, 0.7]),
      Stroke(13, 14, to: [0, 0.05, 0.65]), Stroke(81, 178, to: [-0.4, 0.05, 0.7]), Stroke(80, 88, to: [-0.65, 0.05, 0.7]),
      Stroke(164, to: [0, -0.05, 0.35]), Stroke(18, 200, to: [0, 0.05, 0.25]), Stroke(186, 202, to: [-0.5, 0, 0.3]),
      Stroke(216, 212, to: [-0.35, 0, 0.15]))
    let funnel = both(
      5, hold: [1, 152, 129, 205],
      Stroke(61, 78, 62, 76, to: [-0.7, -0.1, 0.45]), Stroke(57, 43, to: [-0.5, -0.1, 0.3]),
      Stroke(40, to: [-0.45, 0.4, 0.65]), Stroke(39, to: [-0.3, 0.55, 0.75]), Stroke(37, to: [-0.15, 0.55, 0.75]),
      Stroke(0, to: [0, 0.55, 0.7]),
      Stroke(91, to: [-0.45, -0.45, 0.6]), Stroke(181, to: [-0.3, -0.65, 0.65]), Stroke(84, to: [-0.15, -0.7, 0.65]),
      Stroke(17, to: [0, -0.7, 0.65]),
      Stroke(13, to: [0, 0.55, 0.5]), Stroke(81, to: [-0.3, 0.5, 0.5]), Stroke(80, to: [-0.45, 0.3, 0.5]),
      Stroke(14, to: [0, -0.75, 0.45]), Stroke(178, to: [-0.3, -0.65, 0.45]), Stroke(88, to: [-0.45, -0.4, 0.45]),
      Stroke(164, to: [0, 0.2, 0.3]), Stroke(18, to: [0, -0.4, 0.35]), Stroke(200, to: [0, -0.25, 0.15]),
      Stroke(216, 212, to: [-0.25, 0, 0.1]))
    return [
      "mouthPucker": sealed(pucker), "mouthFunnel": funnel,
      // With the jaw open, this brings the lips together again.
      "mouthClose": closing(),
    ]
  }

  /// Lifts the lower lip and lowers the upper one by what `jawOpen` opens between them.
  private mutating func closing() -> Movement {
    let open = jaw(JawMotion.open)
    let inner = Mesh.lipsInner
    var strokes: [(point: Int, value: SIMD3<Float>)] = []
    for i in 1..<10 {
      let (u, l) = (inner[i], inner[20 - i])
      // They meet near the upper lip, which the jaw leaves alone.
      let meeting = mix(open.face[l], open.face[u], 0.88)
      for (v, at) in [(u, i), (l, 20 - i)] {
        strokes.append((v, meeting - open.face[v]))
        strokes.append((Mesh.lipsOuter[at], (meeting - open.face[v]) * 0.95))
      }
    }
    let lift = (open.face[13] - open.face[14]) * 0.88
    for (v, share) in [(18, Float(0.7)), (83, 0.65), (313, 0.65), (200, 0.35), (201, 0.3), (421, 0.3), (106, 0.5), (335, 0.5)] {
      strokes.append((v, lift * share))
    }
    strokes += [61, 291, 78, 308].map { ($0, open.face[$0] * -0.8) }
    strokes += [1, 2, 152, 175, 129, 358].map { ($0, .zero) }
    let made = Movement(face: surface.spread(strokes, radius: 4.5))
    return sealedWith(open, (made + mirror(made)) * 0.5)
  }
  /// `m`, changed on the lips' borders so that `other` and `m` together close them exactly.
  private func sealedWith(_ other: Movement, _ m: Movement) -> Movement {
    let whole = sealed(other + m)
    return Movement(face: zip(whole.face, other.face).map { $0 - $1 })
  }

  private mutating func lips() -> [String: Movement] {
    [
      "mouthUpperUpRight": right(
        3.5, hold: [4, 267, 61, 33, 14, 312],
        Stroke(37, 82, to: [0.05, 0.5, 0]), Stroke(39, 81, to: [0.15, 0.8, 0]), Stroke(40, 80, to: [0.2, 0.65, 0]),
        Stroke(0, 13, to: [0, 0.22, 0]), Stroke(167, 165, to: [0.1, 0.55, 0.05]), Stroke(92, to: [0.15, 0.75, 0.05]),
        Stroke(185, 191, to: [0.15, 0.35, 0]), Stroke(203, 206, to: [0.15, 0.7, 0.12]), Stroke(98, 129, to: [0.08, 0.3, 0]),
        Stroke(205, 36, to: [0.05, 0.4, 0.15])),
      "mouthLowerDownRight": right(
        3.5, hold: [152, 314, 61, 13, 317],
        Stroke(84, 87, to: [0.02, -0.45, -0.08]), Stroke(181, 178, to: [0.08, -0.6, -0.12]), Stroke(91, 88, to: [0.12, -0.42, -0.12]),
        Stroke(17, 14, to: [0, -0.25, -0.05]), Stroke(182, 194, to: [0.08, -0.38, -0.05]), Stroke(106, 204, to: [0.1, -0.3, -0.05]),
        Stroke(83, 201, to: [0.03, -0.22, 0]), Stroke(146, 95, to: [0.1, -0.22, -0.1])),
      "mouthRollUpper": both(
        3, hold: [1, 17, 14, 61],
        Stroke(0, 37, to: [0, -0.3, -0.75]), Stroke(39, to: [0, -0.25, -0.7]), Stroke(40, to: [0, -0.15, -0.5]),
        Stroke(13, 82, to: [0, -0.08, -1.0]), Stroke(81, to: [0, -0.05, -0.9]), Stroke(80, to: [0, -0.03, -0.6]),
        Stroke(164, 167, to: [0, -0.12, -0.25])),
      "mouthRollLower": both(
        3, hold: [152, 0, 13, 61],
        Stroke(17, 84, to: [0, 0.6, -0.75]), Stroke(181, to: [0, 0.5, -0.7]), Stroke(91, to: [0, 0.3, -0.5]),
        Stroke(14, 87, to: [0, 0.25, -1.1]), Stroke(178, to: [0, 0.2, -1.0]), Stroke(88, to: [0, 0.1, -0.65]),
        Stroke(18, 83, to: [0, 0.4, -0.25]), Stroke(182, to: [0, 0.35, -0.2])),
      "mouthShrugUpper": both(
        3.5, hold: [4, 17, 61, 129],
        Stroke(0, 37, to: [0, 0.42, 0.3]), Stroke(39, to: [0, 0.38, 0.28]), Stroke(40, to: [0, 0.22, 0.15]),
        Stroke(13, 82, to: [0, 0.4, 0.2]),
        Stroke(81, to: [0, 0.36, 0.2]), Stroke(164, 167, to: [0, 0.3, 0.15]), Stroke(165, to: [0, 0.22, 0.1])),
      "mouthShrugLower": both(
        4, hold: [1, 61, 0],
        Stroke(17, 84, to: [0, 0.85, 0.45]), Stroke(181, to: [0, 0.75, 0.4]), Stroke(91, to: [0, 0.4, 0.25]),
        Stroke(14, 87, to: [0, 0.75, 0.4]),
        Stroke(178, to: [0, 0.65, 0.35]), Stroke(18, 83, to: [0, 1.0, 0.3]), Stroke(200, 201, to: [0, 1.05, 0.2]),
        Stroke(199, to: [0, 1.0, 0.15]),
        Stroke(208, 32, 194, to: [0, 0.8, 0.15]), Stroke(175, 171, to: [0, 0.75, 0.1]), Stroke(152, 148, to: [0, 0.4, 0.05])),
    ]
  }
}
