import ArgumentParser
import Datasets
import Driving
import Evaluation
import Face
import Foundation
import Media
import Talking
import Torch
import Tracking

struct TrackFilm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "track",
    abstract: "Write what a face in a film does as a take of 52 shapes for any rig.",
    discussion: """
      Tracks the face and writes ARKit's 52 shapes, the head's turn and the eyes': a CSV as the Live Link Face app has it, or JSON. A frame
      without a face has no row.

      By default the whole film is fitted at once, as for animate --driver, which is most exact. --live tracks it frame by frame, as if it came
      from a camera, knowing nothing of what comes, and says how fast that was; --check compares that with the fit of the whole film.

      Examples:
        likeness track film.mp4 --output take.csv
        likeness track film.mp4 --live --output take.csv
        likeness track film.mp4 --live --check
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A film of a face.", valueName: "film"))
  var film: String
  @Option(help: ArgumentHelp("The take to write, ending in .csv or .json.", valueName: "file"))
  var output: String?
  @Flag(help: "Track frame by frame, as from a camera.")
  var live = false
  @Flag(help: "With --live: fit the whole film as well, and say how far the live tracker is from that.")
  var check = false
  @Option(help: ArgumentHelp("Frames a second, as 25, 29.97 or 30000/1001; the film's own by default.", valueName: "rate"))
  var fps: Rational?
  @Option(help: ArgumentHelp("Use only these frames, counted at that rate; the last is left out.", valueName: "first..end"))
  var frames: String?
  @Option(help: ArgumentHelp("Which face is tracked, counted from the left; the largest by default.", valueName: "number"))
  var face: Int?

  private var format: TakeWriter.Format? { output.flatMap { .init(rawValue: URL(filePath: $0).pathExtension.lowercased()) } }
  private var range: Range<Int>? {
    guard let frames, case .numbers(let range) = FrameChoice(frames) else { return nil }
    return range
  }

  func validate() throws {
    if output == nil, !check { throw ValidationError("name the take to write: --output take.csv") }
    if let output, format == nil {
      throw ValidationError("--output \(output): end the name in .csv (as Live Link Face writes it) or .json")
    }
    if let output, isSameFile(output, film) { throw ValidationError("--output \(output) is what is read; name another file") }
    if check, !live { throw ValidationError("--check goes with --live") }
    if let fps, !(1...240).contains(fps.value) { throw ValidationError("--fps must lie between 1 and 240") }
    if frames != nil, range == nil { throw ValidationError("--frames is first..end, such as 0..500") }
    if let face, face < 1 { throw ValidationError("--face counts from 1") }
  }

  func run() throws {
    StopSignal.listen()
    let url = URL(filePath: film), rate = try fps ?? VideoReader(url, rate: nil).sourceRate
    let table = ProgressTable()
    defer { table.finish() }
    func progress(_ count: Int) { table.show("tracked \(count) frames of \(url.lastPathComponent)", last: false) }
    func whole() throws -> Track {
      let motion = try VideoDriver(url, face: face).motion(
        fps: rate.value, frames: range, notice: complain, progress: progress, shouldStop: { StopSignal.isRaised })
      guard let motion else { throw ExitCode(StopSignal.exitStatus ?? 1) }
      return motion.track
    }
    let found: Track
    if live {
      let filmed = try LiveFilm(url, rate: rate, frames: range, face: face, notice: complain, progress: progress) { StopSignal.isRaised }
      guard let filmed else { throw ExitCode(StopSignal.exitStatus ?? 1) }
      table.finish()
      print(filmed.summary)
      if check { print(try Self.difference(filmed.track, whole())) }
      found = filmed.track
    } else {
      found = try whole()
    }
    table.finish()
    guard let output, let format else { return }
    var rows: [TakeWriter.Row]? = found.frames.map { frame in
      TakeWriter.Row(
        seconds: Double(frame.index - (range?.lowerBound ?? 0)) / found.fps, expression: frame.state.expression,
        head: frame.state.pose.rotation.yawPitchRoll, gaze: frame.state.gaze)
    }
    let count = try TakeWriter.write(rate: found.fps, as: format, to: URL(filePath: output)) {
      defer { rows = nil }
      return rows
    }
    print("\(output): \(count) rows, \(String(format: "%.1f", locale: nil, Double(count) / found.fps)) s")
  }

  /// How far a live track is from the fit of the whole film, in lines.
  static func difference(_ live: Track, _ whole: Track) throws -> String {
    let accuracy = try CaptureAccuracy(live, truth: whole)
    let motion = String(
      format: "without what all frames differ by: %.2f degrees (median), %.2f (95 %%)", locale: nil, accuracy.motionMedian,
      accuracy.motionMost)
    return "against the fit of the whole film:\n\(accuracy.table)\n\(motion)"
  }
}
