import ArgumentParser
import Consent
import Foundation
import Media
import Photos
import Portrait
import Torch

struct MakePortrait: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "portrait",
    abstract: "Make an avatar from one photo of a face, in seconds, as one file.",
    discussion: """
      The face is found, a head is fitted to it, and the photo becomes a head in space with hair, shoulders and background. Nothing is
      trained. likeness animate and render move it; eval compares it with a clip of the person.

      Use only photos of yourself, or of people who have agreed to it. Whose likeness it is, is asked once and kept in the file; --consent
      says it where nobody can be asked.

      --coarse generator makes the same kind of file the paper's way, for comparison: a generator's volume is fitted to the photo. It takes a
      minute instead of seconds. The generator that comes with the tool has seen drawn people only and gives a blurred likeness of a real
      photo; Docs/portrait-generator.md has figures of both.

      Examples:
        likeness portrait anna.jpg --output anna.portrait
        likeness portrait anna.jpg --coarse generator --prior generator.safetensors --output anna-generator.portrait
        likeness portrait anna.jpg --coarse generator --deformation learned=deformation.safetensors --output anna-learned.portrait
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A photo that shows a face from the front.", valueName: "photo"))
  var photo: String
  @Option(help: ArgumentHelp("The file to write, ending in .portrait.", valueName: "file"))
  var output: String
  @Option(help: ArgumentHelp("Which face of the photo, counted from the left; the largest by default.", valueName: "number"))
  var face: Int?
  @OptionGroup(title: "What it is made from") var coarse: CoarseOptions
  @OptionGroup var consent: ConsentOptions
  @Flag(help: "Replace a file of this name.")
  var overwrite = false

  func validate() throws {
    if let face, face < 1 { throw ValidationError("--face counts from 1") }
    if output.hasSuffix("/") || URL(filePath: output).pathExtension != "portrait" {
      throw ValidationError("--output \(output): the name must end in .portrait")
    }
  }

  func run() throws {
    let place = URL(filePath: output)
    if !overwrite, FileManager.default.fileExists(atPath: place.path) {
      throw Failure.usage("\(output): is there already; name another --output, or replace it with --overwrite")
    }
    try requirePlace(place)
    StopSignal.listen()
    let record = try consent.required(photo: photo)
    let start = ContinuousClock.now
    let avatar = try coarse.made(from: photo, face: face)
    avatar.consent = record
    try avatar.write(to: place)
    if let volume = avatar as? GeneratedPortrait { print("moved by \(volume.motionWords)") }
    print("\(photo) -> \(output)")
    print(String(format: "photo -> avatar in %.1f s", locale: nil, (ContinuousClock.now - start) / .seconds(1)))
  }

  /// What cannot be written is said before any work.
  private func requirePlace(_ place: URL) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), isFolder.boolValue {
      throw Failure.usage("\(output): is a folder; name a file that ends in .portrait")
    }
    let folder = place.deletingLastPathComponent()
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw Failure.other("\(output): its folder does not exist; make it, or name another --output")
    }
    if isSameFile(photo, output) { throw Failure.usage("\(output): is the photo itself; name another --output") }
  }
}

extension PortraitLift {
  /// From a photo's file, or from one that `portrait` wrote; says on standard error what should be known of the photo.
  ///
  /// `option` is what the user calls `face`, which only a photo can have.
  static func made(from name: String, face: Int? = nil, option: String = "--face") throws -> PortraitLift {
    let url = URL(filePath: name)
    // A damaged portrait no longer says that it is one, and is no image either.
    let isNamedPortrait = url.pathExtension == "portrait" && FileManager.default.fileExists(atPath: url.path)
    if isNamedPortrait || isLift(url) {
      if face != nil { throw Failure.usage("\(name): is a portrait of one face; leave out \(option), or name the photo") }
      return try PortraitLift(file: url)
    }
    let photo = try PhotoReader().lifted(try ImageFile.read(url), name: url.relativePath, face: face)
    for notice in photo.notices { complain("\(name): \(notice)") }
    return try PortraitLift(photo)
  }
  /// The same in the whole photo, for images of at most `size` pixels; a file that `portrait` wrote does not hold it.
  static func whole(from name: String, size: Int, face: Int? = nil) throws -> WholePhotoAvatar {
    let url = URL(filePath: name)
    if url.pathExtension == "portrait" || isLift(url) {
      throw Failure.usage("\(name): holds the person and not the whole photo; name the photo with --whole-photo")
    }
    let (photo, image) = try PhotoReader().liftedWhole(try ImageFile.read(url), name: url.relativePath, face: face)
    for notice in photo.notices { complain("\(name): \(notice)") }
    return try WholePhotoAvatar(photo, image: image, size: min(size, max(image.size(0), image.size(1))))
  }
}

/// Whether two names lead to the same file.
func isSameFile(_ a: String, _ b: String) -> Bool {
  URL(filePath: a).resolvingSymlinksInPath().path == URL(filePath: b).resolvingSymlinksInPath().path
}
