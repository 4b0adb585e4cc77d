import ArgumentParser
import Datasets
import Foundation
import Media
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
      events, validation/*.png (truth beside the avatar; sides.png, what is guessed of the sides). Ctrl-C saves and stops; the same command with --resume continues, bit for bit where steps are counted.

      Whose likeness it is comes from the dataset, or is asked once and kept in the run; --consent says it where nobody can be asked.

      Examples:
        likeness train subject --data data/anna --max-minutes 20
        likeness train subject --data data/anna --max-minutes 40 --resume
        likeness train subject --data data/anna --max-minutes 30 --driver speech
        likeness train subject --data data/anna --preset reference --size 256 --set rays.rays=1024
      """)

  @Option(help: ArgumentHelp("The dataset folder; with --resume and --output the run knows it.", valueName: "folder"))
  var data: String?
  @Option(
    help: ArgumentHelp(
      "fast (256 pixels, minutes on four cores, renders live), compact (the paper's networks made small) or reference (the paper's sizes, "
        + "days without a GPU).", valueName: "name"))
  var preset: String?
  @Option(
    help: ArgumentHelp(
      "What drives the mouth: the tracked expression, speech, or both, so that either can be chosen later.", valueName: "signal"))
  var driver: Driver?
  @Option(
    help: ArgumentHelp(
      "The kind of speech features: \(SpeechKind.allCases.map(\.rawValue).joined(separator: ", ")); general by default.", valueName: "kind")
  )
  var speech: String?
  @Option(help: ArgumentHelp("The weights of the network that --speech names, if it needs any.", valueName: "file"))
  var speechWeights: String?
  @Option(help: "The longer side of the images trained on, in pixels.")
  var size: Int?
  @OptionGroup var training: TrainingOptions
  @OptionGroup var consent: ConsentOptions
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if let size, size < 16 { throw ValidationError("--size must be at least 16") }
    if let speech, SpeechKind(rawValue: speech) == nil {
      throw ValidationError("--speech \(speech) is not known; choose one of \(SpeechKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    if driver == .expression, speech != nil { throw ValidationError("--speech goes with --driver speech or both") }
    if data == nil, !training.namesRun { throw ValidationError("--data names the dataset folder to train on") }
  }

  func run() throws {
    StopSignal.listen()
    let device = try compute.chosen()
    let given = data.map { URL(filePath: $0).standardizedFileURL }
    let start = try training.start(
      method: "subject", experiment: given?.lastPathComponent,
      given: [
        "--preset": preset != nil, "--driver": driver != nil, "--speech": speech != nil, "--speech-weights": speechWeights != nil,
        "--size": size != nil,
      ], kept: SubjectConfiguration.init, new: chosenConfiguration)
    let configuration = start.configuration
    // Without a folder there is a run that knows it: `validate`.
    guard let folder = given ?? start.run.map({ URL(filePath: $0.record.data) }) else {
      throw Failure.usage("name the dataset with --data")
    }
    let dataset = try Dataset(folder, size: configuration.size)
    let record = try consent.required(run: start.run, data: folder)
    if configuration.speech != nil, let audio = dataset.audio, let notice = (try? AudioReader(audio))?.notice { complain(notice) }
    let sides = try ClipSides(dataset, configuration)
    let trainer = try SubjectTrainer(
      dataset, configuration, views: sides.views,
      run: try start.open(experiment: folder.lastPathComponent, data: folder, consent: record), device: device, warn: complain)
    let run = trainer.run, budget = training.budget(run, steps: configuration.steps)
    print("run       \(run.url.relativePath)")
    print(
      "training  \(dataset.trainIndices.count) frames of \(dataset.width) x \(dataset.height) pixels, \(dataset.testIndices.count) held out, "
        + "preset \(configuration.preset), \(budget)")
    if !sides.views.isEmpty {
      print(
        String(format: "sides     %d views of lifts of the clip's frames, made in %.1f s: ", locale: nil, sides.views.count, sides.seconds)
          + run.validation.appending(path: "sides.png").relativePath)
      // A time that was given is for all of it.
      if trainer.step == 0 { trainer.session.add(seconds: sides.seconds) }
    }
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
      },
      warn: {
        table.finish()
        complain($0)
      }, shouldStop: { StopSignal.isRaised })
    warmUp.finish()
    table.finish()
    let isSaved = run.savedSteps.contains(trainer.step)
    if isSaved { print("saved     \(run.file(trainer.step).path(percentEncoded: false))") }
    guard isDone else {
      throw stopped("at step \(trainer.step)\(isSaved ? "" : ", before the first checkpoint")", goOn: "subject", run)
    }
    print("next      \(suggestedCommand("likeness", "eval", "--load", run.url.path(percentEncoded: false)))")
  }

  private func chosenConfiguration() throws -> SubjectConfiguration {
    let name = preset ?? "fast"
    guard var configuration = SubjectConfiguration.preset(name) else {
      throw ValidationError("there is no preset \(name); there are \(SubjectConfiguration.presets.map(\.preset).joined(separator: ", "))")
    }
    let kind = speech.flatMap { SpeechKind(rawValue: $0) }
    configuration.drive(by: driver ?? (speech == nil ? .expression : .speech), features: kind ?? .general, weights: speechWeights)
    if let steps = training.steps { configuration.steps = steps }
    if let seed = training.seed { configuration.seed = seed }
    if let size { configuration.size = size }
    configuration = try training.changed(configuration)
    try configuration.check()
    return configuration
  }
}

extension Driver: ExpressibleByArgument {}
