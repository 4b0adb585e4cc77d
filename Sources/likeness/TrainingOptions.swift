import ArgumentParser
import Consent
import Foundation
import Runs

/// What every training is told: when it ends, where its run lies, what of its configuration changes.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Stop after this many minutes of training, those before a resume included.")
  var maxMinutes: Double?
  @Option(help: "Stop after this many steps, those before a resume included.")
  var steps: Int?
  @Option(help: ArgumentHelp("The run folder to make or, with --resume, to continue.", valueName: "run"))
  var output: String?
  @Flag(help: "Continue a run that stopped: that of --output, otherwise the latest on the same data. If there is none, one is started.")
  var resume = false
  @Option(help: "The seed of all random numbers; the same seed gives the same training.")
  var seed: UInt64?
  @Option(help: ArgumentHelp("A JSON file with fields of the configuration to change, as in a run's config.json.", valueName: "file"))
  var config: String?
  @Option(
    help: ArgumentHelp(
      "Change one field of the configuration by its path in config.json, such as group.field=16; may be repeated.", valueName: "field=value"
    ))
  var set: [String] = []

  func validate() throws {
    if maxMinutes != nil, steps != nil { throw ValidationError("give --max-minutes or --steps, not both") }
    if let maxMinutes, !(maxMinutes > 0) { throw ValidationError("--max-minutes must be above 0") }
    if let output { try OutputKind.requireFolder(output) }
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
  }
  /// Whether --output and --resume name a run that knows its data; where not, the verb has to be told.
  var namesRun: Bool { resume && output != nil }

  /// `configuration` with what --config and --set change.
  func changed<C: Codable>(_ configuration: C) throws -> C {
    try ConfigurationChanges(file: config.map { URL(filePath: $0) }, fields: set).applied(to: configuration)
  }

  /// When the training of `run` ends, `steps` where neither the command nor the run's first one says.
  func budget(_ run: RunFolder, steps planned: Int) -> TrainingBudget {
    if let steps { return .steps(steps) }
    return (maxMinutes ?? run.record.maxMinutes).map { .seconds($0 * 60) } ?? .steps(planned)
  }

  /// The run that --output or, with --resume, the latest of `method` on `experiment` (nil: none was named) says, and its configuration.
  ///
  /// A run that is gone on with keeps its configuration: `given` are options of the verb that ask for another, by name. Throws `RunError`,
  /// `ValidationError`, and what `kept` and `new` throw, which read a run's configuration and make a new one.
  func start<C: Codable>(
    method: String, experiment: String?, given: KeyValuePairs<String, Bool>, kept: (RunFolder) throws -> C, new: () throws -> C
  ) throws -> TrainingStart<C> {
    let outputs = URL(filePath: "outputs"), named = output.map { URL(filePath: $0) }
    let latest = experiment.flatMap { resume ? RunFolder.latest(in: outputs, experiment: $0, method: method) : nil }
    if resume, let place = named.map({ RunFolder.exists($0) ? $0 : nil }) ?? latest {
      let own: KeyValuePairs = ["--config": config != nil, "--set": !set.isEmpty, "--seed": seed != nil]
      let refused = (Array(given) + Array(own)).filter(\.value).map(\.key)
      guard refused.isEmpty else {
        throw ValidationError("a resumed run keeps its configuration; leave out \(refused.joined(separator: ", "))")
      }
      let run = try RunFolder.resume(place)
      return TrainingStart(method: method, maxMinutes: maxMinutes, place: place, run: run, configuration: try kept(run))
    }
    guard let experiment else { throw RunError(named ?? URL(filePath: "."), .notARun) }
    let configuration = try new()
    let place = named ?? RunFolder.place(in: outputs, experiment: experiment, method: method)
    // `create` would find it too, after the data was read.
    guard !RunFolder.exists(place) else { throw RunError(place, .exists) }
    return TrainingStart(method: method, maxMinutes: maxMinutes, place: place, run: nil, configuration: configuration)
  }
}

/// What there is to go on with, or to begin: a new run's folder is made when nothing else can fail any more.
struct TrainingStart<C: Codable> {
  let method: String
  let maxMinutes: Double?
  let place: URL
  /// nil for a training that begins.
  let run: RunFolder?
  var configuration: C

  /// The run to train in, made anew on `data` where there is none; keeps whose likeness it is.
  func open(experiment: String, data: URL, consent: ConsentRecord? = nil) throws -> RunFolder {
    if let run {
      if let consent, try run.consent() != consent { try run.keep(consent) }
      return run
    }
    let record = try RunRecord(
      experiment: experiment, method: method, data: data, maxMinutes: maxMinutes, configuration: configuration)
    return try RunFolder.create(place, record, consent: consent)
  }
}

/// How a training that was stopped is gone on with, after its state was said.
func stopped(_ when: String, goOn verb: String, _ run: RunFolder) -> ExitCode {
  print(
    "stopped   \(when); continue with: \(suggestedCommand("likeness", "train", verb, "--output", run.url.path(percentEncoded: false), "--resume"))"
  )
  return ExitCode(StopSignal.exitStatus ?? 1)
}

extension TrainingBudget: CustomStringConvertible {
  /// As `300 steps` or `20 minutes`.
  package var description: String {
    switch self {
    case .steps(let steps): "\(steps) steps"
    case .seconds(let seconds): String(format: "%g minutes", locale: nil, seconds / 60)
    }
  }
}
