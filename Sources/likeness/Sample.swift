import ArgumentParser
import Foundation
import Generator
import Media
import Torch

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw people who do not exist, from all sides, with a generator of heads.",
    discussion: """
      An image (.png) shows a person in each row: five views, then the depth maps of the first and the middle one (near is bright). A film (.mp4)
      walks around each person, who then turns into the next. A folder gets the views as images with their cameras in dataset.json.

      The generator that comes with the tool was trained on drawn people by `likeness train portrait --stage prior`.

      Examples:
        likeness sample --output people.png --people 6
        likeness sample --output people.mp4 --seed 3 --truncation 1
        likeness sample --load outputs/population/prior/<time>/generator.safetensors --output mine.png
      """)

  @Option(help: ArgumentHelp("A generator: generator.safetensors of a training; by default the tool's own.", valueName: "file"))
  var load: String?
  @Option(help: ArgumentHelp("The image (.png), film (.mp4) or folder to write.", valueName: "file"))
  var output: String
  @Option(help: "How many people.")
  var people = 4
  @Option(help: "The seed that decides who they are.")
  var seed: UInt64 = 0
  @Option(help: "Below 1 moves everybody towards the mean person: less variety, fewer odd ones.")
  var truncation = 0.7
  @Option(help: "The largest turn to either side, in degrees.")
  var yaw = 40.0
  @Option(help: "Of a film: seconds for each person.")
  var seconds = 4.0

  @Flag(help: "Replace a folder of views of this name.")
  var overwrite = false

  private static let fps = 25.0
  private func kind() throws -> OutputKind { try OutputKind(output, among: [.film, .image, .folder]) }

  func validate() throws {
    _ = try kind()
    guard (1...64).contains(people) else { throw ValidationError("--people must be 1...64") }
    guard (0...2).contains(truncation) else { throw ValidationError("--truncation must be 0...2") }
    guard (0...180).contains(yaw) else { throw ValidationError("--yaw must be 0...180") }
    guard (0.1...600).contains(seconds) else { throw ValidationError("--seconds must be 0.1...600") }
  }

  func run() throws {
    StopSignal.listen()
    let file = try load.map { URL(filePath: $0) } ?? GeneratorFile.shipped(), url = URL(filePath: output)
    let generator = try GeneratorFile.read(file)
    // Generators of other tools hear of the camera.
    let isConditionedOnCamera = try GeneratorFile.notes(file)["hears_camera"] != "false"
    let sheet = SampleSheet(
      generator, people: people, isConditionedOnCamera: isConditionedOnCamera, truncation: truncation, yaw: radians, seed: seed)
    switch try kind() {
    case .image:
      try ImageFile.write(sheet.image(), to: url)
      print("\(output): \(people) people")
    case .film:
      try film(
        Turntable(
          generator, people: people, isConditionedOnCamera: isConditionedOnCamera, truncation: truncation, yaw: radians, seed: seed),
        to: url)
    case .folder:
      let folder = try AtomicFolder(url, .posed, replace: overwrite), count = try sheet.write(to: folder.url)
      try folder.finish()
      print("\(output): \(count) images of \(people) people")
    }
  }
  private var radians: Double { yaw * .pi / 180 }

  private func film(_ turntable: Turntable, to url: URL) throws {
    let frames = max(1, Int((Double(people) * seconds * Self.fps).rounded())), table = ProgressTable(), first = turntable.image(at: 0)
    let writer = try VideoWriter(url, width: first.size(1), height: first.size(0), rate: Rational(Self.fps))
    for frame in 0..<frames {
      guard !StopSignal.isRaised else { throw ExitCode(StopSignal.exitStatus ?? 1) }
      try writer.append(turntable.image(at: Double(people) * Double(frame) / Double(frames)))
      table.show("drawn \(frame + 1) of \(frames) images", last: frame + 1 == frames)
    }
    try writer.finish()
    table.finish()
    print("\(output): \(frames) images of \(people) people")
  }
}
