import ArgumentParser
import Foundation
import Media
import Portrait
import Torch

struct MakePortrait: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "portrait",
    abstract: "Make an avatar from one photo of a face, in seconds, as one file.",
    discussion: """
      The face is found, a head is fitted to it, and the photo becomes a head in space with hair, shoulders and background. Nothing is
      trained. likeness animate and render move it; eval compares it with a clip of the person.

      Use only photos of yourself, or of people who have agreed to it.

      Example:
        likeness portrait anna.jpg --output anna.portrait
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A photo that shows a face from the front.", valueName: "photo"))
  var photo: String
  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String
  @Option(help: ArgumentHelp("Which face of the photo, counted from the left; the largest by default.", valueName: "number"))
  var face: Int?
  @Flag(help: "Replace a file of this name.")
  var overwrite = false

  func validate() throws {
    if let face, face < 1 { throw ValidationError("--face counts from 1") }
  }

  func run() throws {
    let place = URL(filePath: output)
    if !overwrite, FileManager.default.fileExists(atPath: place.path) {
      throw Failure.usage("\(output): is there already; name another --output, or replace it with --overwrite")
    }
    let start = ContinuousClock.now
    let avatar = try PortraitLift.made(from: photo, face: face)
    try avatar.write(to: place)
    print("\(photo) -> \(output)")
    print(String(format: "photo -> avatar in %.1f s", locale: nil, (ContinuousClock.now - start) / .seconds(1)))
  }
}

extension PortraitLift {
  /// From a photo's file, or from one that `portrait` wrote; says on standard error what should be known of the photo.
  static func made(from name: String, face: Int? = nil) throws -> PortraitLift {
    let url = URL(filePath: name)
    if isLift(url) { return try PortraitLift(file: url) }
    let photo = try PhotoReader().lifted(try ImageFile.read(url), name: url.relativePath, face: face)
    for notice in photo.notices { complain("\(name): \(notice)") }
    return try PortraitLift(photo)
  }
}
