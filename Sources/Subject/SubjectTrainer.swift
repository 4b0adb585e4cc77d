import Capture
import Face
import Foundation
import Radiance
import Runs
import Torch

/// Trains the subject avatar: the field, its optimizer and its sampler, from a dataset into a run folder.
public final class SubjectTrainer {
  /// When a training ends: after so many steps, or so much time of training over all its sessions.
  public enum Budget: Equatable, Sendable {
    case steps(Int)
    case seconds(Double)
  }

  public let configuration: SubjectConfiguration
  let data: SubjectData
  let run: RunFolder
  let field: any SubjectField
  let adam: Adam
  let mesh: MeshSupervision?
  let sampler: RaySampler
  let generator: Generator
  private let baseRates: [Double]
  /// Steps and seconds so far, those of earlier sessions included.
  public internal(set) var step = 0
  public internal(set) var seconds = 0.0

  /// Goes on from the run's last checkpoint if it has one, on `device`, which need not be the one of before; `warn` hears of damaged ones.
  public init(
    _ dataset: Dataset, _ configuration: SubjectConfiguration, run: RunFolder, device: Device = .cpu, warn: (String) -> Void
  ) throws {
    self.configuration = configuration
    self.run = run
    guard !dataset.trainIndices.isEmpty else { throw SubjectError.noFrames(dataset.folder.path) }
    let scene = try SubjectScene(dataset, drivingWidth: configuration.field.driving)
    if run.savedSteps.isEmpty { try scene.write(run) }
    data = try SubjectData(dataset, scene, device: device)
    generator = Generator(seed: configuration.seed)
    let field = configuration.makeField(generator)
    self.field = field
    try field.prepare(data, configuration)
    field.move(to: device)
    let labels = data.labels
    sampler = RaySampler(configuration.rays, frames: data.train) { labels[.at($0)] }
    let usesMesh = configuration.mesh.weight > 0 || configuration.mesh.warmUpSteps > 0
    mesh = try usesMesh ? MeshSupervision(data, frames: data.train) : nil
    let rates = configuration.optimizer
    let parameters = field.parameters()
    func group(_ role: ParameterRole, _ rate: Double) -> Adam.ParameterGroup {
      .init(parameters: parameters.filter { field.role(of: $0.name) == role }, learningRate: rate)
    }
    adam = Adam(
      groups: [group(.grid, rates.grid), group(.template, rates.template), group(.deformation, rates.deformation)],
      betas: (0.9, rates.secondMoment), eps: rates.epsilon)
    baseRates = adam.groups.map(\.learningRate)
    if let checkpoint = try run.resumePoint(warn: warn) { try restore(checkpoint) }
  }

  /// The training loop. Saves at intervals and at the end, also when `shouldStop` asks for it; returns whether the budget was used up.
  public func train(_ budget: Budget, progress: (TrainingProgress) -> Void, shouldStop: () -> Bool) throws -> Bool {
    if step == 0 {
      warmUp(budget, shouldStop)
      // Half a warm start is not worth a checkpoint: it is made again from the beginning.
      if shouldStop() { return false }
    }
    let clock = ContinuousClock()
    var last = clock.now
    var recent = Averages()
    while fraction(budget) < 1, !shouldStop() {
      let done = fraction(budget)
      for (i, rate) in baseRates.enumerated() { adam.groups[i].learningRate = rate * pow(configuration.optimizer.decay, done) }

      recent.add(try rayStep(done), rays: configuration.rays.rays)
      recent.add(mesh: meshStep(done))
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
