import ArgumentParser
import Foundation
import Generator
import Runs
import Torch

struct TrainPortrait: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "portrait",
    abstract: "Train the networks that avatars from one photo are made of.",
    discussion: """
      Stage prior trains a generator of heads, which knows what heads look like from all sides, on images whose cameras are known: a
      folder with dataset.json as EG3D has it, or `likeness synth population`. Every image and camera is checked before training begins.

      --objective says what it learns from. reconstruction, which preset small has, reconstructs the training images from a few numbers each, with
      the population's masks and depth maps: faces in an hour of a few cores, soft ones. adversarial is EG3D's training against a discriminator: sharp
      in the end, and slow (millions of images). both begins with the first and continues with both.

      The run goes to outputs/<folder>/prior/<time>/: config.json, checkpoints/ (the last three and the best), metrics.jsonl, TensorBoard's
      events, validation/*.png (the same people every time, from five sides, then two depth maps), and at the end generator.safetensors,
      the generator's running mean in half precision. Ctrl-C saves and stops; the same command with --resume continues, bit for bit where
      steps are counted.

      Stage light makes a generator's super-resolution lighter: one of fewer channels learns to make the images that the generator makes. It
      needs no images; --load names the generator. validation/*.png show its images beside the lighter ones, and generator.safetensors at
      the end is the same generator with the lighter one in place.

      Stage deformation teaches the paper's deformation networks (D-Net and W-Net) to move a generator's volume as the fitted head's mesh
      does. It needs no data: people of the head model, what their faces do and the places looked at are drawn at random, most of them about
      lids and lips. The table shows how far the networks are from the mesh, in millimeters, for what they train on and for people kept
      aside. deformation.safetensors at the end goes to portrait --coarse generator --deformation learned=<file>.

      Examples:
        likeness synth population --count 10000 --output data/population
        likeness train portrait --stage prior --data data/population --max-minutes 240
        likeness train portrait --stage prior --data data/population --max-minutes 480 --resume
        likeness train portrait --stage prior --data data/ffhq --preset ffhq512 --device cuda
        likeness train portrait --stage light --load generator.safetensors --max-minutes 30
        likeness train portrait --stage deformation --max-minutes 15
      """)

  /// What is trained.
  enum Stage: String, CaseIterable, ExpressibleByArgument { case prior, light, deformation }

  @Option(
    help: "What to train: prior, the generator; light, a lighter super-resolution for one; deformation, the networks that move its volume.")
  var stage: Stage
  @Option(
    help: ArgumentHelp("Of prior: the folder of images and cameras; with --resume and --output the run knows it.", valueName: "folder"))
  var data: String?
  @Option(help: ArgumentHelp("Of light: the generator's file; with --resume and --output the run knows it.", valueName: "file"))
  var load: String?
  @Option(
    help: ArgumentHelp(
      "Of prior: small (images of 128, an hour of four cores), ffhq512 (the published sizes, days of GPUs) or tiny (for trying things out).",
      valueName: "name"))
  var preset: String?
  @Option(help: "Of prior: adversarial, reconstruction or both; the preset's by default.")
  var objective: PriorConfiguration.Objective?
  @Option(help: "Of prior: stop after this many thousands of training images.")
  var kimg: Double?
  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if kimg != nil, training.maxMinutes != nil || training.steps != nil {
      throw ValidationError("give one of --max-minutes, --steps and --kimg")
    }
    if let kimg, !(kimg > 0) { throw ValidationError("--kimg must be above 0") }
    switch stage {
    case .prior:
      if load != nil { throw ValidationError("--load goes with --stage light") }
      if data == nil, !training.namesRun { throw ValidationError("--data names the folder of images to train on") }
    case .light, .deformation:
      let others: KeyValuePairs = [
        "--data": data != nil, "--preset": preset != nil, "--objective": objective != nil, "--kimg": kimg != nil,
      ]
      if let other = others.first(where: \.value)?.key { throw ValidationError("\(other) goes with --stage prior") }
      if stage == .deformation {
        if load != nil { throw ValidationError("--load goes with --stage light") }
        return
      }
      if load == nil, !training.namesRun { throw ValidationError("--load names the generator to make lighter") }
    }
  }

  func run() throws {
    StopSignal.listen()
    switch stage {
    case .prior: try trainPrior()
    case .light: try trainLight()
    case .deformation: try trainDeformation()
    }
  }

  private func trainPrior() throws {
    let device = try compute.chosen()
    let given = data.map { URL(filePath: $0).standardizedFileURL }
    let start = try training.start(
      method: "prior", experiment: given?.lastPathComponent, given: ["--preset": preset != nil, "--objective": objective != nil],
      kept: PriorConfiguration.init, new: chosenConfiguration)
    let plan = start.configuration
    // Without a folder there is a run that knows it: `validate`.
    guard let place = given ?? start.run.map({ URL(filePath: $0.record.data) }) else {
      throw Failure.usage("name the images with --data")
    }
    let folder = try PosedFolder(place)
    let reading = ProgressTable()
    let images = try PosedImages(
      folder, size: plan.size, depthSize: plan.schedules.lastResolution, background: plan.images.background,
      mirrors: plan.images.mirrors, limit: plan.images.limit > 0 ? plan.images.limit : nil,
      progress: { reading.show("read \($0) of \($1) images", last: $0 == $1) }, shouldStop: { StopSignal.isRaised })
    reading.finish()
    guard let images else { throw ExitCode(StopSignal.exitStatus ?? 1) }
    let trainer = try PriorTrainer(
      images, plan, device: device, run: try start.open(experiment: place.lastPathComponent, data: place), warn: complain)
    let run = trainer.run, planned = plan.steps(kimg: plan.kimg)
    let budget = kimg.map { .steps(plan.steps(kimg: $0)) } ?? training.budget(run, steps: planned)
    print("run       \(run.url.relativePath)")
    print("training  \(trainer.words), \(budget), \(plan.batch) images a step")
    try finish(run, trainer.exported, startsAt: (trainer.step, trainer.seconds)) { progress, warn in
      (try trainer.train(budget, progress: progress, warn: warn, shouldStop: { StopSignal.isRaised }), trainer.step)
    }
  }

  private func trainLight() throws {
    guard try compute.chosen() == .cpu else { throw Failure.usage("--stage light trains on the processor; leave out --device") }
    let given = load.map { URL(filePath: $0) }
    let start = try training.start(
      method: "light", experiment: given?.deletingPathExtension().lastPathComponent, given: [:], kept: LightConfiguration.init,
      new: chosenLight)
    let plan = start.configuration, file = URL(filePath: plan.generator)
    let trainer = try LightTrainer(
      plan, run: try start.open(experiment: file.deletingPathExtension().lastPathComponent, data: file), warn: complain)
    let run = trainer.run, budget = training.budget(run, steps: plan.steps)
    print("run       \(run.url.relativePath)")
    print(
      "training  super-resolution of \(plan.firstChannels) and \(plan.secondChannels) channels, \(budget), \(plan.batch) images a step")
    try finish(run, trainer.exported, startsAt: (trainer.step, trainer.seconds)) { progress, warn in
      (try trainer.train(budget, progress: progress, warn: warn, shouldStop: { StopSignal.isRaised }), trainer.step)
    }
  }

  /// Trains under a table; `body` returns whether the budget was used up, and the last step.
  private func finish(
    _ run: RunFolder, _ exported: URL, startsAt: (step: Int, seconds: Double),
    _ body: (_ progress: (PriorProgress) -> Void, _ warn: (String) -> Void) throws -> (Bool, Int)
  ) throws {
    if startsAt.step > 0 { print("resumed   at step \(startsAt.step), \(ProgressTable.clock(startsAt.seconds)) of training so far") }
    fflush(nil)
    let table = ProgressTable()
    let (isDone, step) = try body(table.show) {
      table.finish()
      complain($0)
    }
    table.finish()
    print("saved     \(run.file(step).path(percentEncoded: false))")
    guard isDone else { throw stopped("at step \(step)", goOn: "portrait --stage \(stage.rawValue)", run) }
    print("generator \(exported.path(percentEncoded: false))")
  }

  private func chosenLight() throws -> LightConfiguration {
    var plan = LightConfiguration(generator: URL(filePath: load ?? ""))
    if let steps = training.steps { plan.steps = steps }
    if let seed = training.seed { plan.seed = seed }
    plan = try training.changed(plan)
    try plan.check()
    return plan
  }

  private func chosenConfiguration() throws -> PriorConfiguration {
    let name = preset ?? "small"
    guard var plan = PriorConfiguration.preset(name) else {
      throw ValidationError("there is no preset \(name); there are \(PriorConfiguration.presets.map(\.preset).joined(separator: ", "))")
    }
    if let objective { plan.objective = objective }
    if let kimg { plan.kimg = kimg }
    if let seed = training.seed { plan.seed = seed }
    plan = try training.changed(plan)
    try plan.check()
    return plan
  }
}

extension PriorConfiguration.Objective: ExpressibleByArgument {}

extension ProgressTable {
  private static let priorHead = "      step      %       ETA     kimg    images/s  generator  discriminator   PSNR"

  /// Shows how far a generator is: losses of the players, PSNR of images made again.
  func show(_ p: PriorProgress) {
    func number(_ value: Double?, _ width: Int, _ digits: Int) -> String {
      let text = value.map { String(format: "%.\(digits)f", locale: nil, $0) } ?? "-"
      return String(repeating: " ", count: max(1, width - text.count)) + text
    }
    show(p.fraction, under: Self.priorHead) { left in
      Self.start(p.step, p.fraction, left) + number(Double(p.images) / 1000, 9, 2) + number(p.imagesPerSecond, 12, 1)
        + number(p.generator, 11, 4) + number(p.discriminator, 15, 4) + number(p.psnr, 7, 2)
    }
  }
}
