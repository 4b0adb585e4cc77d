import Foundation
import Runs
import Torch

/// Trains a texture enhancement: what the avatar renders of its own clip is brought nearer to what was filmed.
package final class TextureTrainer {
  package let configuration: TextureConfiguration
  package let run: RunFolder
  let data: TextureData
  let model: any TextureModel
  let loss: TextureLoss
  let adam: Adam
  let generator: Generator
  /// Steps and seconds so far, those of earlier sessions included.
  package internal(set) var step = 0
  package internal(set) var seconds = 0.0

  /// Goes on from the run's last checkpoint if it has one; `warn` hears of damaged ones.
  package init(_ data: TextureData, _ configuration: TextureConfiguration, run: RunFolder, warn: (String) -> Void) throws {
    try configuration.check()
    (self.configuration, self.data, self.run) = (configuration, data, run)
    generator = Generator(seed: configuration.seed)
    model = configuration.makeModel(source: data.source, generator)
    loss = TextureLoss(weights: configuration.loss)
    adam = Adam(
      groups: [.init(parameters: model.parameters(), learningRate: configuration.learningRate)], betas: (0.9, configuration.secondMoment))
    if let checkpoint = try run.resumePoint(warn: warn) { try restore(checkpoint) }
  }

  /// The training loop. Saves at intervals and at the end, also when `shouldStop` asks for it; returns whether the budget was used up.
  package func train(_ budget: TrainingBudget, progress: (TextureProgress) -> Void, shouldStop: () -> Bool) throws -> Bool {
    let clock = ContinuousClock()
    var last = clock.now
    var recent = Averages()
    while fraction(budget) < 1, !shouldStop() {
      // The first steps, whose direction is mostly chance, are short.
      let start = min(1, Double(step + 1) / 100)
      adam.groups[0].learningRate = configuration.learningRate * start * pow(configuration.decay, fraction(budget))

      let batch = data.draw(configuration, generator)
      let made = model(batch)
      let loss = loss(made, batch.truth)
      loss.backward()
      adam.step()
      adam.zeroGrad()

      step += 1
      recent.add(loss: loss, made: made, batch)
      seconds += (clock.now - last) / .seconds(1)
      last = clock.now
      if step % 20 == 0 { try report(&recent, fraction(budget), progress) }
      let score = step % configuration.validateEvery == 0 ? try validate() : nil
      if step % configuration.saveEvery == 0 { try save(score: score) }
    }
    try save()
    return fraction(budget) >= 1
  }

  /// How much of the budget is used up, 0...1.
  private func fraction(_ budget: TrainingBudget) -> Double { budget.fraction(step: step, seconds: seconds) }
}
