import Foundation
import Runs
import Testing
import Torch

/// Fits three numbers to ones, with a random shake a step that only counts; `poison` says what the loss is multiplied with.
private final class TinyTrainer: Trainer {
  let session: TrainingSession
  let weights = Tensor([0, 0, 0] as [Float]).requiringGrad()
  /// Has a gradient in every step, and no optimizer that moves it before the first.
  let adam: Adam
  let random = Generator(seed: 3)
  var validateEvery = 5, saveEvery = 10
  var poison: (_ step: Int, _ returns: Int) -> Double = { _, _ in 1 }
  var afterStep: (TinyTrainer) -> Void = { _ in }
  var score: (Int) -> Double = { Double($0) }
  var rates: [Double] = []
  var optimizers: [Adam] { [adam] }

  init(_ run: RunFolder) throws {
    session = TrainingSession(run)
    adam = Adam(groups: [.init(parameters: [("w", weights)], learningRate: 0.1)])
    try session.resume(self, warn: { _ in })
  }
  func takeStep(done: Double) {
    rates.append(adam.learningRate(0))
    let shake = Tensor.randn([3], random) * 0.01
    let loss = (weights + shake - 1).square().sum() * poison(step, session.returns)
    loss.backward()
    session.move(adam, losses: [loss])
    afterStep(self)
  }
  func validate(shouldStop: () -> Bool) -> Double? { score(step) }
  func state() -> (tensors: [String: Tensor], metadata: [String: String]) {
    (["weights": weights, "random": random.state].merging(adam.state().map { ("optimizer." + $0, $1) }) { $1 }, [:])
  }
  func restore(_ checkpoint: Checkpoint) throws {
    guard let saved = checkpoint.tensors["weights"] else { throw ModuleError.missing("weights") }
    withoutGradient { weights.copy_(saved) }
    try adam.load(checkpoint.tensors, prefix: "optimizer.")
    try random.load(checkpoint.tensors["random"], name: "random")
  }

  var said: [String] = []
  func train(_ steps: Int, shouldStop: () -> Bool = { false }) throws -> Bool {
    try session.train(self, .steps(steps), report: { _ in }, warn: { said.append($0) }, shouldStop: shouldStop)
  }
}

@Suite struct TrainingSessionTests {
  private static func spoil(_ weights: Tensor) { withoutGradient { weights.mul_(Double.nan) } }
  private func log(_ run: RunFolder) throws -> [[String: Double]] {
    try String(contentsOf: run.url.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode([String: Double].self, from: Data($0.utf8))
    }
  }
  private func saved(_ run: RunFolder) throws -> [String: [UInt8]] {
    try run.checkpoint(warn: { _ in }).tensors.filter { $0.key != "seconds" }.mapValues { $0.withBytes { Array($0) } }
  }

