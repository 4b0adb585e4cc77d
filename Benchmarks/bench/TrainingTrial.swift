import Datasets
import Foundation
import Runs
import Subject

/// A short training with whole steps timed: drawing rays, rendering, gradients, mesh supervision, Adam.
struct TrainingTrial {
  /// Seconds of the middle one of the last fifth of the steps.
  let step: Double
  /// Seconds of the middle one of the first fifth.
  let firstStep: Double
  let run: RunFolder
  let dataset: Dataset

  /// Trains `preset` for `steps` on images of `side` pixels; nil where there is no such preset.
  init?(_ preset: String, steps: Int, rays: Int, side: Int, warmUp: Int, on data: PerformerData) throws {
    guard var configuration = SubjectConfiguration.preset(preset) else { return nil }
    configuration.size = side
    configuration.rays.rays = rays
    configuration.mesh.warmUpSteps = warmUp
    configuration.steps = steps
    configuration.validateEvery = .max
    configuration.saveEvery = .max
    dataset = try Dataset(data.dataset, size: side)
    let record = try RunRecord(experiment: "bench", method: "subject", data: data.dataset, configuration: configuration)
    run = try RunFolder.create(data.folder.appending(path: "\(preset)-\(UUID().uuidString)"), record)
    let trainer = try SubjectTrainer(dataset, configuration, run: run, warn: { _ in })
    // The loop asks before each step whether to stop.
    var times: [UInt64] = []
    _ = try trainer.train(
      .steps(steps), progress: { _ in },
      shouldStop: {
        // Also often before the first.
        if trainer.step == 0 { times = [] }
        times.append(DispatchTime.now().uptimeNanoseconds)
        return false
      })
    let each = zip(times, times.dropFirst()).map { Double($1 - $0) * 1e-9 }
    func middle(_ part: some Collection<Double>) -> Double {
      let sorted = part.sorted()
      return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
    }
    let fifth = max(1, each.count / 5)
    (step, firstStep) = (middle(each.suffix(fifth)), middle(each.prefix(fifth)))
  }
}
