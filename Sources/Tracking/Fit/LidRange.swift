/// What a person's lids do at their ends, right eye then left, as shares of the opening that the fitted head's eye has without expression.
package struct LidRange: Equatable, Sendable {
  /// The person's own open eye: where a blink is 0.
  package var rest: SIMD2<Float>
  /// What the landmark network sees of lids that touch, since lashes keep its points apart: where a blink is 1.
  package var closed: SIMD2<Float>
  /// How open the fitted head's own eye is there: 1, but for a head that one photo calibrated, whose lids are as the photo shows them only
  /// together with what the face does in it.
  var headRest: SIMD2<Float> = [1, 1]

  /// What is expected of somebody who was not seen blinking.
  static let usual = LidRange(rest: [1, 1], closed: [0.3, 0.3])

  package init(rest: SIMD2<Float>, closed: SIMD2<Float>) { (self.rest, self.closed) = (rest, closed) }

  /// Finds the range in a clip.
  ///
  /// - seen: openings of every frame, and `open` those of lids that do not blink, where the eyes look then.
  /// - times: the frames' numbers.
  /// - rest: where it is known.
  init(seen: [SIMD2<Float>], open: [SIMD2<Float>], times: [Int], rest known: SIMD2<Float>?) {
    let share = zip(seen, open).map { $0 / $1 }
    self = .usual
    for eye in 0..<2 { rest[eye] = known?[eye] ?? Self.rest(share.map { $0[eye] }) }
    let blinks = Self.blinks(share.map { ($0 / rest).sum() / 2 }, times)
    for eye in 0..<2 {
      let shut = blinks.map { seen[$0][eye] / rest[eye] }.filter { $0 < Self.halfShut }.sorted()
      // Most blinks close, but an image may show the moment before; few blinks say less than what is usual.
      if let high = shut.isEmpty ? nil : shut[min(shut.count * 3 / 4, shut.count - 1)] {
        let n = Float(shut.count)
        closed[eye] = (n * high + Self.doubt * closed[eye]) / (n + Self.doubt)
      }
      // Nobody's lids are seen closer than when they touch.
      let least = seen.map { $0[eye] / rest[eye] }.sorted()[min(2, seen.count - 1)]
      closed[eye] = min(max(min(closed[eye], least + Self.spread), 0.03), 0.4) * rest[eye]
    }
  }

  /// Blinks that are worth as much as what is usual; openings against rest below which lids are half shut, and above which they are open.
  private static let doubt: Float = 0.5, halfShut: Float = 0.5, isOpen: Float = 0.7
  /// What a person's open eye is at least.
  private static let leastRest: Float = 0.75
  /// What shut lids are seen to differ by.
  private static let spread: Float = 0.15
  /// Frames within which a blink begins and ends.
  private static let reach = 10

  /// What is seen most of an eye that is neither shut nor wide open; one image is believed where it shows an eye that may be at rest.
  private static func rest(_ share: [Float]) -> Float {
    let sorted = share.sorted(), high = sorted[(sorted.count - 1) * 9 / 10]
    // Lids that are shut throughout may be seen to cross.
    guard high > 0 else { return leastRest }
    let open = sorted.filter { $0 > isOpen * high }
    return min(max(open[(open.count - 1) * 2 / 5], leastRest), 1.5)
  }
  /// Positions of frames at which lids that were open before and are open again shortly after are shut.
  private static func blinks(_ opening: [Float], _ times: [Int]) -> [Int] {
    opening.indices.filter { i in
      guard opening[i] < halfShut else { return false }
      let before = (max(0, i - reach)..<i).filter { times[i] - times[$0] <= reach }
      let after = (i + 1..<min(opening.count, i + reach + 1)).filter { times[$0] - times[i] <= reach }
      guard before.contains(where: { opening[$0] > isOpen }), after.contains(where: { opening[$0] > isOpen }) else { return false }
      return before.suffix(3).allSatisfy { opening[$0] > opening[i] } && after.prefix(3).allSatisfy { opening[$0] >= opening[i] }
    }
  }
}
