import Foundation
import Radiance
import Torch

extension HyperPlanes: SubjectField {
  func role(of parameter: String) -> ParameterRole {
    if parameter.hasPrefix("planes") || parameter.hasPrefix("volume") || parameter.hasPrefix("ambient") { return .grid }
    return parameter.hasPrefix("basis") || parameter.hasPrefix("coefficients") ? .deformation : .template
  }
  var deformationParameters: [(name: String, tensor: Tensor)] {
    parameters().filter { role(of: $0.name) == .deformation }
  }
  func prepare(_ data: SubjectData, depth: DepthRange) throws {
    try space.prepare(data, configuration, depth)
    trainingFrames = data.train.count
    withoutGradient { torso.copy_(call("aten::logit", space.torsoShare(data), 0.002).reshape(torso.shape)) }
    forgetLattice()
    forgetActiveNodes()
    guard let fields = space.headFields else { return }
    // The library's products and factorizations round by the number of threads.
    let motion = try Lanes.alone {
      try withoutGradient { try HeadFields(data, data.head, space, configuration, Generator(seed: 3)) }
    }
    withoutGradient { fields.copy_(motion.functions) }
    _motion = motion
  }

  /// Sets how frames mix the head's fields: the last layer of A by least squares over many expressions, with the first as it is.
  func startMotion(_ data: SubjectData, _ scene: SubjectScene) {
    if let motion = _motion { Lanes.alone { withoutGradient { start(motion, data, scene) } } }
  }

  private func start(_ motion: HeadFields, _ data: SubjectData, _ scene: SubjectScene) {
    let generator = Generator(seed: 4)
    var states = HeadFields.states(data, motion.head.model, 1_200, generator)
    let names = motion.head.model.expressionNames.count
    let known = scene.held(Tensor(states.flatMap(\.expression), [states.count, names])).floats
    for i in states.indices { states[i].expression = Array(known[(i * names)..<((i + 1) * names)]) }
    let wanted = motion.mixtures(states, generator)
    var signals = data.signals(Tensor(states.map(\.frame)))
    signals.driving = scene.driving(
      signals.driving, expressions: Tensor(states.flatMap(\.expression), [states.count, motion.head.model.expressionNames.count]))
    let seen = disturbed(signals, generator)
    // Each number and its reverse have a unit of their own, so that what is linear in them can be said.
    let first = coefficients[0], numbers = first.weight.size(1)
    if first.weight.size(0) >= 2 * numbers {
      let own = Tensor.eye(numbers, device: first.weight.device)
      first.weight.narrow(0, 0, 2 * numbers).copy_(cat([own, -own], 0))
      first.bias!.narrow(0, 0, 2 * numbers).mul_(0)
    }
    let hidden = cat([hidden(signals), hidden(seen)], 0), rows = hidden.size(0)
    let device = hidden.device
    let inputs = cat([hidden, .ones([rows, 1], device: device)], 1)
    let s = configuration.headFields, k = configuration.functions
    let targets = cat([wanted, wanted], 0).reshape(rows, 3 * s).to(device)
    let ridge = Tensor.eye(inputs.size(1), device: device) * (1e-4 * Double(rows))
    let solved = (inputs.t().matmul(inputs) + ridge).solve(inputs.t().matmul(targets))  // [hidden + 1, 3 S]
    let weight = coefficients[1].weight.reshape(HyperPlanes.channels, k, -1),
      bias = coefficients[1].bias!.reshape(HyperPlanes.channels, k)
    let from = configuration.basis.width
    // What is learnt begins with nothing.
    weight.narrow(0, 0, 3).narrow(1, 0, from).mul_(0)
    bias.narrow(0, 0, 3).narrow(1, 0, from).mul_(0)
    weight.narrow(0, 0, 3).narrow(1, from, s).copy_(solved.narrow(0, 0, inputs.size(1) - 1).t().reshape(3, s, -1))
    bias.narrow(0, 0, 3).narrow(1, from, s).copy_(solved[.at(inputs.size(1) - 1)].reshape(3, s))
  }

  package func check() throws(ModuleError) {
    try checkNumbers()
    try checkSpace(box: space.box, axes: ["space.latticeAxes": space.latticeAxes, "space.templateAxes": space.templateAxes])
  }

  package func displacements(of points: Tensor, _ signals: FrameSignals) -> Tensor {
    learnsFunctions = true
    let (frames, count) = (points.size(0), points.size(1))
    let frame = Tensor.arange(frames, .int32, device: points.device).unsqueeze(1).expand(frames, count).reshape(-1)
    return deformed(points.reshape(-1, 3), frame: frame, conditions(signals).mixture).narrow(1, 0, 3).reshape(frames, count, 3)
  }

  /// The way between samples, head units: wide while all of the box is in question, then ever narrower.
  private func stride(_ done: Double) -> Double {
    configuration.step * pow(configuration.firstStep / configuration.step, max(0, 1 - done / configuration.narrowing))
  }

