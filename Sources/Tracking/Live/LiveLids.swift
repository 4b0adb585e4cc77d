import Face
import Foundation

/// What a person's lids do at their ends, as far as has been seen: what is usual until then.
struct LiveLids {
  /// Against the openings of the head that `learn` was told of.
  private(set) var range = LidRange.usual
  /// Openings in head units, right then left; of lids that do not blink, over that of the head; and when, in twenty-fifths of a second.
  private var seen: [SIMD2<Float>] = [], open: [SIMD2<Float>] = [], times: [Int] = []

  /// Frames that are looked back at: one to two minutes.
  private static let most = 3000
  private static let fewest = 12

  /// How far apart the lids of `still` are, head units, right then left.
  static func openings(_ still: [Float]) -> SIMD2<Float> {
    func at(_ k: Int) -> SIMD3<Float> { SIMD3(still[3 * k], still[3 * k + 1], still[3 * k + 2]) }
    func mean(_ eye: Int) -> Float {
      let pairs = LidOpening.middle(eye)
      return max(pairs.reduce(0) { $0 + length(at($1.upper) - at($1.lower)) } / Float(pairs.count), 1e-4)
    }
    return [mean(0), mean(1)]
  }

  mutating func append(_ lids: LidOpening, of head: SIMD2<Float>, at seconds: Double) {
    guard lids.isClear else { return }
    if seen.count == Self.most {
      seen.removeFirst(Self.most / 2)
      open.removeFirst(Self.most / 2)
      times.removeFirst(Self.most / 2)
    }
    seen.append(lids.seen * head)
    open.append(lids.open)
    times.append(Int((25 * seconds).rounded()))
  }

  /// The mean with the last frame as far as this is alike.
  static func calm(_ shut: SIMD2<Float>, _ before: SIMD2<Float>?) -> SIMD2<Float> {
    guard let before else { return shut }
    let apart = (shut - before) / 0.08, weight = SIMD2(exp(-apart.x * apart.x), exp(-apart.y * apart.y))
    return (shut + weight * before) / (1 + weight)
  }

  /// Finds the range anew, for a head whose lids are so far apart.
  mutating func learn(_ head: SIMD2<Float>) {
    guard seen.count >= Self.fewest else { return }
    range = LidRange(seen: seen.map { $0 / head }, open: open, times: times, rest: nil)
  }
}
