import Foundation
import Media
import Metrics
import Runs
import Talking
import Torch

/// Sums of what the steps since the last report showed.
struct Averages {
  private var loss = 0.0, squaredError = 0.0
  private(set) var rays = 0, steps = 0
  private var mesh = 0.0, meshSteps = 0
  private var speech = 0.0, speechSteps = 0
  private var start = ContinuousClock.now

  mutating func add(_ step: StepReport, rays: Int) {
    loss += step.loss
    squaredError += step.squaredError
    self.rays += rays
    steps += 1
  }
  /// A step's distance from the tracked mesh, head units.
  mutating func add(mesh distance: Double?) {
    guard let distance else { return }
    mesh += distance
    meshSteps += 1
  }
  /// What speech misses of the mouth, in spreads of its numbers.
  mutating func add(speech distance: Double?) {
    guard let distance else { return }
    speech += distance
    speechSteps += 1
  }
  var meanSpeech: Double? { speechSteps > 0 ? speech / Double(speechSteps) : nil }
  /// Millimetres; nil where no step had it.
  var meanMesh: Double? { meshSteps > 0 ? 100 * mesh / Double(meshSteps) : nil }
  /// Not a number where every step was skipped.
  var meanLoss: Double { steps > 0 ? loss / Double(steps) : .nan }
  var psnr: Double { steps > 0 ? Metrics.psnr(meanSquaredError: squaredError / Double(steps)) : .nan }
  var raysPerSecond: Double { Double(rays) / max(1e-9, (ContinuousClock.now - start).seconds) }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension SubjectTrainer {
  /// Tells the curve and the caller what the last steps showed, and forgets them.
  func report(_ done: Double, _ progress: (TrainingProgress) -> Void) throws {
    let (loss, psnr, speed, mesh, speech) = (recent.meanLoss, recent.psnr, recent.raysPerSecond, recent.meanMesh, recent.meanSpeech)
    recent = Averages()
    var values = ["loss": loss, "psnr": psnr, "rays_per_second": speed, "learning_rate": adam.groups[0].learningRate]
    if let mesh { values["mesh_mm"] = mesh }
    if let speech { values["speech_error"] = speech }
    try run.log(step: step, seconds: seconds, values)
    progress(TrainingProgress(step: step, fraction: done, seconds: seconds, raysPerSecond: speed, loss: loss, psnr: psnr))
  }

  /// Renders a few held-out frames, always the same; the first goes to `validation/` beside the truth. Returns their mean PSNR.
  package func validate(shouldStop: () -> Bool) throws -> Double? {
    let held = data.test.isEmpty ? data.train : data.test
    let frames = (0..<min(3, held.count)).map { held[(2 * $0 + 1) * held.count / (2 * min(3, held.count))] }
    let renderer = FieldImage(
      field: field, depth: configuration.depth, sampling: configuration.sampling, device: data.device, background: data.background)
    var sum = 0.0
    for frame in frames {
      var signals = data.signals(Tensor([frame]))
      if let speech, configuration.driver == .speech, let windows = data.heard(Tensor([frame])) {
        signals.driving = withoutGradient {
          scene.clamped(speech(windows, beside: signals.driving, emphasis: configuration.speech?.emphasis ?? 1))
        }
      }
      let image = renderer.render(signals, camera: data.camera)
      let truth = data.images[.at(frame)].to(.float32) / 255
      sum += Metrics.psnr(meanSquaredError: (image.rgb - truth).square().mean().item)
      guard frame == frames[0] else { continue }
      let pair = cat([truth, image.rgb], 1)
      try ImageFile.write((pair.clamp(0, 1) * 255).round().to(.uint8), to: run.image(step))
    }
    let psnr = sum / Double(frames.count)
    try run.log(step: step, seconds: seconds, ["validation_psnr": psnr])
    return psnr
  }

  /// Weights, optimizer, random state, sampler and place in the epoch: all that the next step depends on.
  package func state() -> (tensors: [String: Tensor], metadata: [String: String]) {
    var tensors = field.namedState(prefix: "model.")
    for (name, tensor) in speech?.namedState(prefix: "speech.") ?? [:] { tensors[name] = tensor }
    for (name, tensor) in adam.state() { tensors["optimizer." + name] = tensor }
    for (name, tensor) in sampler.state() { tensors["sampler." + name] = tensor }
    tensors["random"] = generator.state
    return (tensors, [:])
  }

  package func restore(_ checkpoint: Checkpoint) throws {
    func part(_ prefix: String) -> [String: Tensor] {
      Dictionary(
        uniqueKeysWithValues: checkpoint.tensors.filter { $0.key.hasPrefix(prefix) }.map {
          (String($0.key.dropFirst(prefix.count)), $0.value)
        })
    }
    func tensor(_ name: String) throws -> Tensor {
      guard let found = checkpoint.tensors[name] else { throw ModuleError.missing(name) }
      return found
    }
    // A run whose images cannot be drawn afterwards is not worth going on with; what it drives keeps the range that it began with.
    let began = try SubjectScene.read(run)
    if let face, let file = configuration.faceFile(run), try !SpeechFace.read(file).isSame(as: face) {
      throw SubjectError.otherVoiceNetwork(run.url)
    }
    try field.load(part("model."))
    try speech?.load(part("speech."))
    try adam.load(part("optimizer."))
    try sampler.load(part("sampler."))
    generator.state = try tensor("random")
    field.forget()
    data.normalize(as: began)
    scene = began
  }
}
