import Foundation
import Media
import Runs
import Torch

/// Trains a lighter super-resolution on what a generator makes of new people: the same volumes, drawn in a fraction of the operations.
package final class LightTrainer {
  package let configuration: LightConfiguration
  package let run: RunFolder
  /// The generator that teaches, which stays as it is, and what is known of it beside.
  private let generator: TriplaneGenerator
  private let notes: [String: String]
  let light: SuperResolution
  let adam: Adam
  let random: Generator
  /// Steps and seconds so far, those of earlier sessions included.
  package private(set) var step = 0
  package private(set) var seconds = 0.0

  /// What a generator made, without history.
  private struct Lesson {
    let picture: GeneratedPicture
    let ws: Tensor
  }

  /// Goes on from the run's last checkpoint if it has one; `warn` hears of damaged ones. Throws where the generator's file cannot be read or
  /// it makes its pictures without super-resolution.
  package init(_ configuration: LightConfiguration, run: @autoclosure () throws -> RunFolder, warn: (String) -> Void) throws {
    try configuration.check()
    self.configuration = configuration
    let file = URL(filePath: configuration.generator)
    generator = try GeneratorFile.read(file).frozen()
    notes = try GeneratorFile.notes(file)
    guard var lighter = generator.configuration.superResolution else {
      throw PortraitError.file(file, "draws its pictures without super-resolution; there is nothing to make lighter")
    }
    (lighter.firstChannels, lighter.secondChannels) = (configuration.firstChannels, configuration.secondChannels)
    random = Generator(seed: configuration.seed)
    let c = generator.configuration
    light = SuperResolution(lighter, features: c.decoderFeatures, width: c.width, random)
    adam = Adam(groups: [.init(parameters: light.parameters(), learningRate: configuration.learningRate)], betas: (0.9, 0.99))
    self.run = try run()
    if let checkpoint = try self.run.resumePoint(warn: warn) { try restore(checkpoint) }
  }

  /// The training loop. Saves at intervals and at the end, also when `shouldStop` asks for it; returns whether the budget was used up.
  package func train(_ budget: TrainingBudget, progress: (PriorProgress) -> Void, shouldStop: () -> Bool) throws -> Bool {
    let clock = ContinuousClock(), c = configuration
    var last = clock.now
    var recent = PriorAverages()
    while fraction(budget) < 1, !shouldStop() {
      adam.groups[0].learningRate = c.learningRate * min(1, Double(step + 1) / 100) * pow(c.decay, fraction(budget))

      let lesson = lesson(c.batch, random), truth = lesson.picture.image
      let made = light(lesson.picture.feature, raw: lesson.picture.raw, lesson.ws)
      let picture = made.l1Loss(truth), detail = ReconstructionLoss.detail(made, truth)
      (picture + detail * c.detail).backward()
      adam.step()
      adam.zeroGrad()

      step += 1
      recent.count(c.batch)
      recent.add(["picture": picture, "detail": detail, "squared_error": withoutGradient { (made - truth).square().mean() / 4 }])
      seconds += (clock.now - last) / .seconds(1)
      last = clock.now
      if step % 20 == 0 { try report(&recent, fraction(budget), progress) }
      let score = step % c.validateEvery == 0 ? try validate() : nil
      if step % c.saveEvery == 0 { try save(score: score) }
    }
    try save()
    try export()
    return fraction(budget) >= 1
  }
  private func fraction(_ budget: TrainingBudget) -> Double { budget.fraction(step: step, seconds: seconds) }

  /// New people under new cameras, as the generator draws them.
  private func lesson(_ count: Int, _ random: Generator) -> Lesson {
    let sampler = CameraSampler(yawSpread: configuration.yaw, pitchSpread: configuration.pitch), labels = sampler.labels(count, random)
    let z = Tensor.randn([count, generator.configuration.latent], random), hears = notes["hears_camera"] != "false"
    return withoutGradient {
      let ws = generator.map(z, hears ? labels : labels.zerosLike())
      // One after the other: single pictures are drawn by kernels.
      let all = (0..<count).map { i in generator(ws.narrow(0, i, 1), labels.narrow(0, i, 1)) }
      func joined(_ part: (GeneratedPicture) -> Tensor) -> Tensor { cat(all.map(part)).contiguous() }
      return Lesson(
        picture: GeneratedPicture(
          image: joined(\.image), raw: joined(\.raw), depth: joined(\.depth), feature: joined(\.feature), weights: joined(\.weights)),
        ws: ws)
    }
  }

  /// Decibels between the generator's pictures of a few people, always the same, and those of the lighter one: side by side in `validation/`.
  func validate() throws -> Double {
    let lesson = lesson(4, Generator(seed: 9))
    let (made, truth) = withoutGradient {
      (light(lesson.picture.feature, raw: lesson.picture.raw, lesson.ws).clamp(-1, 1), lesson.picture.image.clamp(-1, 1))
    }
    let sheet = cat([truth, made], 3).permute(0, 2, 3, 1)
    try ImageFile.write(((sheet.reshape(-1, sheet.size(2), 3) * 0.5 + 0.5) * 255).round().to(.uint8), to: run.picture(step))
    let psnr = -10 * log10(max(1e-10, ((made - truth).square().mean() / 4).item))
    try run.log(step: step, seconds: seconds, ["validation_psnr": psnr])
    return psnr
  }

  /// Tells the curves and the caller what the last steps showed, and forgets them.
  private func report(_ recent: inout PriorAverages, _ done: Double, _ progress: (PriorProgress) -> Void) throws {
    var values = recent.means
    values["pictures_per_second"] = recent.picturesPerSecond
    recent = PriorAverages()
    try run.log(step: step, seconds: seconds, values)
    progress(
      PriorProgress(
        step: step, images: step * configuration.batch, fraction: done, picturesPerSecond: values["pictures_per_second"] ?? 0,
        psnr: values["psnr"]))
  }

  private func save(score: Double? = nil) throws {
    var tensors = light.namedState(prefix: "light.")
    for (name, tensor) in adam.state() { tensors["optimizer." + name] = tensor }
    tensors["random"] = random.state
    tensors["seconds"] = Tensor(seconds)
    try run.save(Checkpoint(step: step, tensors: tensors, score: score))
  }
  private func restore(_ checkpoint: Checkpoint) throws {
    do {
      try light.load(checkpoint.tensors, prefix: "light.")
      try adam.load(checkpoint.tensors, prefix: "optimizer.")
      try random.load(checkpoint.tensors["random"], name: "random")
      guard let spent = checkpoint.tensors["seconds"] else { throw ModuleError.missing("seconds") }
      (seconds, step) = (spent.item, checkpoint.step)
    } catch let error as ModuleError {
      throw PortraitError.file(
        run.file(checkpoint.step), "does not fit its run's config.json (\(error.fault)); restore that, or train again with another --output"
      )
    }
  }

  /// Where the generator with the lighter super-resolution lies, in half precision.
  package var exported: URL { run.url.appending(path: "generator.safetensors") }
  private func export() throws {
    var c = generator.configuration
    c.superResolution = light.configuration
    let whole = TriplaneGenerator(c, Generator(seed: 0)), prefix = "superresolution."
    try whole.load(generator.namedState().filter { !$0.key.hasPrefix(prefix) }.merging(light.namedState(prefix: prefix)) { $1 })
    try GeneratorFile.write(whole, to: exported, half: true, notes: notes.merging(["super_resolution": "light"]) { $1 })
  }
}
