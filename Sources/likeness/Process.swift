import ArgumentParser
import Capture
import Consent
import Credentials
import Foundation
import Media

struct Process: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a dataset folder from a clip of one person talking.",
    discussion: """
      Finds the face, cuts a square around head and shoulders, masks what the image shows, and fits a head model to every frame. \
      The longest shot is used where the clip has cuts. Then says how good the clip is and what would make it better.

      The folder holds com_imgs/, parsing/, transforms_train.json and transforms_val.json (the last eighth), bc.jpg (the background), \
      aud.wav, track.safetensors, report.json, and preview.mp4: watch that first. It is there whole or not at all. What --consent says of the \
      person is kept in consent.json, so that training asks no more.

      Examples:
        likeness process clip.mp4 --output data/anna
        likeness process talk.mov --output data/ben --size 256 --frames 0..1500
      """)

  @Argument(help: ArgumentHelp("The clip; any format that FFmpeg reads.", valueName: "video"))
  var video: String
  @Option(help: ArgumentHelp("The dataset folder to make.", valueName: "folder"))
  var output: String
  @Option(help: "Width and height of the dataset's images in pixels; even.")
  var size = 512
  @Option(help: ArgumentHelp("Frames per second of the dataset, as 25, 29.97 or 30000/1001.", valueName: "rate"))
  var fps: Rational = 25
  @Option(help: ArgumentHelp("Which shot of a clip with cuts: longest, or its number from 1.", valueName: "shot"))
  var shot = "longest"
  @Option(help: ArgumentHelp("Use only these frames of the clip, counted at --fps; the last is left out.", valueName: "first..end"))
  var frames: String?
  @Option(
    help: ArgumentHelp(
      "Sound that comes late or early: none only reports it, auto moves it to the mouth, a number says by how many frames it is late.",
      valueName: "none|auto|frames"))
  var sync = "none"
  @OptionGroup var sound: SoundOptions
  @OptionGroup var consent: ConsentOptions
  @Flag(help: "Replace a dataset of this name.")
  var overwrite = false
  @Flag(inversion: .prefixedNo, help: "Make preview.mp4.")
  var preview = true

  func validate() throws {
    try OutputKind.requireFolder(output)
    _ = try options()
  }

  private func options() throws -> ClipOptions {
    var options = ClipOptions()
    guard (64...4096).contains(size), size % 2 == 0 else { throw ValidationError("--size must be an even number from 64 to 4096") }
    guard fps.value >= 1, fps.value <= 120 else { throw ValidationError("--fps must lie between 1 and 120") }
    (options.size, options.fps, options.overwrite, options.preview) = (size, fps, overwrite, preview)
    options.audioTrack = sound.audioTrack
    if shot != "longest" {
      guard let n = Int(shot), n > 0 else { throw ValidationError("--shot is longest or a number from 1") }
      options.shot = .number(n)
    }
    switch (sync, Int(sync)) {
    case ("none", _): options.sync = .none
    case ("auto", _): options.sync = .found
    case (_, let frames?) where abs(frames) <= 250: options.sync = .frames(frames)
    default: throw ValidationError("--sync is none, auto, or a number of frames from -250 to 250")
    }
    if let frames {
      let ends = frames.components(separatedBy: "..").map { Int($0) }
      guard ends.count == 2, let first = ends[0], let end = ends[1], first >= 0, end > first else {
        throw ValidationError("--frames is first..end, such as 0..500")
      }
      options.frames = first..<end
    }
    return options
  }

  func run() throws {
    StopSignal.listen()
    let folder = URL(filePath: output)
    let clip = URL(filePath: video)
    var options = try options()
    options.consent = try consent.found(stored: ContentCredentials.consent(in: clip)?.of(clip), of: clip, called: video)
    let processor = ClipProcessor(clip, output: folder, options: options)
    let table = ProgressTable()
    var pace = Pace()
    let report: CaptureReport
    do {
      report = try processor.run { progress in
        if let status = StopSignal.exitStatus { throw ExitCode(status) }
        table.show(pace.line(progress), last: progress.done == progress.total)
      }
    } catch {
      table.finish()
      throw error
    }
    table.finish()
    for line in report.lines { print(line) }
    if preview { print("preview       \(folder.appending(path: "preview.mp4").relativePath)") }
    print("next          \(suggestedCommand("likeness", "train", "subject", "--data", output))")
  }
}

extension Rational: ExpressibleByArgument {
  /// A number or a ratio of two whole numbers.
  package init?(argument: String) {
    let terms = argument.split(separator: "/", omittingEmptySubsequences: false)
    if terms.count == 2 {
      guard let over = Int(terms[0]), let under = Int(terms[1]), (0...1_000_000_000).contains(over), (1...1_000_000_000).contains(under)
      else { return nil }
      self.init(over, under)
    } else {
      guard let value = Double(argument), value.isFinite, (0...1_000_000).contains(value) else { return nil }
      self.init(value)
    }
  }
}

/// How long each stage has run, for the time that is left.
private struct Pace {
  private var stage: ClipProgress.Stage?
  private var start = ContinuousClock.now

  mutating func line(_ p: ClipProgress) -> String {
    if p.stage != stage { (stage, start) = (p.stage, ContinuousClock.now) }
    let number = (ClipProgress.Stage.allCases.firstIndex(of: p.stage) ?? 0) + 1
    let title = p.stage.title.padding(toLength: 18, withPad: " ", startingAt: 0)
    let spent = (ContinuousClock.now - start) / .seconds(1)
    let rate = spent > 0 ? Double(p.done) / spent : 0
    let left = rate > 0 ? ProgressTable.clock(Double(p.total - p.done) / rate) : "-"
    let percent = p.total > 0 ? 100 * Double(p.done) / Double(p.total) : 0
    return "\(number)/\(ClipProgress.Stage.allCases.count) \(title)"
      + String(format: "%6d of %d %5.0f %%  %6.1f frames/s  ETA ", locale: nil, p.done, p.total, percent, rate) + left
  }
}
