import Foundation
import Metrics
import Runs
import Torch

/// Trains a generator of heads from images whose cameras are known: StyleGAN's game in three dimensions (Chan et al. 2022), making the
/// images again from few numbers, or both.
package final class PriorTrainer: Trainer {
  package let configuration: PriorConfiguration
  package let session: TrainingSession
  package let device: Device
  let data: PosedImages
  /// The generator that is trained, and its running mean, which is shown and kept.
  let network, average: TriplaneGenerator
  let discriminator: DualDiscriminator?
  let encoder: LatentEncoder?
  let weights: (generator: [NamedTensor], discriminator: [NamedTensor], encoder: [NamedTensor])
  let adam: (generator: Adam, discriminator: Adam, reconstruction: Adam)
  /// What chance is drawn from, on the CPU whatever the device.
  let random: Generator
  /// Of real images, made when first asked for.
  var judge: (features: ImageFeatures, real: FeatureStatistics)?
  /// What the steps since the last report showed.
  var recent = PriorAverages()
  /// Images shown so far.
  package var images: Int { step * configuration.batch }

  typealias NamedTensor = (name: String, tensor: Tensor)

  /// Goes on from the run's last checkpoint if it has one; `warn` hears of damaged ones. The run is made when nothing else can fail any more.
  package init(
    _ data: PosedImages, _ configuration: PriorConfiguration, device: Device = .cpu, run: @autoclosure () throws -> RunFolder,
    warn: (String) -> Void
  ) throws {
    try configuration.check()
    // Weights, gradients, two moments of Adam for each player; the generator also has a running mean, and an optimizer for making again.
    let numbers = 7 * configuration.generator.numbersOfBlocks + 4 * configuration.discriminator.numbersOfBlocks
    try Memory.require(numbers: numbers, on: device, for: "the generator with what trains it")
    (self.configuration, self.data, self.device) = (configuration, data, device)
    random = Generator(seed: configuration.seed)
    network = TriplaneGenerator(configuration.generator, random)
    average = TriplaneGenerator(configuration.generator, Generator(seed: 0)).frozen()
    discriminator = configuration.objective == .reconstruction ? nil : DualDiscriminator(configuration.discriminator, random)
    encoder = configuration.objective == .adversarial ? nil : LatentEncoder(configuration, random)
    try average.load(network.namedState())
    for module in [network, average, discriminator, encoder] as [(any Module)?] { module?.move(to: device) }
    weights = (network.parameters(), discriminator?.parameters() ?? [], encoder?.parameters() ?? [])
    adam = Self.optimizers(weights, configuration)
    session = TrainingSession(try run())
    try session.run.bind(to: data.folder.fingerprint)
    try session.resume(self, warn: warn)
  }

  private static func optimizers(
    _ weights: (generator: [NamedTensor], discriminator: [NamedTensor], encoder: [NamedTensor]), _ c: PriorConfiguration
  ) -> (generator: Adam, discriminator: Adam, reconstruction: Adam) {
    func lazy(_ parameters: [NamedTensor], _ rate: Double, every: Int) -> Adam {
      let rates = LazyRates(learningRate: rate, every: every)
      return Adam(groups: [.init(parameters: parameters, learningRate: rates.learningRate)], betas: rates.betas)
    }
    let both = weights.generator.map { ("generator." + $0.name, $0.tensor) } + weights.encoder.map { ("encoder." + $0.name, $0.tensor) }
    return (
      lazy(weights.generator, c.rates.generator, every: c.regularisation.densityEvery),
      lazy(weights.discriminator, c.rates.discriminator, every: c.regularisation.gradientEvery),
      Adam(groups: [.init(parameters: both, learningRate: c.rates.reconstruction)], betas: (0.9, 0.99))
    )
  }

  package var validateEvery: Int { configuration.validation.every }
  package var saveEvery: Int { configuration.saveEvery }
  package var optimizers: [Adam] { [adam.generator, adam.discriminator, adam.reconstruction] }

  /// Trains until the budget is used up or `shouldStop` asks, saves and exports; returns whether it is used up. Throws `RunError` where the
  /// training cannot be kept finite; `warn` hears of skipped steps.
  package func train(
    _ budget: TrainingBudget, progress: (PriorProgress) -> Void, warn: (String) -> Void = { _ in }, shouldStop: () -> Bool
  ) throws -> Bool {
    recent = PriorAverages()
    let isDone = try session.train(
      self, budget, report: { try report($0, progress) }, warn: warn, shouldStop: shouldStop)
    try export()
    return isDone
  }

  package func takeStep(done: Double) {
    let c = configuration
    if let encoder { recent.add(reconstruct(encoder, done: done)) }
    if let discriminator, images >= startOfGame {
      recent.add(generatorStep(against: discriminator))
      if step % c.regularisation.densityEvery == 0 { recent.add(densityRegularisationStep()) }
      recent.add(discriminatorStep(discriminator))
      if step % c.regularisation.gradientEvery == 0 { recent.add(gradientPenaltyStep(discriminator)) }
    }
    GeneratorAverage.update(average, from: network, share: c.average.share(images: images, batch: c.batch))
    recent.count(c.batch)
  }

  /// Images shown before the discriminator joins in.
  var startOfGame: Int { configuration.objective == .both ? Int(configuration.reconstruction.aloneKimg * 1000) : 0 }
}
