import Foundation
import Runs
import Torch

extension SubjectTrainer {
  /// Fits F_d to the tracked mesh before the first ray, with an optimizer of its own; what hears learns the mouth's numbers beside it.
  ///
  /// Where time is what ends the training, the warm start takes at most a quarter of it.
  func fitMesh(_ budget: TrainingBudget, _ progress: (WarmUpProgress) -> Void, _ shouldStop: () -> Bool) throws {
    let plan = configuration.mesh
    let start = ContinuousClock.now
    field.startMotion(data, scene)
    guard let mesh, plan.warmUpSteps > 0 else {
      session.add(seconds: (ContinuousClock.now - start).seconds)
      return
    }
    func group(_ parameters: [(name: String, tensor: Tensor)], _ rate: Double) -> Adam.ParameterGroup {
      .init(parameters: parameters, learningRate: rate, schedule: .exponential(decaySteps: plan.warmUpSteps, factor: 0.05))
    }
    let adam = Adam(
      groups: [group(field.deformationParameters, plan.warmUpLearningRate)]
        + (speech.map { [group($0.parameters(), configuration.speech?.learningRate ?? 0)] } ?? []), betas: (0.9, 0.99))
    var limit = Double.infinity
    if case .seconds(let total) = budget { limit = total / 4 }
    var recent = Averages(), made = 0, skippedInARow = 0, done = 0.0, spent = 0.0
    while done < 1, !shouldStop() {
      let loss = meshLoss(mesh)
      loss.backward()
      _ = speechStep()
      let isSound = session.move(adam, losses: [loss])
      skippedInARow = isSound ? 0 : skippedInARow + 1
      guard skippedInARow < TrainingSession.patience else { throw RunError(run.url, .diverged(returns: 0, checkpoint: nil)) }

      if isSound { recent.add(mesh: loss.item.squareRoot()) }
      made += 1
      spent = (ContinuousClock.now - start).seconds
      done = max(Double(made) / Double(plan.warmUpSteps), spent / limit)
      guard made % 20 == 0 || done >= 1, let distance = recent.meanMesh else { continue }
      recent = Averages()
      progress(WarmUpProgress(step: made, fraction: min(1, done), meshMillimetres: distance))
      if made % 100 == 0 || done >= 1 { try run.log(step: 0, seconds: seconds + spent, ["mesh_mm": distance]) }
    }
    session.add(seconds: spent)
  }

  /// Adds the gradient of the mesh's supervision, whose weight falls from the first to the final one.
  /// Returns the root of its mean squared distance, head units; nil in steps without it.
  func meshStep(_ done: Double) -> Double? {
    let plan = configuration.mesh
    guard let mesh, plan.weight > 0, step % max(1, plan.every) == 0 else { return nil }
    let weight = plan.weight * pow(max(plan.finalWeight, 1e-9) / plan.weight, done)
    let loss = meshLoss(mesh)
    (loss * weight).backward()
    return loss.item.squareRoot()
  }

  /// Mean squared distance, head units, between where F_d takes points of the tracked surface and where they belong.
  func meshLoss(_ mesh: MeshSupervision) -> Tensor {
    let (frames, expressions, points, targets, weights) = mesh.batch(
      frames: configuration.mesh.frames, points: configuration.mesh.points, generator)
    var signals = data.signals(frames)
    signals.driving = scene.driving(signals.driving, expressions: expressions)
    let moved = field.displacements(of: points, signals)
    return ((points + moved - targets).square().sum(-1) * weights).sum() / weights.sum()
  }

