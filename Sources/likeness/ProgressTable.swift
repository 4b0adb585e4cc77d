import Foundation
import Runs

/// Shows long work on standard error: one row that is rewritten in place on a terminal, otherwise a line now and then.
package final class ProgressTable {
  private let isTerminal: Bool
  private let interval: Duration
  private let write: (String) -> Void
  private var lastShown: ContinuousClock.Instant?
  private var start: (time: ContinuousClock.Instant, fraction: Double)?
  private var rowIsOpen = false

  init() {
    isTerminal = isatty(STDERR_FILENO) == 1
    interval = isTerminal ? .milliseconds(200) : .seconds(10)
    write = { FileHandle.standardError.write(Data($0.utf8)) }
  }
  /// For tests: writes where `write` says.
  package init(isTerminal: Bool, interval: Duration, write: @escaping (String) -> Void) {
    (self.isTerminal, self.interval, self.write) = (isTerminal, interval, write)
  }

  package static let head = "      step      %       ETA    rays/s       loss    PSNR"
  package static let warmUpHead = "   warm-up      %       ETA   mesh mm"

  /// One row of the table; `left` in seconds, nil while it is not known.
  package static func row(_ p: TrainingProgress, left: Double?) -> String {
    start(p.step, p.fraction, left) + String(format: " %9.0f %10.6f %7.2f", locale: nil, p.raysPerSecond, p.loss, p.psnr)
  }
  package static func row(_ p: WarmUpProgress, left: Double?) -> String {
    start(p.step, p.fraction, left) + String(format: " %9.2f", locale: nil, p.meshMillimetres)
  }
  /// How a row starts: step, share done, time left.
  static func start(_ step: Int, _ fraction: Double, _ left: Double?) -> String {
    pad("\(step)", 10) + pad(String(format: "%5.1f", locale: nil, fraction * 100), 7) + pad(left.map(clock) ?? "-", 10)
  }
  /// Seconds as `1:02:03` or `2:03`.
  package static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "-" }
    let s = Int(max(0, seconds).rounded(.up))
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    return s < 3600 ? "\(s / 60):\(two(s % 60))" : "\(s / 3600):\(two(s / 60 % 60)):\(two(s % 60))"
  }
  private static func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

  /// Shows a training's progress, unless it was shown less than an interval ago and is not at its end.
  package func show(_ p: TrainingProgress) { show(p.fraction, under: Self.head) { Self.row(p, left: $0) } }
  /// The same of a warm start, which has a table of its own.
  package func show(_ p: WarmUpProgress) { show(p.fraction, under: Self.warmUpHead) { Self.row(p, left: $0) } }

  /// Shows a row that knows how many seconds are `left`, under a head that is written once.
  func show(_ fraction: Double, under head: String, _ row: (_ left: Double?) -> String) {
    let now = ContinuousClock.now
    let first = start ?? (now, fraction)
    if start == nil {
      start = first
      write(head + "\n")
    }
    let done = fraction - first.fraction
    let spent = (now - first.time) / .seconds(1)
    show(row(done > 0 ? spent * (1 - fraction) / done : nil), last: fraction >= 1)
  }

  /// Shows a line such as `rendering 12 of 157`, under the same rules.
  package func show(_ line: String, last: Bool) {
    let now = ContinuousClock.now
    if let lastShown, now - lastShown < interval, !last { return }
    lastShown = now
    guard isTerminal else { return write(line + "\n") }
    write("\r\u{1B}[K" + line)
    rowIsOpen = true
  }

  /// Ends the row, so that what is printed next starts on a line of its own.
  package func finish() {
    if rowIsOpen { write("\n") }
    rowIsOpen = false
  }
}
