import Foundation
import Media
import Metrics
import Runs
import Torch

/// Trains a lighter super-resolution on what a generator makes of new people: the same volumes, drawn in a fraction of the operations.
package final class LightTrainer: Trainer {
  package let configuration: LightConfiguration
  package let session: TrainingSession
  /// The generator that teaches, which stays as it is, and what is known of it beside.
  private let generator: TriplaneGenerator
  private let notes: [String: String]
  let light: SuperResolution
  let adam: Adam
  let random: Generator
  /// What the steps since the last report showed.
  private var recent = PriorAverages()

  /// What a generator made, without history.
  private struct Lesson {
    let generated: GeneratedImage
    let ws: Tensor
  }

  /// Goes on from the run's last checkpoint if it has one; `warn` hears of damaged ones. Throws where the generator's file cannot be read or
  /// it makes its images without super-resolution.
  package init(_ configuration: LightConfiguration, run: @autoclosure () throws -> RunFolder, warn: (String) -> Void) throws {
    try configuration.check()
    self.configuration = configuration
    let file = URL(filePath: configuration.generator)
    generator = try GeneratorFile.read(file).frozen()
    notes = try GeneratorFile.notes(file)
    guard var lighter = generator.configuration.superResolution else {
      throw PortraitError.file(file, "renders its images without super-resolution; there is nothing to make lighter")
    }
    let pixels = Memory.product(configuration.batch, generator.configuration.imageResolution, generator.configuration.imageResolution)
    try PortraitError.require(
      atMost: 1 << 31, "batch", configuration.batch, Memory.product(pixels, max(configuration.firstChannels, configuration.secondChannels)),
      "numbers of a step's images")
    (lighter.firstChannels, lighter.secondChannels) = (configuration.firstChannels, configuration.secondChannels)
    random = Generator(seed: configuration.seed)
    let c = generator.configuration
    light = SuperResolution(lighter, features: c.decoderFeatures, width: c.width, random)
    adam = Adam(groups: [.init(parameters: light.parameters(), learningRate: configuration.learningRate)], betas: (0.9, 0.99))
    session = TrainingSession(try run())
    try session.run.bind(to: try Self.fingerprint(file))
    try session.resume(self, warn: warn)
  }

  /// Stands for the generator that teaches.
  private static func fingerprint(_ file: URL) throws -> String {
    guard let data = try? Data(contentsOf: file, options: .alwaysMapped) else { throw FileError(file, "cannot read", code: errno) }
    var crc = CRC32C()
    data.withUnsafeBytes { crc.update($0) }
    return "crc32c:" + String(crc.value, radix: 16)
  }

  package var validateEvery: Int { configuration.validateEvery }
  package var saveEvery: Int { configuration.saveEvery }
  package var optimizers: [Adam] { [adam] }

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
    adam.groups[0].learningRate = c.learningRate * min(1, Double(step + 1) / 100) * pow(c.decay, done)

    let lesson = lesson(c.batch, random), truth = lesson.generated.image
    let made = light(lesson.generated.feature, raw: lesson.generated.raw, lesson.ws)
    let difference = made.l1Loss(truth), detail = ReconstructionLoss.detail(made, truth)
    (difference + detail * c.detail).backward()
    recent.count(c.batch)
    guard session.move(adam, losses: [difference, detail]) else { return }
    recent.add(["picture": difference, "detail": detail, "squared_error": withoutGradient { (made - truth).square().mean() / 4 }])
  }

  /// New people under new cameras, as the generator draws them.
  private func lesson(_ count: Int, _ random: Generator) -> Lesson {
    let sampler = CameraSampler(yawSpread: configuration.yaw, pitchSpread: configuration.pitch), labels = sampler.labels(count, random)
    let z = Tensor.randn([count, generator.configuration.latent], random), hears = notes["hears_camera"] != "false"
    return withoutGradient {
      let ws = generator.map(z, hears ? labels : labels.zerosLike())
      // One after the other: single images are drawn by kernels.
      let all = (0..<count).map { i in generator(ws.narrow(0, i, 1), labels.narrow(0, i, 1)) }
      func joined(_ part: (GeneratedImage) -> Tensor) -> Tensor { cat(all.map(part)).contiguous() }
      return Lesson(
        generated: GeneratedImage(
          image: joined(\.image), raw: joined(\.raw), depth: joined(\.depth), feature: joined(\.feature), weights: joined(\.weights)),
        ws: ws)
    }
  }

  /// Decibels between the generator's images of a few people, always the same, and those of the lighter one: side by side in `validation/`.
  package func validate(shouldStop: () -> Bool) throws -> Double? {
    let lesson = lesson(4, Generator(seed: 9))
    let (made, truth) = withoutGradient {
      (light(lesson.generated.feature, raw: lesson.generated.raw, lesson.ws).clamp(-1, 1), lesson.generated.image.clamp(-1, 1))
    }
    let sheet = cat([truth, made], 3).permute(0, 2, 3, 1)
    try ImageFile.write(((sheet.reshape(-1, sheet.size(2), 3) * 0.5 + 0.5) * 255).round().to(.uint8), to: run.image(step))
    let psnr = Metrics.psnr(meanSquaredError: ((made - truth).square().mean() / 4).item)
    try run.log(step: step, seconds: seconds, ["validation_psnr": psnr])
    return psnr
  }

  /// Tells the curves and the caller what the last steps showed, and forgets them.
  private func report(_ done: Double, _ progress: (PriorProgress) -> Void) throws {
    var values = recent.means
    values["pictures_per_second"] = recent.imagesPerSecond
    recent = PriorAverages()
    try run.log(step: step, seconds: seconds, values)
    progress(
      PriorProgress(
        step: step, images: step * configuration.batch, fraction: done, imagesPerSecond: values["pictures_per_second"] ?? 0,
        psnr: values["psnr"]))
  }

  package func state() -> (tensors: [String: Tensor], metadata: [String: String]) {
    var tensors = light.namedState(prefix: "light.")
    for (name, tensor) in adam.state() { tensors["optimizer." + name] = tensor }
    tensors["random"] = random.state
    return (tensors, [:])
  }
  package func restore(_ checkpoint: Checkpoint) throws {
    try light.load(checkpoint.tensors, prefix: "light.")
    try adam.load(checkpoint.tensors, prefix: "optimizer.")
    try random.load(checkpoint.tensors["random"], name: "random")
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
