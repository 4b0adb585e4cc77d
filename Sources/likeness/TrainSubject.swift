import ArgumentParser
import Capture
import Foundation
import Runs
import Speech
import Subject
import Torch

struct TrainSubject: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subject",
    abstract: "Train an avatar of one person on a dataset folder.",
    discussion: """
      The dataset is what `likeness process` wrote, or an AD-NeRF or NerFACE style folder. Its last eighth is held out for `likeness eval`.

      The run goes to outputs/<dataset>/subject/<time>/: config.json, checkpoints/ (the last three), metrics.jsonl, TensorBoard's
      events, validation/*.png (truth beside the avatar). Ctrl-C saves and stops; the same command with --resume goes on, bit for bit where steps are counted.

      Examples:
        likeness train subject --data data/anna --max-minutes 20
        likeness train subject --data data/anna --max-minutes 40 --resume
        likeness train subject --data data/anna --max-minutes 30 --driver speech
        likeness train subject --data data/anna --preset reference --size 256 --set rays.rays=1024
      """)

  @Option(help: ArgumentHelp("The dataset folder; with --resume the run knows it.", valueName: "folder"))
  var data: String?
  @Option(
    help: ArgumentHelp(
      "fast (256 pixels, minutes on four cores, renders live), compact (the paper's networks made small) or reference (the paper's sizes, "
        + "days without a GPU).", valueName: "name"))
  var preset: String?
  @Option(
    help: ArgumentHelp(
      "What is to drive the mouth: the tracked expression, speech, or both, so that either can later.", valueName: "signal"))
  var driver: Driver?
  @Option(
    help: ArgumentHelp(
      "How speech is heard: \(SpeechKind.allCases.map(\.rawValue).joined(separator: ", ")); mel by default.", valueName: "kind"))
  var speech: String?
  @Option(help: ArgumentHelp("The weights of the network that --speech names, if it needs some.", valueName: "file"))
  var speechWeights: String?
  @Option(help: "Stop after so many minutes of training; what a resumed run trained before counts.")
  var maxMinutes: Double?
  @Option(help: "Stop after so many steps, those before a resume included.")
  var steps: Int?
  @Option(help: ArgumentHelp("The run folder to make or, with --resume, to go on with.", valueName: "run"))
  var output: String?
  @Flag(help: "Go on where a run stopped: that of --output, otherwise the dataset's latest. Starts one if there is none.")
  var resume = false
  @Option(help: "What chance starts from; the same seed gives the same avatar.")
  var seed: UInt64?
  @Option(help: "The longer side of the pictures trained on, in pixels.")
  var size: Int?
  @Option(help: ArgumentHelp("A JSON file with fields of the configuration to change, as in a run's config.json.", valueName: "file"))
  var config: String?
  @Option(
    help: ArgumentHelp("Change one field of the configuration by its path, as field.driving=76; may be repeated.", valueName: "field=value")
  )
  var set: [String] = []
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if maxMinutes != nil, steps != nil { throw ValidationError("give --max-minutes or --steps, not both") }
    if let maxMinutes, !(maxMinutes > 0) { throw ValidationError("--max-minutes must be above 0") }
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
    if let size, size < 16 { throw ValidationError("--size must be at least 16") }
    if let speech, SpeechKind(rawValue: speech) == nil {
      throw ValidationError("--speech \(speech): there are \(SpeechKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    if driver == .expression, speech != nil { throw ValidationError("--speech goes with --driver speech or both") }
    if data == nil, !(resume && output != nil) { throw ValidationError("--data names the dataset folder to train on") }
  }

  func run() throws {
    StopSignal.listen()
    let device = try compute.chosen()
    let start = try chosenStart()
    let configuration = try start.configuration
    let dataset = try Dataset(URL(filePath: data ?? start.record.data), size: configuration.size)
    let trainer = try SubjectTrainer(dataset, configuration, run: try start.open(), device: device, warn: complain)
    let run = trainer.run, budget = budget(run.record, configuration)
    print("run       \(run.url.relativePath)")
    print(
      "training  \(dataset.trainIndices.count) frames of \(dataset.width) x \(dataset.height) pixels, \(dataset.testIndices.count) held out, "
        + "preset \(configuration.preset), \(budget.words)")
    if trainer.step > 0 { print("resumed   at step \(trainer.step), \(ProgressTable.clock(trainer.seconds)) of training so far") }

    if trainer.step == 0, configuration.mesh.warmUpSteps > 0 {
      print("warm-up   up to \(configuration.mesh.warmUpSteps) steps on the tracked mesh come first")
    }

    fflush(nil)
    let (warmUp, table) = (ProgressTable(), ProgressTable())
    let isDone = try trainer.train(
      budget, warmUp: warmUp.show,
      progress: {
        warmUp.finish()
        table.show($0)
      }, shouldStop: { StopSignal.isRaised })
    warmUp.finish()
    table.finish()
    let isSaved = run.savedSteps.contains(trainer.step)
    if isSaved { print("saved     \(run.file(trainer.step).path(percentEncoded: false))") }
    guard isDone else {
      let again = "likeness train subject --output \(run.url.path(percentEncoded: false)) --resume"
      print("stopped   at step \(trainer.step)\(isSaved ? "" : ", before anything was worth saving"); go on with: \(again)")
      throw ExitCode(StopSignal.exitStatus ?? 1)
    }
    print("next      likeness eval --load \(run.url.path(percentEncoded: false))")
  }

  /// What there is to go on with, or to begin: a new run's folder is made when nothing else can fail any more.
  private enum Start {
    case again(RunFolder)
    case new(URL, RunRecord, SubjectConfiguration)

    var record: RunRecord {
      switch self {
      case .again(let run): run.record
      case .new(_, let record, _): record
      }
    }
    var configuration: SubjectConfiguration {
      get throws {
        switch self {
        case .again(let run): try SubjectConfiguration(run)
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
    if resume, let place = try placeToResume() {
      guard preset == nil, driver == nil, speech == nil, speechWeights == nil, config == nil, set.isEmpty, seed == nil, size == nil else {
        throw ValidationError(
          "a resumed run keeps its configuration; leave out --preset, --driver, --speech, --config, --set, --seed and --size")
      }
      return .again(try RunFolder.resume(place))
    }
    guard let data else { throw RunError(URL(filePath: output ?? "."), .notARun) }
    let folder = URL(filePath: data).standardizedFileURL
    let configuration = try chosenConfiguration()
    try configuration.check()
    let record = try RunRecord(
      experiment: folder.lastPathComponent, method: "subject", data: folder, maxMinutes: maxMinutes, configuration: configuration)
    let place =
      output.map { URL(filePath: $0) } ?? RunFolder.place(in: URL(filePath: "outputs"), experiment: record.experiment, method: "subject")
    // `create` would find it too, after the dataset was read.
    guard !RunFolder.exists(place) else { throw RunError(place, .exists) }
    return .new(place, record, configuration)
  }

  /// nil where there is nothing to go on with and a new run can be made.
  private func placeToResume() throws -> URL? {
    if let output {
      let place = URL(filePath: output)
      return RunFolder.exists(place) ? place : nil
    }
    guard let data else { return nil }
    return RunFolder.latest(
      in: URL(filePath: "outputs"), experiment: URL(filePath: data).standardizedFileURL.lastPathComponent, method: "subject")
  }

  private func chosenConfiguration() throws -> SubjectConfiguration {
    let name = preset ?? "fast"
    guard var configuration = SubjectConfiguration.preset(name) else {
      throw ValidationError("there is no preset \(name); there are \(SubjectConfiguration.presets.map(\.preset).joined(separator: ", "))")
    }
    let kind = speech.flatMap { SpeechKind(rawValue: $0) }
    configuration.drive(by: driver ?? (speech == nil ? .expression : .speech), features: kind ?? .mel, weights: speechWeights)
    if let steps { configuration.steps = steps }
    if let seed { configuration.seed = seed }
    if let size { configuration.size = size }
    return try ConfigurationChanges(file: config.map { URL(filePath: $0) }, fields: set).applied(to: configuration)
  }

  private func budget(_ record: RunRecord, _ configuration: SubjectConfiguration) -> SubjectTrainer.Budget {
    if let steps { return .steps(steps) }
    return (maxMinutes ?? record.maxMinutes).map { .seconds($0 * 60) } ?? .steps(configuration.steps)
  }
}

extension Driver: ExpressibleByArgument {}

extension SubjectTrainer.Budget {
  fileprivate var words: String {
    switch self {
    case .steps(let steps): "\(steps) steps"
    case .seconds(let seconds): String(format: "%g minutes", locale: nil, seconds / 60)
    }
  }
}
