import ArgumentParser
import Foundation
import Portrait
import Runs
import Torch

extension TrainPortrait {
  func trainDeformation() throws {
    guard try compute.chosen() == .cpu else { throw Failure.usage("--stage deformation trains on the processor; leave out --device") }
    let start = try training.start(
      method: "deformation", experiment: "mesh", given: [:], kept: DistillationConfiguration.init, new: chosenDistillation)
    let plan = start.configuration
    // Nothing is read: what it learns from is made up on the way.
    let trainer = try DistillationTrainer(plan, run: try start.open(experiment: "mesh", data: start.place), warn: complain)
    let run = trainer.run, budget = training.budget(run, steps: plan.steps)
    print("run       \(run.url.relativePath)")
    print("training  \(trainer.words), \(budget)")
    if trainer.step > 0 { print("resumed   at step \(trainer.step), \(ProgressTable.clock(trainer.seconds)) of training so far") }
    fflush(nil)
    let table = ProgressTable()
    let isDone = try trainer.train(
      budget, progress: table.show,
      warn: {
        table.finish()
        complain($0)
      }, shouldStop: { StopSignal.isRaised })
    table.finish()
    print("saved     \(run.file(trainer.step).path(percentEncoded: false))")
    guard isDone else { throw stopped("at step \(trainer.step)", goOn: "portrait --stage deformation", run) }
    if let errors = trainer.errors { print("\n\(plan.held) motions of people kept aside:\n\(errors)\n") }
    let file = trainer.exported.path(percentEncoded: false)
    print("networks  \(file)")
    print("next      \(suggestedCommand("likeness", "portrait", "<photo>", "--coarse", "generator", "--deformation", "learned=\(file)"))")
  }

  private func chosenDistillation() throws -> DistillationConfiguration {
    var plan = DistillationConfiguration()
    if let steps = training.steps { plan.steps = steps }
    if let seed = training.seed { plan.seed = seed }
    plan = try training.changed(plan)
    try plan.check()
    return plan
  }
}

extension ProgressTable {
  private static let deformationHead = "      step      %       ETA   points/s   error mm    held mm"

  /// Shows how far deformation networks are: their mean distance from the mesh's motion, in training and for people kept aside.
  func show(_ p: DistillationTrainer.Progress) {
    show(p.fraction, under: Self.deformationHead) { left in
      let held = p.held.map { String(format: "%11.3f", locale: nil, $0) } ?? "          -"
      return Self.start(p.step, p.fraction, left) + String(format: " %10.0f %10.3f", locale: nil, p.pointsPerSecond, p.error) + held
    }
  }
}
