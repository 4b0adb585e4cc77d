/// Which source frame stands for each tick of a constant rate: the one nearest in time.
///
/// Tick k is at k / rate seconds after the first source frame. Times are absolute, so that nothing drifts.
struct FrameChooser {
  let rate: Rational
  private(set) var tick = 0
  private(set) var duplicated = 0
  private(set) var dropped = 0
  private var isCurrentShown = false

  init(rate: Rational) { self.rate = rate }

  var time: Double { Double(tick) * Double(rate.denominator) / Double(rate.numerator) }
  /// Whether the frame at `next` stands for the tick better than the one at `current`; counts what is left out.
  mutating func shouldAdvance(from current: Double, to next: Double) -> Bool {
    guard abs(next - time) < abs(current - time) else { return false }
    if !isCurrentShown { dropped += 1 }
    isCurrentShown = false
    return true
  }
  /// Whether a tick remains before `end`, where the last source frame's time is up.
  func remains(before end: Double) -> Bool { tick < max(1, Int((end * rate.value).rounded())) }
  mutating func show() {
    if isCurrentShown { duplicated += 1 }
    isCurrentShown = true
    tick += 1
  }
}
