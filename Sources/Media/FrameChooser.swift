/// Which source image stands for each tick of a constant rate: the one nearest in time, tick k being at k / rate seconds.
///
/// Times are absolute, so nothing drifts. Where the source repeats images, as film of 25 frames a second stored as 30 does, the
/// nearest image would show some twice and leave others out for ever; there, the choice over the next ticks is the one with the
/// least sum of squared time errors, in ticks, plus 1 for every image shown twice or left out.
struct FrameChooser {
  enum Choice: Equatable {
    case show(Int)
    case needsMore
    case finished
  }
  private struct Source {
    var index: Int
    var time: Double
    var change: ImageChange?
  }
  /// An image and its repetitions.
  private struct Run {
    /// Places in the window.
    var sources: Range<Int>
    var times: ClosedRange<Double>

    func distance(to time: Double) -> Double { max(0, times.lowerBound - time, time - times.upperBound) }
  }

  let rate: Rational
  /// Ticks looked ahead; 0 takes the nearest image whatever it shows.
  let horizon: Int
  private(set) var tick = 0
  /// Ticks that show what the tick before them shows.
  private(set) var duplicated = 0
  /// Images that no tick shows, repetitions left aside.
  private(set) var dropped = 0
  /// Images that repeat the one before them.
  private(set) var repeated = 0

  /// From the image last shown on.
  private var window: [Source] = []
  /// Whether the first image of the window has been shown.
  private var isShown = false
  private var end: Double?
  private var recentChanges: [Float] = []

  init(rate: Rational, horizon: Int) {
    self.rate = rate
    self.horizon = horizon
  }

  private func ticks(before end: Double) -> Int { max(1, Int((end * rate.value).rounded())) }
  private func time(_ tick: Int) -> Double { Double(tick) * Double(rate.denominator) / Double(rate.numerator) }

  /// The first image that may still be chosen.
  var oldest: Int? { window.first?.index }
  /// Takes the next source image; times do not decrease.
  mutating func add(index: Int, time: Double, change: ImageChange?) {
    window.append(Source(index: index, time: time, change: change))
    guard let change else { return }
    recentChanges.append(change.mean)
    if recentChanges.count > 32 { recentChanges.removeFirst() }
  }
  /// Says that no image follows and when the last one's time is up.
  mutating func end(at time: Double) { end = time }

  /// The image for the next tick.
  mutating func next() -> Choice {
    let now = time(tick)
    if let end {
      guard !window.isEmpty, tick < ticks(before: end) else { return finish() }
    } else if window.last.map({ $0.time <= time(tick + horizon) }) ?? true {
      if horizon == 0 { advance(to: nearest(now)) }
      return .needsMore
    }
    let runs = horizon > 0 ? runs() : []
    let chosen = runs.count < window.count && runs.count > 0 ? best(runs, now) : nearest(now)
    if isShown, chosen == 0 || runs.first?.sources.contains(chosen) == true { duplicated += 1 }
    advance(to: chosen)
    isShown = true
    tick += 1
    return .show(window[0].index)
  }

  /// Looks at every image that waits: where times repeat, a nearer one may follow one that is as near.
  private func nearest(_ now: Double) -> Int {
    window.indices.min { abs(window[$0].time - now) < abs(window[$1].time - now) } ?? 0
  }
  /// Lets go of the images before `place`, counting those never shown.
  private mutating func advance(to place: Int) {
    guard place > 0 else { return }
    let threshold = threshold
    for passed in window[1...place] {
      if isRepeat(passed, threshold) {
        repeated += 1
      } else {
        if !isShown { dropped += 1 }
        isShown = false
      }
    }
    window.removeFirst(place)
  }
  private mutating func finish() -> Choice {
    advance(to: window.count - 1)
    if !isShown { dropped += 1 }
    isShown = true
    return .finished
  }

  /// Changes below this are none, next to what usually changes between images around here.
  private var threshold: Float {
    guard recentChanges.count >= 4 else { return 0 }
    return min(0.3, 0.1 * recentChanges.sorted()[recentChanges.count * 4 / 5])
  }
  private func isRepeat(_ source: Source, _ threshold: Float) -> Bool {
    guard horizon > 0, let change = source.change else { return false }
    return change.mean <= threshold && change.peak < 5
  }
  private func runs() -> [Run] {
    let threshold = threshold
    var runs: [Run] = []
    for (place, source) in window.enumerated() {
      if place > 0, isRepeat(source, threshold), let last = runs.last {
        runs[runs.count - 1] = Run(sources: last.sources.lowerBound..<place + 1, times: last.times.lowerBound...source.time)
      } else {
        runs.append(Run(sources: place..<place + 1, times: source.time...source.time))
      }
    }
    return runs
  }

  /// The place in the window that the cheapest sequence of runs over the ticks ahead begins with.
  private func best(_ runs: [Run], _ now: Double) -> Int {
    let ahead = 0...min(horizon, end.map { max(0, ticks(before: $0) - 1 - tick) } ?? horizon)
    func cost(_ run: Int, _ step: Int) -> Double {
      let distance = runs[run].distance(to: time(tick + step)) * rate.value
      return distance * distance
    }
    func jump(_ from: Int, _ to: Int) -> Double { to == from ? 1 : Double(to - from - 1) }
    // What each run costs as the last of the sequence, and the run such a sequence begins with.
    var costs = runs.indices.map { cost($0, 0) + (isShown ? jump(0, $0) : Double($0)) }
    var first = Array(runs.indices)
    for step in ahead.dropFirst() {
      var newCosts = costs, newFirst = first
      for run in runs.indices {
        var least = Double.infinity, from = 0
        for previous in 0...run where costs[previous] + jump(previous, run) < least {
          (least, from) = (costs[previous] + jump(previous, run), previous)
        }
        newCosts[run] = least + cost(run, step)
        newFirst[run] = first[from]
      }
      (costs, first) = (newCosts, newFirst)
    }
    let cheapest = costs.indices.min { costs[$0] < costs[$1] } ?? 0
    let run = runs[first[cheapest]]
    return run.sources.min { abs(window[$0].time - now) < abs(window[$1].time - now) } ?? run.sources.lowerBound
  }
}
