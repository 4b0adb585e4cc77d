import ArgumentParser
import Foundation
import Generator
import Media
import Photos
import Portrait
import Torch

/// What an avatar of a photo is made from: options of the verbs that read a photo.
struct CoarseOptions: ParsableArguments {
  enum Coarse: String, ExpressibleByArgument, CaseIterable { case lift, generator }

  @Option(
    help:
      "lift: the photo on the fitted head, in seconds. generator: a generator's volume of the photo, as the paper has it; for comparison: it takes a minute and, with the generator that comes with the tool, looks less like the person."
  )
  var coarse = Coarse.lift
  @Option(
    help: ArgumentHelp(
      "With --coarse generator: generator.safetensors of a training, a converted EG3D, or a trained portrait model; by default the tool's own generator.",
      valueName: "file"))
  var prior: String?
  @Option(
    help: ArgumentHelp(
      "With --coarse generator: mesh, the fitted head moves the volume; learned, the networks of a portrait model do, which is its default; learned=<file>, those of train portrait --stage deformation.",
      valueName: "mesh|learned|learned=file"))
  var deformation: MotionChoice?

  func validate() throws {
    if coarse == .lift, prior != nil || deformation != nil {
      throw ValidationError("--prior and --deformation go with --coarse generator")
    }
  }

  /// Makes it of a photo that was read; throws what making it throws, or `ExitCode` where a signal came.
  func avatar(_ photo: PortraitPhoto, _ wide: LiftPhoto) throws -> any PhotoAvatar {
    guard coarse == .generator else { return try PortraitLift(wide) }
    let file = try prior.map { URL(filePath: $0) } ?? GeneratorFile.shipped(), networks = try GeneratedPortrait.Prior.read(file)
    let moving = try deformation?.networks()
    if deformation?.motion == .learned, moving == nil, case .generator = networks {
      throw Failure.usage(
        "\(file.relativePath): is a generator without networks that move it; choose --deformation mesh, or name networks with --deformation learned=<file>"
      )
    }
    let table = ProgressTable()
    defer { table.finish() }
    let made = try GeneratedPortrait.made(photo, wide, prior: networks, motion: deformation?.motion, networks: moving) { step, all, error in
      table.show("looked for the volume, step \(step) of \(all), " + String(format: "error %.3f", locale: nil, error), last: step == all)
      return !StopSignal.isRaised
    }
    guard let made else { throw ExitCode(StopSignal.exitStatus ?? 1) }
    return made
  }

  /// From a photo's file, or from one that `portrait` wrote.
  func made(from name: String, face: Int? = nil) throws -> any PhotoAvatar {
    let url = URL(filePath: name)
    guard coarse == .generator else { return try Self.lifted(from: name, face: face, option: "--face") }
    if PortraitFile.isPortrait(url) { throw Failure.usage("\(name): is a portrait already; --coarse generator needs the photo") }
    let (photo, wide) = try PhotoReader().readBoth(try ImageFile.read(url), name: url.relativePath, face: face)
    for notice in wide.notices { complain("\(name): \(notice)") }
    return try avatar(photo, wide)
  }

  /// From a photo's file, by the lift, or from one of either kind that `portrait` wrote; see `PortraitLift.made`. `motion` moves a volume in
  /// another way than it was made with.
  static func lifted(from name: String, face: Int?, option: String, motion: MotionChoice? = nil) throws -> any PhotoAvatar {
    let url = URL(filePath: name)
    guard GeneratedPortrait.isGenerated(url) else {
      if motion != nil {
        throw Failure.usage("\(name): is moved as a mesh; --deformation goes with a file that portrait --coarse generator wrote")
      }
      return try PortraitLift.made(from: name, face: face, option: option)
    }
    if face != nil { throw Failure.usage("\(name): is a portrait of one face; leave out \(option), or name the photo") }
    let portrait = try GeneratedPortrait(file: url)
    guard let motion else { return portrait }
    let networks = try motion.networks()
    if motion.motion == .learned, networks == nil, !portrait.hasNetworks {
      throw Failure.usage("\(name): holds no networks that move it; name some with --deformation learned=<file>")
    }
    return try portrait.moved(by: motion.motion, networks: networks)
  }
}