  /// What a skipped step leaves is what was there before it: weights, moments, and no gradient.
  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e30]) func stepsThatAreNotFiniteMoveNothing(poison: Double) throws {
    try withFolder { folder in
      let run = try makeRun(folder), trainer = try TinyTrainer(run)
      var before: [Float] = []
      trainer.poison = { step, _ in
        before = trainer.weights.floats
        return step == 7 || step == 9 ? poison : 1
      }
      trainer.afterStep = { trainer in
        #expect(trainer.weights.grad == nil)
        #expect((trainer.weights.floats == before) == [7, 9].contains(trainer.step))
      }
      #expect(try trainer.train(40))
      #expect(trainer.session.skipped == 2 && trainer.session.returns == 0 && trainer.adam.steps == 38)
      #expect(trainer.weights.isFinite().all() && trainer.said.count == 1 && trainer.said[0].contains("2 of the last steps were skipped"))
      #expect(try log(run).map { [$0["skipped_steps"], $0["step"]] } == [[2, 20]])
    }
  }

  @Test func tenInARowGoBackToTheLastCheckpointWithHalfTheRates() throws {
    try withFolder { folder in
      var run: RunFolder? = try makeRun(folder)
      let url = run!.url, trainer = try TinyTrainer(run!)
      trainer.poison = { step, returns in returns == 0 && step >= 25 ? .nan : 1 }
      #expect(try trainer.train(50))
      #expect(trainer.session.returns == 1 && trainer.session.skipped == 10 && trainer.step == 50)
      // Steps 0 to 34 at the whole rate, then 20 to 49 at half of it.
      #expect(trainer.rates == [Double](repeating: 0.1, count: 35) + [Double](repeating: 0.05, count: 30))
      #expect(trainer.said.count == 1 && trainer.said[0].contains("goes back to step 20 with half the learning rates (1 of 3)"))
      let lines = try log(run!)
      #expect(lines.map { $0["step"] } == [20] && lines[0]["learning_rate_factor"] == 0.5 && lines[0]["returns"] == 1)
      #expect(run!.savedSteps == [30, 40, 50])
      let whole = try saved(run!)
      run = nil
      _ = consume trainer

      // Half the rates stay half where the run is gone on with, bit for bit.
      let again = try RunFolder.resume(url)
      try FileManager.default.removeItem(at: again.file(50))
      let resumed = try TinyTrainer(again)
      #expect(resumed.step == 40 && resumed.session.rateFactor == 0.5)
      #expect(try resumed.train(50) && saved(again) == whole)
    }
  }

  /// Nothing was saved yet: back to the beginning.
  @Test func withoutACheckpointItBeginsAnew() throws {
    try withFolder { folder in
      let run = try makeRun(folder), trainer = try TinyTrainer(run)
      trainer.poison = { _, returns in returns == 0 ? .nan : 1 }
      #expect(try trainer.train(20))
      #expect(trainer.session.returns == 1 && trainer.said[0].contains("goes back to step 0") && trainer.adam.steps == 20)
    }
  }

  @Test func afterThreeReturnsItStopsAndKeepsTheGoodCheckpoint() throws {
    try withFolder { folder in
      let run = try makeRun(folder), trainer = try TinyTrainer(run)
      trainer.poison = { step, _ in step >= 25 ? .nan : 1 }
      let found = error(RunError.self) { try trainer.train(100) }
      #expect(found?.reason == .diverged(returns: 3, checkpoint: 20))
      #expect("\(found!)".contains("the checkpoint of step 20 is kept") && !"\(found!)".contains("\n"))
      #expect(run.savedSteps == [10, 20] && trainer.session.skipped == 40 && trainer.session.rateFactor == 0.125)
      #expect(try run.checkpoint(warn: { Issue.record("\($0)") }).tensors["weights"]!.isFinite().all())
    }
  }

  /// A step may be finite and yet ruin weights.
  @Test func whatIsNotFiniteIsNeverSaved() throws {
    try withFolder { folder in
      let run = try makeRun(folder), trainer = try TinyTrainer(run)
      trainer.afterStep = { if $0.step == 17, $0.session.returns == 0 { Self.spoil($0.weights) } }
      #expect(try trainer.train(20))
      #expect(
        trainer.session.returns == 1 && trainer.said.contains { $0.contains("weights holds values that are not finite (NaN or infinity)") })
      #expect(run.savedSteps == [10, 20])
      try Checkpoint(step: 30, tensors: ["weights": Tensor([1, .nan] as [Float])]).write(to: run.file(30))
      var warned: [String] = []
      #expect(try run.checkpoint(warn: { warned.append($0) }).step == 20 && warned.count == 1)
      #expect(throws: RunError.self) { try run.checkpoint(step: 30, warn: { _ in }) }
    }
  }

  @Test func theLastCheckpointKeepsItsScore() throws {
    try withFolder { folder in
      let run = try makeRun(folder)
      var trainer: TinyTrainer? = try TinyTrainer(run)
      #expect(try trainer!.train(40))
      func score(_ step: Int) throws -> Double? { try run.checkpoint(step: step, warn: { _ in }).score }
      #expect(try score(40) == 40 && score(30) == 30)
      // A finished run that is gone on with has nothing to do, and does no harm.
      trainer = try TinyTrainer(run)
      #expect(try trainer!.train(40) && score(40) == 40)
      // The best of all stays when later ones are worse; one that is not a number is not the best.
      trainer!.score = { $0 == 50 ? .nan : 0 }
      #expect(try trainer!.train(80) && run.savedSteps == [40, 60, 70, 80] && score(60) == 0)
      #expect(try trainer!.train(82) && score(82) == nil)
    }
  }

  /// A stopped training goes on bit for bit, also one that was stopped between two checkpoints and judged just then.
  @Test func stoppedTrainingsGoOn() throws {
    try withFolder { folder in
      let whole = try makeRun(folder.appending(path: "a")), parts = try makeRun(folder.appending(path: "b"))
      #expect(try TinyTrainer(whole).train(30))
      var left = 15
      #expect(
        try !TinyTrainer(parts).train(
          30,
          shouldStop: {
            left -= 1
            return left < 0
          }))
      #expect(try parts.savedSteps == [10, 15] && parts.checkpoint(warn: { _ in }).score == 15)
      #expect(try TinyTrainer(parts).train(30) && saved(parts) == saved(whole))
    }
  }

  @Test func gradientsOfAWarmStartAreNotTakenAlong() throws {
    try withFolder { folder in
      let trainer = try TinyTrainer(try makeRun(folder))
      trainer.weights.grad = Tensor([1e6, 1e6, 1e6] as [Float])
      let other = try TinyTrainer(try makeRun(folder.appending(path: "other")))
      #expect(try trainer.train(1) && other.train(1) && trainer.weights.floats == other.weights.floats)
    }
  }

  @Test func runsAreTiedToTheirData() throws {
    try withFolder { folder in
      var run: RunFolder? = try makeRun(folder)
      let url = run!.url
      let before = try String(contentsOf: url.appending(path: "config.json"), encoding: .utf8)
      #expect(!before.contains("fingerprint"))
      try run!.bind(to: "one")
      try run!.bind(to: "one")
      run = nil
      let again = try RunFolder.resume(url)
      #expect(again.record.fingerprint == "one")
      let found = error(RunError.self) { try again.bind(to: "two") }
      #expect(found?.reason == .otherData(again.record.data) && "\(found!)".contains("another --output"))
    }
  }
}