  func accumulateGradients(
    _ batch: RayBatch, _ signals: FrameSignals, sampling: RaySampling, losses: LossConfiguration, done: Double, _ generator: Generator
  ) -> StepReport {
    let device = batch.rays.origins.device, jitter = Tensor.rand([batch.rays.count], generator).to(device)
    let marched = march(
      batch.rays, occupancy: space.occupancy, step: stride(done), jitter: jitter, limit: configuration.samples)
    let samples = space.ended(marched, at: configuration.rayEnd)
    let signals = disturbed(signals, generator)
    let frame = Tensor(batch.frames).to(.int32).to(device).indexSelect(0, samples.ray)
    // Views from aside move as the head model does, and the clip knows better.
    let found = self.samples(
      samples.positions, frame: frame, signals, of: samples, learnsMotion: !batch.isAside)
    let seen = composite(
      density: found.density, lengths: samples.lengths, depths: samples.depths, features: found.features, starts: samples.starts)
    let pixels = pixels(seen, batch.rays.directions, background: batch.background)

    let truth = RayLoss.oneHot(batch.labels, classes: pixels.semantics.size(1))
    let weights = RayLoss.weights(truth, losses)
    let errors = RayLoss.photometric(pixels.color, batch.colors), scores = RayLoss.semantic(pixels.semantics, truth)
    let person = (batch.labels .!= 0).to(.float32)
    let known = (batch.labels .< Double(pixels.semantics.size(1))).to(.float32)
    let silhouette = ((1 - seen.transmittance - person).square() * known).mean()
    let loss =
      (errors * weights.photometric + scores * weights.semantic).sum() + silhouette * configuration.opacityLoss
      + seen.distortion.mean() * configuration.distortionLoss
    (batch.weight == 1 ? loss : loss * batch.weight).backward()

    return withoutGradient {
      // What one pose shows must outlast a pass over all the others.
      let kept = batch.isAside ? 1 : max(0.95, pow(0.05, Double(signals.count) / Double(max(1, trainingFrames))))
      space.updateOccupancy(
        samples, weights: seen.weights, density: found.density, visible: configuration.visible, kept: kept,
        hidden: batch.isAside ? 1 : HyperSpace.hiddenKept)
      if !batch.isAside { framesOfStep = signals.count }
      space.markShown(found.places, weights: seen.weights, visible: configuration.visible)
      return StepReport(
        loss: loss.item, squaredError: errors.mean().item / 3, classLosses: RayLoss.sums(errors + scores, batch.labels, truth.size(1)),
        classRays: truth.sum(0).array(), liveShare: Double(samples.count) / Double(max(1, batch.rays.count * configuration.samples)),
        errors: batch.isAside ? [] : (errors / 3).floats)
    }
  }

  private func disturbed(_ signals: FrameSignals, _ generator: Generator) -> FrameSignals {
    guard configuration.drivingNoise > 0 else { return signals }
    var signals = signals
    signals.driving =
      signals.driving + Tensor.randn(signals.driving.shape, generator).to(signals.driving.device) * configuration.drivingNoise
    return signals
  }

  package func forget() {
    forgetLattice()
    forgetActiveNodes()
    forgetBaked()
  }

  /// Nothing but mixing weights is learnt of the motion in steps between.
  package func begin(step: Int) {
    if learnsFunctions { forgetFunctions() }
    learnsFunctions = step % max(1, configuration.basisEvery) == 0
  }

  package func advance(step: Int, done: Double) {
    forgetBaked()
    guard step % configuration.refreshEvery == 0, step >= configuration.refreshFrom else { return }
    space.prune(
      visible: configuration.visible,
      shownKept: HyperSpace.shownKept(steps: configuration.refreshEvery, frames: framesOfStep, of: trainingFrames))
    forgetActiveNodes()
  }
}

/// What pixels show.
struct PlanesPixels {
  /// `[R, 3]`, `[R, K]`.
  var color, semantics: Tensor
}

extension HyperPlanes {
  /// Colours and class probabilities of composited rays before a `plate` `[R, 3]`, black where there is none.
  func pixels(_ seen: CompositedRays, _ directions: Tensor, background: Tensor?) -> PlanesPixels {
    let raw = shaded(seen.features, directions: directions / directions.norm(-1, keepdim: true))
    let through = seen.transmittance.unsqueeze(1), opacity = 1 - through
    let own = raw.narrow(1, 0, 3).sigmoid() * opacity
    let classes = raw.narrow(1, 3, raw.size(1) - 3).softmax(-1) * opacity
    let behind = cat([through, .zeros([through.size(0), classes.size(1) - 1], device: through.device)], 1)
    return PlanesPixels(color: background.map { own + $0 * through } ?? own, semantics: classes + behind)
  }

  /// Colour logits and class logits `[R, 3 + K]` of composited features `[R, C]` seen along unit `directions` `[R, 3]`.
  private func shaded(_ features: Tensor, directions: Tensor) -> Tensor {
    fusedMLP(cat([features, directions], -1), weights: shading.map(\.weight), biases: shading.map { $0.bias! }, slope: 0)
  }
}
