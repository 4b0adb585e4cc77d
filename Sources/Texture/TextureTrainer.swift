import Foundation
import Runs
import Torch

/// Trains a texture enhancement: what the avatar renders of its own clip is brought nearer to what was filmed.
package final class TextureTrainer: Trainer {
  package let configuration: TextureConfiguration
  package let session: TrainingSession
  let data: TextureData
  let model: any TextureModel
  let loss: TextureLoss
  let adam: Adam
  let generator: Generator
  /// What the steps since the last report showed.
  var recent = Averages()

  /// Goes on from the run's last checkpoint if it has one; `warn` hears of damaged ones.
  package init(_ data: TextureData, _ configuration: TextureConfiguration, run: RunFolder, warn: (String) -> Void) throws {
    try configuration.check()
    (self.configuration, self.data, session) = (configuration, data, TrainingSession(run))
    generator = Generator(seed: configuration.seed)
    model = configuration.makeModel(source: data.source, generator)
    loss = TextureLoss(weights: configuration.loss)
    adam = Adam(
      groups: [.init(parameters: model.parameters(), learningRate: configuration.learningRate)], betas: (0.9, configuration.secondMoment))
    if let fingerprint = data.fingerprint { try run.bind(to: fingerprint) }
    try session.resume(self, warn: warn)
  }

  package var validateEvery: Int { configuration.validateEvery }
  package var saveEvery: Int { configuration.saveEvery }
  package var optimizers: [Adam] { [adam] }

  /// Trains until the budget is used up or `shouldStop` asks, and saves; returns whether it is used up. Throws `RunError` where the
  /// training cannot be kept finite; `warn` hears of skipped steps.
  package func train(
    _ budget: TrainingBudget, progress: (TextureProgress) -> Void, warn: (String) -> Void = { _ in }, shouldStop: () -> Bool
  ) throws -> Bool {
    recent = Averages()
    return try session.train(
      self, budget, report: { try report($0, progress) }, warn: warn, shouldStop: shouldStop)
  }

  package func takeStep(done: Double) {
    // The first steps, whose direction is mostly chance, are short.
    let start = min(1, Double(step + 1) / 100)
    adam.groups[0].learningRate = configuration.learningRate * start * pow(configuration.decay, done)

    let batch = data.draw(configuration, generator)
    let made = model(batch)
    let loss = loss(made, batch.truth)
    loss.backward()
    if session.move(adam, losses: [loss]) { recent.add(loss: loss, made: made, batch) }
  }
}
