import Datasets
import Face
import Foundation
import Radiance
import Runs
import Speech
import Torch

/// Trains the subject avatar: the field, its optimizer and its sampler, from a dataset into a run folder.
package final class SubjectTrainer {
  package let configuration: SubjectConfiguration
  let scene: SubjectScene
  let data: SubjectData
  package let run: RunFolder
  let field: any SubjectField
  let adam: Adam
  let mesh: MeshSupervision?
  /// nil where the tracked expression alone drives.
  let speech: SpeechDriver?
  /// Whether the dataset has expressions that speech can learn to say.
  let isTracked: Bool
  let sampler: RaySampler
  let generator: Generator
  private let baseRates: [Double]
  /// Steps and seconds so far, those of earlier sessions included.
  package internal(set) var step = 0
  package internal(set) var seconds = 0.0

  /// Goes on from the run's last checkpoint if it has one, on `device`, which need not be the one of before; `warn` hears of damaged ones.
  ///
  /// `run` is asked for when all else stands, so that what cannot be trained leaves no run folder behind.
  package init(
    _ dataset: Dataset, _ configuration: SubjectConfiguration, run: @autoclosure () throws -> RunFolder, device: Device = .cpu,
    warn: (String) -> Void
  ) throws {
    self.configuration = configuration
    try configuration.check()
    guard !dataset.trainIndices.isEmpty else { throw SubjectError.noFrames(dataset.folder.path) }
    isTracked = !dataset.track.expressionNames.isEmpty
    guard isTracked || configuration.driver != .both else { throw SubjectError.nothingTracked(dataset.folder.path) }
    scene = try SubjectScene(dataset, drivingWidth: configuration.field.driving)
    let features = try configuration.speech.map {
      try dataset.fitted(try $0.makeFeatures(file: $0.weights == nil ? dataset.speechFile : nil), warn: warn)
    }
    data = try SubjectData(dataset, scene, speech: features, device: device)
    generator = Generator(seed: configuration.seed)
    let field = configuration.makeField(generator)
    self.field = field
    try field.prepare(data, depth: configuration.depth)
    field.move(to: device)
    speech = configuration.speech.map { [generator] in
      SpeechDriver($0, channels: features?.channels ?? 0, driving: configuration.field.driving, generator)
    }
    if let speech, let heard = data.speech {
      let seen = heard.places.indexSelect(0, Tensor(data.train))
      speech.prepare(heard.windows.indexSelect(0, seen), expressionNames: dataset.track.expressionNames)
      speech.move(to: device)
    }
    let labels = data.labels
    sampler = RaySampler(configuration.rays, frames: data.train) { labels[.at($0)] }
    let usesMesh = configuration.mesh.weight > 0 || configuration.mesh.warmUpSteps > 0
    mesh = try usesMesh ? MeshSupervision(data, frames: data.train) : nil
    let rates = configuration.optimizer
    let parameters = field.parameters()
    func group(_ role: ParameterRole, _ rate: Double) -> Adam.ParameterGroup {
      .init(parameters: parameters.filter { field.role(of: $0.name) == role }, learningRate: rate)
    }
    let spoken = speech.map {
      [Adam.ParameterGroup(parameters: $0.parameters(), learningRate: configuration.speech?.learningRate ?? 0)]
    }
    adam = Adam(
      groups: [group(.grid, rates.grid), group(.template, rates.template), group(.deformation, rates.deformation)] + (spoken ?? []),
      betas: (0.9, rates.secondMoment), eps: rates.epsilon)
    baseRates = adam.groups.map(\.learningRate)
    self.run = try run()
    if let checkpoint = try self.run.resumePoint(warn: warn) { try restore(checkpoint) }
  }

  /// The training loop. Saves at intervals and at the end, also when `shouldStop` asks for it; returns whether the budget was used up.
  /// `warmUp` hears of the steps on the mesh before the first ray, `progress` of those on rays.
  package func train(
    _ budget: TrainingBudget, warmUp: (WarmUpProgress) -> Void = { _ in }, progress: (TrainingProgress) -> Void, shouldStop: () -> Bool
  ) throws -> Bool {
    if step == 0 {
      try fitMesh(budget, warmUp, shouldStop)
      // Half a warm start is not worth a checkpoint: it is made again from the beginning.
      if shouldStop() { return false }
    }
    let clock = ContinuousClock()
    var last = clock.now
    var recent = Averages()
    while fraction(budget) < 1, !shouldStop() {
      let done = fraction(budget)
      for (i, rate) in baseRates.enumerated() { adam.groups[i].learningRate = rate * pow(configuration.optimizer.decay, done) }
      if speech != nil { adam.groups[baseRates.count - 1].learningRate = speechRate }

      recent.add(try rayStep(done), rays: configuration.rays.rays)
      recent.add(mesh: meshStep(done))
      recent.add(speech: speechStep())
      adam.step()
      adam.zeroGrad()

      step += 1
      field.advance(step: step, done: done)
      seconds += (clock.now - last).seconds
      last = clock.now
      if step % 20 == 0 { try report(&recent, fraction(budget), progress) }
      let score = step % configuration.validateEvery == 0 ? try validate() : nil
      if step % configuration.saveEvery == 0 { try save(score: score) }
    }
    try save()
    return fraction(budget) >= 1
  }
}
