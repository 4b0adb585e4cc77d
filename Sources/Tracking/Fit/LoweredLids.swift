/// Lids that are low for longer than a blink lasts, since the eyes look down.
///
/// Lashes hide the slit that is left then, and the landmark network sees it as it sees lids that touch. What tells them apart is time: a blink
/// falls from an open eye and is over soon, and who closes the eyes for longer does that from an open eye too.
enum LoweredLids {
  /// Frames that a blink takes at most, and within which an eye that is closed on purpose was open before.
  static let longest = 9
  private static let fall = 4
  /// How far lids are shut for longer than a blink where that begins to count, and where it counts fully; where they are as good as shut.
  private static let least: Float = 0.25, full: Float = 0.55, isShut: Float = 0.8
  /// Lids as open as this may be closed on purpose.
  static let isOpen: Float = 0.7

  /// Where the eyes look when lids are as low as they come, radians.
  static let pitch: Float = -0.5
  /// What of lids that are seen shut is a blink where a share of that is a look down.
  ///
  /// `eyeLookDown` alone leaves half of the eye open, from which a blink takes its whole share: this leaves `slit`.
  static func blink(_ lowered: Float) -> Float { 1 - 0.8 * lowered }
  static let slit: Float = 0.3

  /// For each of frames `times` how far lowered lids, 0...1, are what `shut` shows, 0...1; blinks take at most `longest` frames.
  static func shares(_ shut: [Float], times: [Int], longest: Int = longest) -> [Float] {
    var slow = [Float](repeating: 0, count: shut.count)
    for first in shut.indices {
      let end = first + longest
      guard end <= shut.count, times[end - 1] - times[first] == longest - 1 else { continue }
      let low = shut[first..<end].min() ?? 0
      for i in first..<end { slow[i] = max(slow[i], low) }
    }
    var i = 0
    while i < slow.count {
      guard slow[i] > isShut else {
        i += 1
        continue
      }
      var end = i
      while end < slow.count, slow[end] > isShut { end += 1 }
      // On purpose.
      if shut[max(0, i - fall)..<i].contains(where: { 1 - $0 > isOpen }) { for k in i..<end { slow[k] = 0 } }
      i = end
    }
    return zip(shut, slow).map { now, low in
      // What a blink adds to lids that are low.
      let fast = max(0, now - low) / max(1 - low + 0.15 * low, 1e-3)
      return low * min(1, max(0, (low - least) / (full - least))) * max(0, 1 - fast)
    }
  }
}

extension SIMD2<Float> {
  /// The direction of eyes, yaw and pitch, whose lids are lowered by a share of what they can.
  func lowered(by share: Float) -> SIMD2 { [x, y + share * Swift.min(0, LoweredLids.pitch - y)] }
}
