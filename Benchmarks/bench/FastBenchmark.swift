import Foundation
import Runs
import Subject
import Torch

/// The fast field beside the reference field: whole training steps on the same images, and frames of what came of it.
enum FastBenchmark {
  private static let rays = 2048, side = 256

  static func run(_ report: Report) throws {
    let data = try PerformerData()
    guard let fast = try train("fast", report.isQuick ? 200 : 800, on: data) else { return print("fast: there is no such preset") }
    let name = "training step of \(rays) rays, \(side)x\(side) pixels"
    report.add("fast field, \(name), at the start", fast.firstStep, "s")
    if let reference = try train("reference", report.isQuick ? 2 : 4, on: data) {
      report.add(
        "fast field, \(name), after \(report.isQuick ? 200 : 800) steps", fast.step, "s", ratio: reference.step / fast.step,
        against: "faster than the reference field's")
      report.add("reference field, \(name)", reference.step, "s")
    }
    if let memory = PeakMemory.ofProcess(doing: .fastTraining) {
      report.add("fast field, training, peak memory of a process", memory, "GB")
    }
    try AvatarBenchmark.run(report, "fast field", run: fast.run, data: fast.dataset)
  }

  /// Trains `preset` a little; nil where there is no such preset.
  static func train(_ preset: String, _ steps: Int, on data: PerformerData) throws -> TrainingTrial? {
    try TrainingTrial(preset, steps: steps, rays: rays, side: side, warmUp: preset == "fast" ? 100 : 0, on: data)
  }
}
