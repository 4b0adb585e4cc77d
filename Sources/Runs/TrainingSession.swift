import Foundation
import Torch

/// The loop that all trainings share: budget and clock, reports, validations, checkpoints, stopping and going on.
///
/// A step whose loss or gradients are not finite numbers moves nothing. After `patience` of them in a row, or where a checkpoint would hold
/// such numbers, the training goes back to the last good checkpoint with half the learning rates; the fourth time it gives up.
package final class TrainingSession {
  /// Skipped steps in a row that the training goes back after, and how often a session goes back.
  package static let patience = 10, mostReturns = 3

  package let run: RunFolder
  /// Steps and seconds so far, those of earlier sessions included.
  package private(set) var step = 0
  package private(set) var seconds = 0.0
  /// Steps of this session that moved nothing, and returns to an earlier checkpoint.
  package private(set) var skipped = 0, returns = 0
  /// What all learning rates are multiplied with: halved at every return, and kept in checkpoints.
  package private(set) var rateFactor = 1.0

  /// Whether all that the step in progress wanted to move was moved.
  private var isSound = true
  private var skippedInARow = 0, skippedSinceReport = 0
  private var savedStep: Int?
  private var scored: (step: Int, score: Double)?
  /// Where a training that has saved nothing yet goes back to.
  private var beginning: Checkpoint?

  package init(_ run: RunFolder) { self.run = run }

  /// Puts the run's last sound checkpoint into `trainer`, if there is one; `warn` hears of damaged ones. Throws `RunError`.
  package func resume(_ trainer: some Trainer, warn: (String) -> Void) throws {
    guard let checkpoint = try run.resumePoint(warn: warn) else { return }
    do {
      try trainer.restore(checkpoint)
      guard let spent = checkpoint.tensors[Key.seconds] else { throw ModuleError.missing(Key.seconds) }
      (step, seconds, savedStep) = (checkpoint.step, spent.item, checkpoint.step)
    } catch let error as ModuleError {
      throw RunError(run.file(checkpoint.step), .misfit(error.fault))
    }
    slowDown(trainer, checkpoint.metadata[Key.rateFactor].flatMap { Double($0) } ?? 1)
  }

  /// Trains until `budget` is used up or `shouldStop` asks, and saves; returns whether it is used up.
  ///
  /// `report` is called every 20 steps with the share of the budget used up, 0...1; `warn` hears of skipped steps and of returns. Throws
  /// `RunError` where the training cannot be kept finite, and what the trainer throws.
  package func train(
    _ trainer: some Trainer, _ budget: TrainingBudget, report: (Double) throws -> Void, warn: (String) -> Void, shouldStop: () -> Bool
  ) throws -> Bool {
    // What came before, such as a warm start with an optimizer of its own, may have left gradients that nobody took.
    for adam in trainer.optimizers { adam.zeroGrad() }
    if savedStep == nil { beginning = try checkpoint(of: trainer, isCopy: true) }
    let clock = ContinuousClock()
    var last = clock.now
    repeat {
      while fraction(budget) < 1, !shouldStop() {
        isSound = true
        try trainer.takeStep(done: fraction(budget))
        step += 1
        seconds += (clock.now - last) / .seconds(1)
        last = clock.now
        guard isSound || skippedInARow + 1 < Self.patience else {
          skipped += 1
          try goBack(trainer, "\(Self.patience) steps in a row had a loss or gradients that are not finite numbers", warn)
          continue
        }
        count()
        if step % 20 == 0 {
          try tellSkipped(warn)
          try report(fraction(budget))
        }
        if step % trainer.validateEvery == 0 {
          let score = try trainer.validate(shouldStop: shouldStop)
          scored = score.flatMap { $0.isFinite ? (step, $0) : nil }
        }
        // What is saved amid skipped steps may be the very weights that they come from.
        if step % trainer.saveEvery == 0, skippedInARow == 0 { try save(trainer, warn) }
      }
    } while try savedStep != step && !save(trainer, warn)
    try tellSkipped(warn)
    return fraction(budget) >= 1
  }

  /// How much of the budget is used up, 0...1.
  package func fraction(_ budget: TrainingBudget) -> Double { budget.fraction(step: step, seconds: seconds) }
  /// Counts time of training that passes outside of steps.
  package func add(seconds more: Double) { seconds += more }

  /// Moves the weights of `adam` by their gradients and forgets these. Where one of these, or of `losses`, is not a finite number, or
  /// `isFinite` says so of what the step knows by itself, the weights stay and the step counts as skipped. Returns whether they moved.
  @discardableResult
  package func move(_ adam: Adam, losses: [Tensor] = [], where isFinite: Bool = true) -> Bool {
    defer { adam.zeroGrad() }
    guard isFinite, adam.hasFiniteGradients(and: losses) else {
      isSound = false
      return false
    }
    adam.step()
    return true
  }

  private func count() {
    skippedInARow = isSound ? 0 : skippedInARow + 1
    skipped += isSound ? 0 : 1
    skippedSinceReport += isSound ? 0 : 1
  }
  private func tellSkipped(_ warn: (String) -> Void) throws {
    guard skippedSinceReport > 0 else { return }
    warn("step \(step): \(skippedSinceReport) of the last steps were skipped, since their loss or gradients are not finite numbers")
    skippedSinceReport = 0
    try run.log(step: step, seconds: seconds, ["skipped_steps": Double(skipped)])
  }

  private func checkpoint(of trainer: some Trainer, isCopy: Bool = false) throws -> Checkpoint {
    var (tensors, metadata) = try trainer.state()
    tensors[Key.seconds] = Tensor(seconds)
    if isCopy { tensors = withoutGradient { tensors.mapValues { $0.detach().clone() } } }
    if rateFactor != 1 { metadata[Key.rateFactor] = String(rateFactor) }
    return Checkpoint(
      step: step, tensors: tensors, metadata: metadata, score: scored.flatMap { $0.step == step ? $0.score : nil })
  }

  /// Saves, with the step's score if it was judged, unless some number is not finite: then it goes back, and returns false.
  @discardableResult
  private func save(_ trainer: some Trainer, _ warn: (String) -> Void) throws -> Bool {
    let checkpoint = try checkpoint(of: trainer)
    if let name = checkpoint.firstNotFinite {
      try goBack(trainer, "tensor \(name) holds values that are not finite (NaN or infinity), so this step is not saved", warn)
      return false
    }
    try run.save(checkpoint)
    savedStep = step
    beginning = nil
    return true
  }

  /// Goes on from the last good checkpoint with half the learning rates. The time that was spent stays spent.
  private func goBack(_ trainer: some Trainer, _ why: String, _ warn: (String) -> Void) throws {
    let from = step, saved = savedStep == nil ? nil : try run.resumePoint(warn: warn)
    guard returns < Self.mostReturns, let good = saved ?? beginning else {
      throw RunError(run.url, .diverged(returns: returns, checkpoint: saved?.step))
    }
    returns += 1
    try trainer.restore(good)
    (step, skippedInARow, skippedSinceReport, scored) = (good.step, 0, 0, nil)
    slowDown(trainer, rateFactor / 2)
    for adam in trainer.optimizers { adam.zeroGrad() }
    warn("step \(from): \(why); training goes back to step \(step) with half the learning rates (\(returns) of \(Self.mostReturns))")
    run.dropLog(after: step)
    try run.log(
      step: step, seconds: seconds,
      ["returns": Double(returns), "learning_rate_factor": rateFactor, "skipped_steps": Double(skipped)])
  }
  private func slowDown(_ trainer: some Trainer, _ factor: Double) {
    rateFactor = factor
    for adam in trainer.optimizers { adam.rateFactor = factor }
  }

  private enum Key {
    static let seconds = "seconds", rateFactor = "learning_rate_factor"
  }
}
