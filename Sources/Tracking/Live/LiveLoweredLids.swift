/// How far lids are low for longer than a blink, as far as the frames up to now tell.
struct LiveLoweredLids {
  /// The last frames, of both eyes the one that is less shut, and their numbers.
  private var shut: [Float] = [], times: [Int] = []
  /// Enough to see how a look down began.
  private static let most = 60
  /// Less than for a whole film, so that a look down is known soon.
  private static let longest = 6

  /// The share of the newest frame, both of whose lids are shut so far.
  mutating func look(_ blinks: SIMD2<Float>) -> Float {
    if shut.count == Self.most {
      shut.removeFirst()
      times.removeFirst()
    }
    shut.append(min(1, max(0, blinks.min())))
    times.append((times.last ?? 0) + 1)
    return LoweredLids.shares(shut, times: times, longest: Self.longest).last ?? 0
  }
}
