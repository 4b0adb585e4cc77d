import ArgumentParser
import Face
import Foundation
import Marking
import Synthetic

struct Synth: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Film somebody who does not exist, or draw many.", subcommands: [SynthPerformer.self, SynthPopulation.self])
}

struct SynthPerformer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "performer",
    abstract: "Film a drawn person who speaks, blinks and turns, and keep the truth about every frame.",
    discussion: "The film goes through process like any other clip. Speech comes from eSpeak NG.")

  @Option(help: "The film to write.")
  var output: String
  @Option(help: "Its length in seconds.")
  var seconds = 20.0
  @Option(help: "Width and height in pixels.")
  var size = 512
  @Option(help: "A folder for poses, expressions, gaze, camera (truth.safetensors) and masks/.")
  var truth: String?
  @Flag(help: "Keep depth maps beside the masks.")
  var depth = false
  @Option(help: "The seed that decides who it is and how they move.")
  var seed: UInt64 = 0
  @Option(help: "The head: builtin, or a packed ICT-FaceKit file.")
  var model = "builtin"
  @Option(help: "Which person it is, from 0, of the population of the same seed; without it, somebody in a studio.")
  var person: Int?
  @Option(help: "The sentence that is said.")
  var sentence: String?

  func validate() throws {
    _ = try OutputKind(output, among: [.film])
    if let truth { try OutputKind.requireFolder(truth, option: "--truth") }
  }

  func run() throws {
    let head = model == "builtin" ? MorphableModel.builtIn() : try .ict(URL(filePath: model))
    let performer = try Performer(PerformerScript(seconds: seconds, size: size, seed: seed, text: sentence, person: person), model: head)
    // So that whoever makes an avatar of the film is not asked. What is measured has no watermark.
    let shown = ShownLikeness(
      "a drawn performer", .drawn, consent: .synthetic(), avatar: "performer \(seed)", run: "performer \(seed) \(sentence ?? "")")
    let marks = try OutputMarks(of: shown, by: Installation(), warn: complain).ofMeasures, film = URL(filePath: output), start = Date()
    try performer.record(
      to: film, truth: truth.map { URL(filePath: $0) }, depths: depth, seal: { marks.seal($0, as: film) },
      progress: { done in
        guard done % 250 == 0 || done == performer.frameCount else { return }
        print("\(done)/\(performer.frameCount) frames, \(Int((Double(done) / -start.timeIntervalSinceNow).rounded())) a second")
      })
    print("\(output): \(performer.frameCount) frames of \(size) x \(size) pixels")
  }
}
