import Datasets
import Face
import Foundation
import Media
import Tracking

/// A film that a live tracker followed, frame by frame.
package struct LiveFilm {
  /// What the face did; frames without one are left out. The identity and the camera are those of the end.
  package let track: Track
  /// Frames that were looked at.
  package let count: Int
  /// Milliseconds of each frame, sorted: as the clock has it, and of this thread's processor time.
  package let clock, processor: [Double]

  /// Tracks the frames of `url` at `rate`, or those numbered `frames`; nil where `shouldStop` said so.
  ///
  /// `face` counts from the left, `progress` hears of how many frames were read. Throws `DrivingError` if no face is found in any, or what
  /// reading the film throws.
  package init?(
    _ url: URL, rate: Rational, frames: Range<Int>? = nil, face: Int? = nil, notice: (String) -> Void, progress: (Int) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws {
    let first = frames?.lowerBound ?? 0
    let turns = try UprightSearch().quarterTurns(of: url, rate: rate, from: first, count: frames?.count ?? .max)
    if turns != 0 { notice("\(url.lastPathComponent): \(UprightSearch.notice(turns))") }
    let reader = try VideoReader(url, rate: rate, quarterTurns: turns), tracker = try LiveTracker(face: face)
    let skipped = try reader.skip(first)
    var found: [TrackFrame] = [], clock: [Double] = [], processor: [Double] = []
    while let frame = try reader.next(), frame.index < frames?.upperBound ?? .max {
      if shouldStop() { return nil }
      let start = ContinuousClock.now, work = Self.processorTime()
      let live = try tracker.track(frame.rgb, at: Double(frame.index) / rate.value)
      processor.append(Self.processorTime() - work)
      clock.append((ContinuousClock.now - start) / .milliseconds(1))
      if let live, live.confidence > 0 { found.append(TrackFrame(index: frame.index, state: live.state, error: live.error)) }
      progress(clock.count)
    }
    if let frames, clock.isEmpty { throw DrivingError.noFrames(url, frames, of: skipped) }
    guard !found.isEmpty, let camera = tracker.camera else { throw DrivingError.noFace(url, face, found: 0, of: clock.count) }
    count = clock.count
    (self.clock, self.processor) = (clock.sorted(), processor.sorted())
    track = Track(
      modelName: "builtin", expressionNames: ExpressionNames.arkit, identity: tracker.identity, camera: camera, fps: rate.value,
      frames: found)
  }

  /// What it was like, in a line.
  package var summary: String {
    func words(_ times: [Double]) -> String {
      String(
        format: "%.1f ms (median), %.1f (95 %%)", locale: nil, times[times.count / 2], times[min(times.count - 1, times.count * 95 / 100)])
    }
    return "\(track.frames.count) of \(count) frames show the face; a frame took \(words(clock)); of processor time \(words(processor))"
  }

  /// Of this thread, milliseconds.
  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
  }
}
