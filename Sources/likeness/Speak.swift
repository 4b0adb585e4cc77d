import ArgumentParser
import Datasets
import Foundation
import Media
import Talking
import Torch

struct Speak: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say of any voice what a face does at it, as a take of 52 shapes for any rig.",
    discussion: """
      Hears any sound that FFmpeg reads, of any length and language, and writes ARKit's 52 shapes: a CSV as the Live Link Face app has it, or
      JSON. The mouth goes with the sound; eyes that blink, brows and a head that sways a little with the voice are drawn at random.

      --compare says how well it goes with what the face of a dataset does, made by process of a film with sound.

      Examples:
        likeness speak speech.wav --output take.csv
        likeness speak film.mp4 --output take.json --rate 30
        likeness speak data/anna/aud.wav --compare data/anna
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A sound, or a film with sound.", valueName: "sound"))
  var sound: String
  @OptionGroup var track: SoundOptions
  @Option(help: ArgumentHelp("The take to write, ending in .csv or .json.", valueName: "file"))
  var output: String?
  @Option(help: ArgumentHelp("Rows a second.", valueName: "number"))
  var rate = 60.0
  @Option(help: "The seed of blinks, brows and head; the same seed gives the same take.")
  var seed: UInt64 = 0
  @OptionGroup var network: SpeechNetworkOptions
  @Option(help: ArgumentHelp("A dataset to whose face the mouth is compared.", valueName: "folder"))
  var compare: String?
  @Option(help: ArgumentHelp("With --compare: how many frames later than the film its sound is.", valueName: "frames"))
  var late = 0

  private var format: TakeWriter.Format? { output.flatMap { .init(rawValue: URL(filePath: $0).pathExtension.lowercased()) } }

  func validate() throws {
    if output == nil, compare == nil { throw ValidationError("name the take to write: --output take.csv") }
    if let output, format == nil {
      throw ValidationError("--output \(output): end the name in .csv (as Live Link Face writes it) or .json")
    }
    if let output, isSameFile(output, sound) { throw ValidationError("--output \(output) is what is read; name another file") }
    guard (1...240).contains(rate) else { throw ValidationError("--rate must be 1...240") }
  }

  func run() throws {
    StopSignal.listen()
    let face = try network.face()
    let file = track.track(of: sound)
    if let compare { try judge(file, against: URL(filePath: compare), face) }
    guard let output, let format else { return }
    let take = try SpokenTake(file, by: face, rate: rate, notice: complain), table = ProgressTable()
    defer { table.finish() }
    do {
      let rows = try TakeWriter.write(
        take, seed: seed, as: format, to: URL(filePath: output), progress: { table.show("heard \($0) rows", last: false) },
        shouldStop: { StopSignal.isRaised })
      table.finish()
      if let damage = take.damage { complain("\(damage); the take lasts as long as what could be read") }
      print("\(output): \(rows) rows, \(String(format: "%.1f", locale: nil, take.seconds)) s")
    } catch is CancellationError {
      throw ExitCode(StopSignal.exitStatus ?? 1)
    }
  }

  private func judge(_ file: URL, against folder: URL, _ face: SpeechFace) throws {
    let track = try Dataset(folder).track
    let take = try SpokenTake(file, by: face, rate: track.fps, notice: complain)
    var said: [[Float]] = []
    while let frames = try take.next() { said += frames }
    let pairs = track.frames.compactMap { frame -> (said: [Float], truth: [Float])? in
      let place = frame.index + late
      guard said.indices.contains(place) else { return nil }
      return (said[place], SpokenShapes.spoken(frame.state.expression, names: track.expressionNames))
    }
    guard !pairs.isEmpty else {
      throw Failure.input("\(folder.relativePath): no frame lies within the sound; check that they belong together")
    }
    print(SpeechFaceFigures(folder.lastPathComponent, said: pairs.map(\.said), truth: pairs.map(\.truth)))
  }
}
