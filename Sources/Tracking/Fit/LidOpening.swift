/// What lids are like in a frame, right eye then left, as shares of the opening that the fitted head's have without expression in its pose.
struct LidOpening {
  /// As the landmarks show them; of lids that do not blink, where the eyes look then; how well they are seen, 1 for the better one.
  private(set) var seen = SIMD2<Float>.zero, open = SIMD2<Float>.zero, trust = SIMD2<Float>.zero

  /// Upper and lower lid from corner to corner, of the right eye and the left.
  static let pairs = [MeshContour.rightEye, MeshContour.leftEye].map { loop in
    (1..<8).map { (upper: loop[$0], lower: loop[16 - $0]) }
  }
  /// Of those, the ones that measure.
  static func middle(_ eye: Int) -> ArraySlice<(upper: Int, lower: Int)> { pairs[eye][2..<5] }
  /// What the two eyes of somebody who closes both differ by.
  private static let doubt: Float = 0.15

  /// Landmarks in the image: as they are seen, of the fitted head without expression, and with all of it but blinks and wide eyes.
  init(seen sight: (Int) -> SIMD2<Float>, still: (Int) -> SIMD2<Float>, awake: (Int) -> SIMD2<Float>) {
    for eye in 0..<2 {
      var (a, b, square): (Float, Float, Float) = (0, 0, 0)
      for (u, d) in Self.middle(eye) {
        let way = still(u) - still(d)
        a += ((sight(u) - sight(d)) * way).sum()
        b += ((awake(u) - awake(d)) * way).sum()
        square += (way * way).sum()
      }
      let loop = eye == 0 ? MeshContour.rightEye : MeshContour.leftEye
      let across = still(loop[0]) - still(loop[8])
      (seen[eye], open[eye], trust[eye]) = (a / max(square, 1e-9), max(b / max(square, 1e-9), 0.35), (across * across).sum().squareRoot())
    }
    trust /= max(trust.max(), 1e-9)
  }

  /// Whether neither eye is seen from its edge.
  var isClear: Bool { trust.min() > 0.75 }

  /// How far apart lids are, not as the network sees them, which takes what lowers them for less than it is, by blinks or by brows.
  func opening(_ range: LidRange) -> SIMD2<Float> { (seen - range.closed) / (range.rest - range.closed) * range.headRest }

  /// How far both eyes are shut, 0...1 but for what is seen beyond the range.
  func shut(_ range: LidRange) -> SIMD2<Float> {
    let shut = 1 - opening(range) / open
    // Both eyes blink together, and what they differ by a little is mostly the network's doubt; an eye at the far side is hardly seen.
    let weight = trust * trust
    let mean = (shut * weight).sum() / weight.sum(), apart = shut[1] - shut[0]
    let doubt = Self.doubt / weight.min()
    let kept = apart * apart * apart / (apart * apart + doubt * doubt)
    let share = weight / weight.sum()
    return SIMD2(mean - share[1] * kept, mean + share[0] * kept)
  }

  /// Takes blinks out of `points`, pairs of which the frame's begin at `start`: lids that blink are put as far apart as on the fitted head
  /// that does not, in `awake`; others as far as they are, not as the network sees them.
  func awaken(_ points: inout [Float], from start: Int, _ range: LidRange, awake: [Float]) {
    let opening = opening(range), person = range.rest / range.headRest
    for eye in 0..<2 {
      if opening[eye] < open[eye] {
        for (u, d) in Self.pairs[eye] {
          for axis in 0..<2 {
            let (a, b) = (start + 2 * u + axis, start + 2 * d + axis)
            Self.close(&points, a, b, by: points[a] - points[b] - person[eye] * (awake[a] - awake[b]))
          }
        }
      } else if seen[eye] < range.rest[eye], seen[eye] > 1e-3 {
        // What is seen of eyes that open wider than at rest is taken as it is.
        Self.draw(&points, eye, stride: 2, from: start, by: 1 - opening[eye] * person[eye] / seen[eye], along: nil)
      }
    }
  }
  /// Puts lids as far apart as they are, not as the network sees them, and by a share `least` of their rest at least: in `points`, pairs of
  /// which the frame's begin at `start`.
  func correct(_ points: inout [Float], from start: Int, _ range: LidRange, least: Float = 0) {
    for eye in 0..<2 {
      let opening = max(least, (seen[eye] - range.closed[eye]) / (range.rest[eye] - range.closed[eye])) * range.rest[eye]
      guard opening < range.rest[eye], seen[eye] > 1e-3 else { continue }
      Self.draw(&points, eye, stride: 2, from: start, by: 1 - opening / seen[eye], along: nil)
    }
  }
  /// Puts lids of `offsets` from the head `still`, triples both, at a person's own opening.
  static func rest(_ offsets: inout [Float], _ still: [Float], _ rest: SIMD2<Float>) {
    for eye in 0..<2 { draw(&offsets, eye, stride: 3, from: 0, by: 1 - rest[eye], along: still) }
  }
  /// Moves lids together by a share of the way between them, or between those of another head; the upper one is what moves most.
  private static func draw(
    _ points: inout [Float], _ eye: Int, stride: Int, from start: Int, by share: Float, along still: [Float]?
  ) {
    for (u, d) in pairs[eye] {
      for axis in 0..<stride {
        let (a, b) = (start + stride * u + axis, start + stride * d + axis)
        let move = share * (still.map { $0[a] - $0[b] } ?? points[a] - points[b])
        close(&points, a, b, by: move)
      }
    }
  }
  /// Moves a coordinate of an upper lid and of a lower one towards each other.
  private static func close(_ points: inout [Float], _ upper: Int, _ lower: Int, by move: Float) {
    points[upper] -= 0.85 * move
    points[lower] += 0.15 * move
  }
}
