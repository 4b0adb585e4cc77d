import ArgumentParser
import Datasets
import Driving
import Face
import Foundation
import Marking
import Portrait
import Runs
import Subject
import Torch

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write an avatar into one file that renders without its run, or a photo's avatar as a 3-D mesh.",
    discussion: """
      An avatar of a clip becomes one file of safetensors, with a checksum of every tensor. It holds what render needs (weights, background,
      camera, names of the expressions, the identity) and nothing of the clip, the training or this computer. render and eval --load it like a
      run; it knows no clip of its own, so say with --track, --driver or --data what it is to do. The images are the same bit for bit. With
      --baked it holds what rendering needs in place of the weights: a smaller file that loads faster and cannot be trained on. Only a fast
      field can be baked.

      An avatar of a photo (the file that portrait wrote, or the photo itself) becomes a textured mesh that Blender, MeshLab and others open:
      anna.obj with anna.mtl and anna.png, or anna.ply with a color at every vertex and anna.png. It is what animate draws: head, eyes, the inside
      of the mouth, and a sheet with soft borders for hair, neck and clothes. +y is up, the face looks along +z, lengths are meters. A folder
      gets many meshes with one texture: with --shapes the face at rest (neutral) and one mesh for each of the 52 expressions at its full
      strength, by name, whose vertices correspond; with --driver or --track the frames of that motion by number. meshes.json lists them.

      Whoever has the files can make the person do anything: give them to nobody whom that person has not agreed to.

      Examples:
        likeness export --load <run> --baked --output anna.safetensors
        likeness render --load anna.safetensors --driver other.mp4 --output film.mp4
        likeness export --load anna.portrait --output anna.obj
        likeness export --load anna.portrait --shapes --output shapes/
        likeness export --load anna.jpg --driver film.mp4 --format ply --output take/
      """)

  @Option(help: ArgumentHelp("The run folder that train printed, the file that portrait wrote, or a photo.", valueName: "run|file|photo"))
  var load: String
  @Flag(help: "Of a clip's avatar: only what rendering needs, without the weights.")
  var baked = false
  @Option(help: "Of a clip's avatar: the checkpoint to use, by its step; the last one by default.")
  var step: Int?
  @Flag(help: "A folder with the face at rest and one mesh for each expression.")
  var shapes = false
  @Option(help: ArgumentHelp("A folder with a mesh for each frame of this film's motion.", valueName: "film"))
  var driver: String?
  @Option(help: ArgumentHelp("The same with the motion of a dataset folder.", valueName: "folder"))
  var track: String?
  @Option(help: "The meshes in a folder: obj or ply.")
  var format: MeshExport.Format?
  @Flag(help: "Replace meshes, or a folder of meshes, of this name.")
  var overwrite = false
  @OptionGroup(title: "Motion of another person") var motion: MotionOptions
  @OptionGroup(title: "Of a photo") var consent: ConsentOptions
  @Option(
    help: ArgumentHelp("The file to write, ending in .safetensors, .obj or .ply, or a folder for meshes.", valueName: "file|folder"))
  var output: String

  private var isSequence: Bool { shapes || driver != nil || track != nil }
  private var ending: String { URL(filePath: output).pathExtension.lowercased() }
  /// nil for the file of a clip's avatar.
  private var mesh: MeshExport.Format? { isSequence ? format ?? .obj : MeshExport.Format(rawValue: ending) }

  func validate() throws {
    if [shapes, driver != nil, track != nil].count(where: \.self) > 1 {
      throw ValidationError("give one of --shapes, --driver and --track")
    }
    if isSequence {
      if MeshExport.Format(rawValue: ending) != nil || ending == "safetensors" {
        throw ValidationError("--output \(output): many meshes need a folder; name it without an ending, and choose --format obj or ply")
      }
      try OutputKind.requireFolder(output)
    } else {
      if output.hasSuffix("/") || (mesh == nil && ending != "safetensors") {
        throw ValidationError(
          "--output \(output): the name must end in .safetensors, or in .obj or .ply for a mesh; a folder needs --shapes, --driver or --track"
        )
      }
      if format != nil { throw ValidationError("--format is for folders; the name's ending says it of one mesh") }
    }
    if mesh == nil, overwrite { throw ValidationError("--overwrite is for meshes") }
    if mesh != nil, baked || step != nil { throw ValidationError("--baked and --step are for an avatar of a clip, which is no mesh") }
    if motion.isGiven, driver == nil, track == nil {
      throw ValidationError("--absolute, --expression-scale, --pose-scale, --still-head, --parts and --smooth go with --driver or --track")
    }
    if motion.face != nil, driver == nil { throw ValidationError("--face goes with --driver") }
  }

  func run() throws {
    if let mesh { return try writeMeshes(mesh) }
    if PortraitFile.isPortrait(URL(filePath: load)) {
      throw Failure.usage(
        "\(load): is a portrait, which is one file already; copy it, render and eval --load it as it is, or export a mesh (.obj, .ply)")
    }
    let avatar = try SubjectAvatar(run: RunFolder.open(URL(filePath: load)), step: step, warn: complain)
    let file = URL(filePath: output)
    try avatar.export(to: file, baked: baked)
    try UnmarkedLog.carry(from: URL(filePath: load), to: file)
    // Read back whole: what was written can be used.
    let start = ContinuousClock.now
    _ = try SubjectAvatar(file: file)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let bytes = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    print(
      "\(output): the avatar of step \(avatar.step)\(baked ? ", baked" : ""), "
        + String(format: "%.1f MB, loads in %.2f s", locale: nil, Double(bytes) / 1e6, seconds))
  }

  private func writeMeshes(_ format: MeshExport.Format) throws {
    StopSignal.listen()
    let source = URL(filePath: load), place = URL(filePath: output)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: source.path, isDirectory: &isFolder), isFolder.boolValue {
      throw Failure.usage("\(load): only an avatar of a photo is a mesh; name a photo or the file that portrait wrote")
    }
    if GeneratedPortrait.isGenerated(source) {
      throw Failure.usage("\(load): is a volume (--coarse generator), which has no mesh; export one that was made with --coarse lift")
    }
    let record = try consent.required(photo: load)
    let avatar = try PortraitLift.made(from: load)
    avatar.consent = record
    guard isSequence else {
      let export = MeshExport(avatar, name: MeshExport.plain(place.deletingPathExtension().lastPathComponent))
      try export.write(avatar.state, to: place, as: format, overwrite: overwrite, source: source)
      return print("\(load) -> \(output)")
    }
    let export = MeshExport(avatar, name: "texture"), table = ProgressTable()
    var states = shapes ? export.shapes : []
    var fps: Double?
    if !shapes {
      guard let sequence = try sequence(avatar.scene) else { throw ExitCode(StopSignal.exitStatus ?? 1) }
      states = sequence.frames.map { (String(format: "%06d", locale: nil, $0.index), $0.state) }
      fps = sequence.fps
    }
    let written = try export.write(
      states, fps: fps, to: place, as: format, overwrite: overwrite,
      progress: { table.show("wrote \($0) of \(states.count) meshes", last: $0 == states.count) }, shouldStop: { StopSignal.isRaised })
    table.finish()
    guard let written else { throw ExitCode(StopSignal.exitStatus ?? 1) }
    print("\(output): \(written) meshes")
  }

  /// The motion that was named; nil where a signal came.
  private func sequence(_ scene: AvatarScene) throws -> DrivingSequence? {
    if let driver { return try motion.sequence(of: URL(filePath: driver), for: scene) }
    let dataset = try Dataset(URL(filePath: track ?? "").standardizedFileURL)
    return try DrivingSequence(
      dataset, positions: FrameChoice.all.positions(dataset), for: scene, isOwn: dataset.track.isOf(scene), by: motion.chosen,
      notice: complain)
  }
}
