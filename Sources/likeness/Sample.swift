import ArgumentParser
import Consent
import Foundation
import Marking
import Generator
import Media
import Photos
import Portrait
import Torch

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw people who do not exist, from all sides, with a generator of heads.",
    discussion: """
      An image (.png) shows a person in each row: five views, then the depth maps of the first and the middle one (near is bright). A film (.mp4)
      walks around each person, who then turns into the next. A folder gets the views as images with their cameras in dataset.json.

      The generator that comes with the tool was trained on drawn people by `likeness train portrait --stage prior`.

      With --animate somebody who does not exist is read from the front as any photo is, and does what the face in a film does. An
      --output that ends in .portrait keeps them as an avatar, which animate, render and export take. Who it is, --seed says: the first
      person of the image of that seed. Not every drawn face can be read; another --seed helps.

      Examples:
        likeness sample --output people.png --people 6
        likeness sample --output people.mp4 --seed 3 --truncation 1
        likeness sample --animate --driver film.mp4 --seed 4 --output nobody.mp4
        likeness sample --animate --seed 4 --output nobody.portrait
        likeness sample --load outputs/population/prior/<time>/generator.safetensors --output mine.png
      """)

  @Option(help: ArgumentHelp("A generator: generator.safetensors of a training; by default the tool's own.", valueName: "file"))
  var load: String?
  @Option(help: ArgumentHelp("The image (.png), film (.mp4) or folder to write.", valueName: "file"))
  var output: String
  @Flag(help: "Let one of them move as a film's face does, or keep them as an avatar (.portrait).")
  var animate = false
  @Option(help: ArgumentHelp("With --animate: the film whose motion to play.", valueName: "film"))
  var driver: String?
  @OptionGroup(title: "Motion of another person") var motion: MotionOptions
  @Option(help: "With --animate: the longer side of the images in pixels; 512 by default.")
  var size: Int?
  @Option(help: "How many people; 4 by default.")
  var people: Int?
  @Option(help: "The seed that decides who they are.")
  var seed: UInt64 = 0
  @Option(help: "Below 1 moves everybody towards the mean person: less variety, fewer odd ones.")
  var truncation = 0.7
  @Option(help: "The largest turn to either side, in degrees.")
  var yaw = 40.0
  @Option(help: "Of a film: seconds for each person.")
  var seconds = 4.0

  @Flag(help: "Replace a folder of views, or an avatar, of this name.")
  var overwrite = false

  private static let fps = 25.0
  private func kind() throws -> OutputKind { try OutputKind(output, among: [.film, .image, .folder]) }

  private var isPortrait: Bool { animate && URL(filePath: output).pathExtension == "portrait" }
  private var count: Int { people ?? 4 }

  @OptionGroup var marking: MarkOptions

  func validate() throws {
    if animate {
      if people != nil { throw ValidationError("--animate shows one person; leave out --people") }
      if isPortrait, driver != nil { throw ValidationError("an avatar keeps no motion; leave out --driver, or name a film as --output") }
      if !isPortrait {
        guard driver != nil else { throw ValidationError("--animate needs --driver <film>, or an --output that ends in .portrait") }
        _ = try OutputKind(output, among: [.film, .folder])
      }
      if let size, !(16...4096).contains(size) { throw ValidationError("--size must be 16...4096") }
    } else {
      _ = try kind()
      if driver != nil || size != nil || motion.isGiven || motion.face != nil {
        throw ValidationError("--driver, --size and what changes motion go with --animate")
      }
    }
    guard (1...64).contains(count) else { throw ValidationError("--people must be 1...64") }
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
    if animate {
      let sheet = SampleSheet(generator, people: 1, isConditionedOnCamera: isConditionedOnCamera, truncation: truncation, seed: seed)
      return try show(sheet.photo())
    }
    let sheet = SampleSheet(
      generator, people: count, isConditionedOnCamera: isConditionedOnCamera, truncation: truncation, yaw: radians, seed: seed)
    switch try kind() {
    case .image:
      try marks().write(sheet.image(), to: url)
      print("\(output): \(count) people")
    case .film:
      try film(
        Turntable(
          generator, people: count, isConditionedOnCamera: isConditionedOnCamera, truncation: truncation, yaw: radians, seed: seed),
        to: url)
    case .folder:
      let folder = try AtomicFolder(url, .posed, replace: overwrite), marks = try marks()
      let count = try sheet.write(to: folder.url) { try marks.write($0, to: $1) }
      try folder.finish()
      print("\(output): \(count) images of \(count) people")
    }
  }

  /// Reads a drawn face as any photo, and lets it move or keeps it.
  private func show(_ face: Tensor) throws {
    let place = URL(filePath: output)
    if isPortrait, !overwrite, FileManager.default.fileExists(atPath: place.path) {
      throw Failure.usage("\(output): is there already; name another --output, or replace it with --overwrite")
    }
    let avatar: PortraitLift
    do {
      avatar = try PortraitLift(try PhotoReader().lifted(face, name: "the person of seed \(seed)"))
    } catch is PhotoError {
      throw Failure.input("the drawn face of seed \(seed) cannot be read as a photo; try another --seed, or a smaller --truncation")
    }
    avatar.consent = .synthetic()
    if isPortrait {
      try avatar.write(to: place)
      return print("\(output): somebody who does not exist, of seed \(seed)")
    }
    guard let driver, var sequence = try motion.sequence(of: URL(filePath: driver), for: avatar.scene) else {
      throw ExitCode(StopSignal.exitStatus ?? 1)
    }
    sequence.resize(to: size ?? 512)
    if !motion.retargeting.parts.contains(.eyes) { sequence.blink(avatar.scene, seed: seed) }
    let film = try SequenceFilm(output, marks())
    film.noticeLostSound(of: sequence)
    try film.write(sequence, of: avatar)
    print("\(output): \(sequence.frames.count) frames of somebody who does not exist")
  }
  private var radians: Double { yaw * .pi / 180 }

  private func marks() throws -> OutputMarks {
    let name = "somebody who does not exist, of seed \(seed)"
    return try marking.marks(
      of: ShownLikeness(name, .trained, consent: .synthetic(), avatar: name, run: "\(name) \(truncation)"), avatar: nil, output: output)
  }

  private func film(_ turntable: Turntable, to url: URL) throws {
    let frames = max(1, Int((Double(count) * seconds * Self.fps).rounded())), table = ProgressTable(), first = turntable.image(at: 0)
    let writer = try VideoWriter(url, width: first.size(1), height: first.size(0), rate: Rational(Self.fps)), marks = try marks()
    writer.seal = { marks.seal($0, as: url) }
    for frame in 0..<frames {
      guard !StopSignal.isRaised else { throw ExitCode(StopSignal.exitStatus ?? 1) }
      try writer.append(marks.marked(turntable.image(at: Double(count) * Double(frame) / Double(frames)), frame: frame))
      table.show("drawn \(frame + 1) of \(frames) images", last: frame + 1 == frames)
    }
    try writer.finish()
    table.finish()
    print("\(output): \(frames) images of \(count) people")
  }
}
