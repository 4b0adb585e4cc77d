/// How far lids are low for longer than a blink, as far as the frames up to now tell.
struct LiveLoweredLids {
  /// The last frames, of both eyes the one that is less shut, and their numbers.
  private var shut: [Float] = [], times: [Int] = []
  /// Enough to see how a look down began.
  private static let most = 60
  /// Frames of a blink of lids that were low before: hardly any, so that a look down is known at once.
  private static let longestOfLow = 2

  /// The share of the newest frame, both of whose lids are shut so far.
  mutating func look(_ blinks: SIMD2<Float>) -> Float {
    if shut.count == Self.most {
      shut.removeFirst()
      times.removeFirst()
    }
    shut.append(min(1, max(0, blinks.min())))
    times.append((times.last ?? 0) + 1)
    let wasOpen = shut.suffix(LoweredLids.longest + 1).contains { 1 - $0 > LoweredLids.isOpen }
    return LoweredLids.shares(shut, times: times, longest: wasOpen ? LoweredLids.longest : Self.longestOfLow).last ?? 0
  }
}
