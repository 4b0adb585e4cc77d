/// How a head moves in one expression at full strength, in centimetres.
struct Movement {
  /// Of the 468 face points.
  var face: [SIMD3<Float>]
  /// Of the jaw bone: what carries the lower teeth and the tongue.
  var jaw = JawMotion()
  /// Of single vertices that follow nothing else, such as rows of lids and the tongue.
  var own: [Int: SIMD3<Float>] = [:]

  static func + (a: Movement, b: Movement) -> Movement {
    Movement(
      face: zip(a.face, b.face).map { $0 + $1 }, jaw: JawMotion(pitch: a.jaw.pitch + b.jaw.pitch, slide: a.jaw.slide + b.jaw.slide),
      own: a.own.merging(b.own, uniquingKeysWith: +))
  }
  static func * (a: Movement, s: Float) -> Movement {
    Movement(face: a.face.map { $0 * s }, jaw: JawMotion(pitch: a.jaw.pitch * s, slide: a.jaw.slide * s), own: a.own.mapValues { $0 * s })
  }
}

/// A movement of the jaw bone: a turn about the axis through its joints, then a slide.
struct JawMotion {
  /// Radians, positive opens.
  var pitch: Float = 0
  var slide: SIMD3<Float> = .zero

  /// The middle of the axis through the joints, a finger's breadth before the ears.
  static let hinge = SIMD3<Float>(0, 0.9, 0.6)

  /// As far as `jawOpen` goes.
  static let open = JawMotion(pitch: 0.36, slide: [0, -0.8, 0.15])

  func move(_ p: SIMD3<Float>) -> SIMD3<Float> {
    guard pitch != 0 else { return slide }
    let turned = Matrix3(rotationVector: [pitch, 0, 0]) * (p - Self.hinge)
    return turned + Self.hinge - p + slide
  }
}
