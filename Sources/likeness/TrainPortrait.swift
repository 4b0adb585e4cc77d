import ArgumentParser
import Foundation
import Portrait
import Runs
import Torch

struct TrainPortrait: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "portrait",
    abstract: "Train what avatars from one photo are made of.",
    discussion: """
      Stage prior trains a generator of heads, which knows what heads look like from all sides, from pictures whose cameras are known: a
      folder with dataset.json as EG3D has it, or `likeness synth population`. Every picture and camera is checked before training begins.

      --objective says what it learns from. adversarial is EG3D's game against a discriminator: sharp in the end, and slow (millions of
      pictures). reconstruction makes the training pictures again from few numbers each, with the population's masks and depth maps: faces in an
      hour of four cores, soft ones. both, which preset small has, begins with the second and goes on with both.

      The run goes to outputs/<folder>/prior/<time>/: config.json, checkpoints/ (the last three and the best), metrics.jsonl, TensorBoard's
      events, validation/*.png (the same people every time, from five sides, then two depth maps), and at the end generator.safetensors,
      the generator's running mean in half precision. Ctrl-C saves and stops; the same command with --resume goes on, bit for bit where
      steps are counted.

      Examples:
        likeness synth population --count 10000 --output data/population
        likeness train portrait --stage prior --data data/population --max-minutes 240
        likeness train portrait --stage prior --data data/population --max-minutes 480 --resume
        likeness train portrait --stage prior --data data/ffhq --preset ffhq512 --device cuda
      """)

  /// What is trained.
  enum Stage: String, CaseIterable, ExpressibleByArgument { case prior }

  @Option(help: "What to train: prior, the generator.")
  var stage: Stage
  @Option(help: ArgumentHelp("The folder of pictures and cameras; with --resume the run knows it.", valueName: "folder"))
  var data: String?
  @Option(
    help: ArgumentHelp(
      "small (pictures of 128, hours of four cores), ffhq512 (the published sizes, days of GPUs) or tiny (for trying things out).",
      valueName: "name"))
  var preset: String?
  @Option(help: "adversarial, reconstruction or both; the preset's by default.")
  var objective: PriorConfiguration.Objective?
  @Option(help: "Stop after so many minutes of training; what a resumed run trained before counts.")
  var maxMinutes: Double?
  @Option(help: "Stop after so many steps, those before a resume included.")
  var steps: Int?
  @Option(help: "Stop when so many thousands of pictures were shown.")
  var kimg: Double?
  @Option(help: ArgumentHelp("The run folder to make or, with --resume, to go on with.", valueName: "run"))
  var output: String?
  @Flag(help: "Go on where a run stopped: that of --output, otherwise the folder's latest. Starts one if there is none.")
  var resume = false
  @Option(help: "What chance starts from; the same seed gives the same generator.")
  var seed: UInt64?
  @Option(help: ArgumentHelp("A JSON file with fields of the configuration to change, as in a run's config.json.", valueName: "file"))
  var config: String?
  @Option(help: ArgumentHelp("Change one field of the configuration by its path, as batch=16; may be repeated.", valueName: "field=value"))
  var set: [String] = []
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if [maxMinutes != nil, steps != nil, kimg != nil].count(where: \.self) > 1 {
      throw ValidationError("give one of --max-minutes, --steps and --kimg")
    }
    if let maxMinutes, !(maxMinutes > 0) { throw ValidationError("--max-minutes must be above 0") }
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
    if let kimg, !(kimg > 0) { throw ValidationError("--kimg must be above 0") }
    if data == nil, !(resume && output != nil) { throw ValidationError("--data names the folder of pictures to train on") }
  }

  func run() throws {
    StopSignal.listen()
    let device = try compute.chosen()
    let start = try chosenStart()
    let plan = try start.configuration
    let folder = try PosedFolder(URL(filePath: data ?? start.record.data))
    let reading = ProgressTable()
    let pictures = try PosedPictures(
      folder, size: plan.size, depthSize: plan.schedules.lastResolution, background: plan.pictures.background,
      mirrors: plan.pictures.mirrors, limit: plan.pictures.limit > 0 ? plan.pictures.limit : nil,
      progress: { reading.show("read \($0) of \($1) pictures", last: $0 == $1) }, shouldStop: { StopSignal.isRaised })
    reading.finish()
    guard let pictures else { throw ExitCode(StopSignal.exitStatus ?? 1) }
    let trainer = try PriorTrainer(pictures, plan, device: device, run: try start.open(), warn: complain)
    let run = trainer.run, budget = budget(run.record, plan)
    print("run       \(run.url.relativePath)")
    print("training  \(trainer.words), \(budget.words(batch: plan.batch))")
    if trainer.step > 0 { print("resumed   at step \(trainer.step), \(ProgressTable.clock(trainer.seconds)) of training so far") }

    fflush(nil)
    let table = ProgressTable()
    let isDone = try trainer.train(budget, progress: table.show, shouldStop: { StopSignal.isRaised })
    table.finish()
    print("saved     \(run.file(trainer.step).path(percentEncoded: false))")
    guard isDone else {
      let again = "likeness train portrait --stage prior --output \(run.url.path(percentEncoded: false)) --resume"
      print("stopped   at step \(trainer.step); go on with: \(again)")
      throw ExitCode(StopSignal.exitStatus ?? 1)
    }
    print("generator \(trainer.exported.path(percentEncoded: false))")
  }

  /// What there is to go on with, or to begin: a new run's folder is made when nothing else can fail any more.
  private enum Start {
    case again(RunFolder)
    case new(URL, RunRecord, PriorConfiguration)

    var record: RunRecord {
      switch self {
      case .again(let run): run.record
      case .new(_, let record, _): record
      }
    }
    var configuration: PriorConfiguration {
      get throws {
        switch self {
        case .again(let run): try PriorConfiguration(run)
        case .new(_, _, let configuration): configuration
        }
      }
    }
    func open() throws -> RunFolder {
      switch self {
      case .again(let run): run
      case .new(let place, let record, _): try RunFolder.create(place, record)
      }
    }
  }

  private func chosenStart() throws -> Start {
    if resume, let place = placeToResume() {
      guard preset == nil, objective == nil, config == nil, set.isEmpty, seed == nil else {
        throw ValidationError("a resumed run keeps its configuration; leave out --preset, --objective, --config, --set and --seed")
      }
      return .again(try RunFolder.resume(place))
    }
    guard let data else { throw RunError(URL(filePath: output ?? "."), .notARun) }
    let folder = URL(filePath: data).standardizedFileURL
    let plan = try chosenConfiguration()
    let record = try RunRecord(
      experiment: folder.lastPathComponent, method: "prior", data: folder, maxMinutes: maxMinutes, configuration: plan)
    let place =
      output.map { URL(filePath: $0) } ?? RunFolder.place(in: URL(filePath: "outputs"), experiment: record.experiment, method: "prior")
    // `create` would find it too, after the pictures were read.
    guard !RunFolder.exists(place) else { throw RunError(place, .exists) }
    return .new(place, record, plan)
  }

  /// nil where there is nothing to go on with and a new run can be made.
  private func placeToResume() -> URL? {
    if let output {
      let place = URL(filePath: output)
      return RunFolder.exists(place) ? place : nil
    }
    guard let data else { return nil }
    return RunFolder.latest(
      in: URL(filePath: "outputs"), experiment: URL(filePath: data).standardizedFileURL.lastPathComponent, method: "prior")
  }

  private func chosenConfiguration() throws -> PriorConfiguration {
    let name = preset ?? "small"
    guard var plan = PriorConfiguration.preset(name) else {
      throw ValidationError("there is no preset \(name); there are \(PriorConfiguration.presets.map(\.preset).joined(separator: ", "))")
    }
    if let objective { plan.objective = objective }
    if let kimg { plan.kimg = kimg }
    if let seed { plan.seed = seed }
    plan = try ConfigurationChanges(file: config.map { URL(filePath: $0) }, fields: set).applied(to: plan)
    try plan.check()
    return plan
  }

  private func budget(_ record: RunRecord, _ plan: PriorConfiguration) -> PriorTrainer.Budget {
    if let steps { return .steps(steps) }
    if let kimg { return .steps(plan.steps(kimg: kimg)) }
    return (maxMinutes ?? record.maxMinutes).map { .seconds($0 * 60) } ?? .steps(plan.steps(kimg: plan.kimg))
  }
}

extension PriorConfiguration.Objective: ExpressibleByArgument {}

extension PriorTrainer.Budget {
  fileprivate func words(batch: Int) -> String {
    switch self {
    case .steps(let steps): "\(steps) steps of \(batch)"
    case .seconds(let seconds): String(format: "%g minutes", locale: nil, seconds / 60)
    }
  }
}

extension ProgressTable {
  private static let priorHead = "      step      %       ETA     kimg  pictures/s  generator  discriminator   PSNR"

  /// Shows how far a generator is: losses of the players, PSNR of pictures made again.
  func show(_ p: PriorProgress) {
    func number(_ value: Double?, _ width: Int, _ digits: Int) -> String {
      let text = value.map { String(format: "%.\(digits)f", locale: nil, $0) } ?? "-"
      return String(repeating: " ", count: max(1, width - text.count)) + text
    }
    show(p.fraction, under: Self.priorHead) { left in
      Self.start(p.step, p.fraction, left) + number(Double(p.images) / 1000, 9, 2) + number(p.picturesPerSecond, 12, 1)
        + number(p.generator, 11, 4) + number(p.discriminator, 15, 4) + number(p.psnr, 7, 2)
    }
  }
}
