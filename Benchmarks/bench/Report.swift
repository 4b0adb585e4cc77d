import Foundation
import Torch

/// What has been measured so far; prints every line as it comes.
final class Report {
  /// Fewer repetitions, for a look while working.
  let isQuick: Bool
  private(set) var measurements: [Measurement] = []
  /// Measured when first asked for.
  lazy var ceilings = Ceilings(times: times(10))

  init(isQuick: Bool) { self.isQuick = isQuick }

  func times(_ count: Int) -> Int { isQuick ? max(1, count / 5) : count }

  func add(_ name: String, _ value: Double, _ unit: String, ratio: Double? = nil, against: String? = nil) {
    let measurement = Measurement(name: name, value: value, unit: unit, ratio: ratio, against: against)
    measurements.append(measurement)
    // At once, wherever it goes.
    FileHandle.standardOutput.write(Data((measurement.line + "\n").utf8))
  }

  /// Adds how long a kernel takes beside its twin of plain operators, in milliseconds.
  func add(_ name: String, kernel: Double, twin: Double) {
    add(name, kernel * 1e3, "ms", ratio: twin / kernel, against: "faster than its twin of libtorch's operators")
  }

  /// Adds what a kernel computes a second, with the share of what the processor can.
  func add(_ name: String, operations: Double, in seconds: Double) {
    let rate = operations / seconds * 1e-9
    ceilings.lookAgain()
    add(name, rate, "GFLOP/s", ratio: rate / ceilings.arithmetic, against: "the FMA peak, \(Libtorch.threads) threads")
  }

  /// Adds what a kernel moves a second, with the share of what the memory gives.
  func add(_ name: String, bytes: Double, in seconds: Double) {
    let rate = bytes / seconds * 1e-9
    add(name, rate, "GB/s", ratio: rate / ceilings.reading, against: "the memory's reading, \(Libtorch.threads) threads")
  }

  /// Writes `bench.json`.
  func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(measurements) + Data("\n".utf8), to: url)
  }
}
