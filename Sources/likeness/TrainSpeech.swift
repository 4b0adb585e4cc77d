import ArgumentParser
import Foundation
import Runs
import Speech
import Synthetic
import Talking
import Torch

struct TrainSpeech: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speech",
    abstract: "Train the network that says for any voice what a mouth does.",
    discussion: """
      Learns from recordings whose face is known, and from voices of eSpeak NG, whose mouth the drawn performer has. A folder of --data
      contains channels.json, a list of the channels' names (ARKit's, or FACEGOOD's), and for each recording a sound and an array (.npy) of the
      same name, [frames, channels] at 30 frames a second.

      The run goes to outputs/<folder>/speech/<time>/; speech-face.safetensors in it is what speak and animate take with --speech-network.
      Ctrl-C saves and stops; the same command with --resume continues.

      Examples:
        likeness train speech --data recordings/ --held take5 --max-minutes 15
        likeness train speech --data recordings/ --data others/ --voices en-us,de,fr-fr+f2 --steps 2000
        likeness speak speech.wav --speech-network outputs/recordings/speech/<time>/speech-face.safetensors --output take.csv
      """)

  @Option(help: ArgumentHelp("A folder of recordings; may be repeated.", valueName: "folder"))
  var data: [String] = []
  @Option(help: ArgumentHelp("Recordings to keep aside and judge by, by their names, separated by commas.", valueName: "names"))
  var held: String?
  @Option(help: ArgumentHelp("Voices of eSpeak NG to learn from as well, separated by commas; none leaves them out.", valueName: "voices"))
  var voices: String?
  @OptionGroup var training: TrainingOptions

  /// Voices of many languages and throats.
  private static let usualVoices = [
    "en-us", "en-us+f2", "en-us+m3", "en-us+klatt", "en-us+f4", "en", "en+f1", "en+croak", "en-gb-scotland+m5", "de", "de+f3", "de+m7",
    "de+klatt2", "de+f5", "es", "es+f1", "es-419+m4", "es+klatt3", "fr", "fr+f5", "fr+m2", "it", "it+f2", "it+m6", "pt-br+f3", "pt-br+m1",
    "pl+m2", "pl+f4", "nl", "nl+f4", "tr+m1", "tr+f2", "cmn", "cmn+f2", "cmn+m3", "cmn+klatt",
  ]

  func validate() throws {
    if data.isEmpty, voices == nil, !training.namesRun { throw ValidationError("--data names a folder of recordings to learn from") }
  }

  func run() throws {
    StopSignal.listen()
    let start = try training.start(
      method: "speech",
      experiment: data.isEmpty && voices == nil ? nil : data.first.map { URL(filePath: $0).lastPathComponent } ?? "voices",
      given: ["--data": !data.isEmpty, "--held": held != nil, "--voices": voices != nil],
      kept: { try $0.record.configuration(run: $0.url, defaults: SpeechFaceConfiguration()) }, new: chosenConfiguration)
    let plan = start.configuration, table = ProgressTable()
    let recordings = try plan.data.map { (source: URL(filePath: $0).lastPathComponent, takes: try SpeechTake.folder(URL(filePath: $0))) }
    let names = Set(recordings.flatMap { $0.takes.map(\.name) })
    if let lost = plan.held.first(where: { !names.contains($0) }) {
      throw Failure.usage("--held \(lost): no recording has this name; there are \(names.sorted().joined(separator: ", "))")
    }
    let spoken = try plan.voices.enumerated().map { i, voice in
      SpeechTake(try SpokenPerformance(voice: voice, sentences: plan.sentences, seed: plan.seed &+ UInt64(i)))
    }
    let data = try SpeechFaceData(recordings, synthetic: spoken, plan) { table.show("heard \($0) of \($1) recordings", last: $0 == $1) }
    table.finish()
    let run = try start.open(experiment: start.place.lastPathComponent, data: URL(filePath: plan.data.first ?? "."))
    print("run       \(run.url.relativePath)")
    fflush(nil)
    let trainer = try SpeechFaceTrainer(data, plan, run: run, warn: complain)
    if trainer.step > 0 { print("resumed   at step \(trainer.step), \(ProgressTable.clock(trainer.seconds)) of training so far") }
    let isDone = try trainer.train(
      training.budget(run, steps: plan.steps), progress: table.show,
      warn: {
        table.finish()
        complain($0)
      }, shouldStop: { StopSignal.isRaised })
    table.finish()
    let file = run.url.appending(path: SpeechFace.shippedName)
    try trainer.face.write(to: file)
    print("saved     \(file.path(percentEncoded: false))")
    guard isDone else { throw stopped("at step \(trainer.step)", goOn: "speech", run) }
    for figures in SpeechFaceFigures.held(trainer.data, trainer.face) { print("judged    \(figures)") }
  }

  private func chosenConfiguration() throws -> SpeechFaceConfiguration {
    var plan = SpeechFaceConfiguration()
    plan.data = data.map { URL(filePath: $0).absoluteURL.path }
    func list(_ text: String?) -> [String]? {
      text?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && $0 != "none" }
    }
    plan.held = list(held) ?? []
    plan.voices = list(voices) ?? Self.usualVoices
    if let steps = training.steps { plan.steps = steps }
    if let seed = training.seed { plan.seed = seed }
    plan = try training.changed(plan)
    try plan.check()
    return plan
  }
}

extension SpeechTake {
  /// What a synthetic voice says and its performer's mouth does.
  init(_ performance: SpokenPerformance) {
    let samples = SoundChange.resampled(performance.sound.samples, by: Double(performance.sound.sampleRate) / Double(CausalMel.sampleRate))
    self.init(
      name: performance.name, samples: samples,
      frames: performance.frames.map { SpokenShapes.spoken($0, names: SpokenPerformance.names) }, rate: SpokenPerformance.rate)
  }
}

extension ProgressTable {
  private static let speechHead = "      step      %       ETA       loss       jaw"

  /// Shows how far a training from speech to expression is: the jaw's correlation with the truth in what is kept aside.
  func show(_ p: SpeechFaceProgress) {
    show(p.fraction, under: Self.speechHead) { left in
      Self.start(p.step, p.fraction, left)
        + String(format: " %10.4f", locale: nil, p.loss) + (p.jaw.map { String(format: " %9.3f", locale: nil, $0) } ?? "         -")
    }
  }
}