  /// Driving numbers of `frames` as speech has them, but for a random share that is driven as it was tracked; nil without speech.
  private func spoken(_ frames: Tensor, beside tracked: Tensor) -> Tensor? {
    guard let speech, trackedShare < 1, let windows = data.heard(frames) else { return nil }
    let color = color(frames.numel, windows)
    let spoken = Lanes.alone { speech(windows, beside: tracked, color: color) }
    guard trackedShare > 0 else { return spoken }
    let kept = (Tensor.rand([frames.numel, 1], generator) .< trackedShare).to(tracked.device)
    return tracked.where(kept, else: spoken)
  }
  /// The part of the frames that are driven as they were tracked; none where nothing was.
  private var trackedShare: Double { isTracked ? configuration.speech?.trackedShare ?? 1 : 0 }
  /// How fast what hears learns in this step; 0 when it learns no more.
  var speechRate: Double {
    guard let plan = configuration.speech, step < plan.steps else { return 0 }
    return plan.learningRate * pow(configuration.optimizer.decay, Double(step) / Double(plan.steps))
  }
  private func color(_ frames: Int, _ windows: Tensor) -> Tensor? {
    guard let deviation = configuration.speech?.coloring, deviation > 0 else { return nil }
    return Tensor.randn([frames, 1, 1, windows.size(-1)], generator).to(windows.device) * deviation
  }

  /// Adds the gradient of the distance between the mouth's numbers as each network says them and as they were tracked, of random frames.
  /// Returns its root mean square in spreads of the numbers; nil where there is nothing to compare.
  func speechStep() -> Double? {
    guard let plan = configuration.speech, let speech, isTracked, plan.trackedLoss > 0, speechRate > 0 else { return nil }
    let frames = Tensor(data.train).indexSelect(0, Tensor.randint(0..<data.train.count, [plan.frames], generator))
    guard let windows = data.heard(frames) else { return nil }
    let tracked = data.signals(frames).driving, color = color(plan.frames, windows)
    return Lanes.alone {
      let error = (speech.voices(windows, color: color) - tracked) * speech.spoken
      var loss = error.square().sum() / (speech.spoken.sum().clamp(1) * Double(plan.members * plan.frames))
      if let lips, plan.lipsLoss > 0 {
        let looking = Tensor((0..<plan.members).filter(SpeechDriver.looksAtLips))
        loss =
          loss + error.indexSelect(0, looking.to(error.device)).matmul(lips).square().sum()
          * (plan.lipsLoss / Double(plan.members * plan.frames))
      }
      (loss * plan.trackedLoss).backward()
      return loss.item.squareRoot()
    }
  }

  /// One step on rays: draws frames and in each the rays of every class, renders, adds the gradients.
  func rayStep(_ done: Double) throws -> StepReport {
    let drawn = try sampler.draw(generator), frames = Tensor(drawn.frames)
    var signals = data.signals(frames)
    let spoken = spoken(frames, beside: signals.driving), learns = speechRate > 0 && configuration.speech?.learnsFromRays == true
    if let spoken { signals.driving = spoken.detach().requiringGrad(learns) }
    let batch = data.batch(drawn, poses: signals.pose, configuration.depth)
    let report = field.accumulateGradients(
      batch, signals, sampling: configuration.sampling, losses: configuration.loss, done: done, generator)
    if let spoken, learns, let gradient = signals.driving.grad { Lanes.alone { spoken.backward(gradient) } }
    return report
  }

  /// Adds the gradient of views from the sides, whose weight falls from the first to the final one; nil in steps without them.
  func sideStep(_ done: Double) -> StepReport? {
    let plan = configuration.lift, isFirst = step < plan.firstSteps
    guard let sides, isFirst || plan.weight > 0 && step % max(1, plan.every) == 0 else { return nil }
    var (batch, signals) = sides.draw(
      rays: isFirst ? configuration.rays.rays : plan.rays, views: plan.frames, configuration.depth, generator)
    batch.isAside = true
    batch.weight = isFirst ? 1 : plan.weight * pow(max(plan.finalWeight, 1e-9) / plan.weight, done)
    return field.accumulateGradients(
      batch, signals, sampling: configuration.sampling, losses: configuration.loss, done: done, generator)
  }
}
