import ArgumentParser
import Datasets
import Driving
import Foundation
import Marking
import Media
import Speech
import Subject
import Texture
import Torch

/// What moves an avatar's mouth where both could.
enum MouthChoice: String, ExpressibleByArgument, CaseIterable { case expression, speech }

struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Render an avatar that moves as in its own clip, another dataset, any video, or as any speech says.",
    discussion: """
      Without --track or --driver the avatar plays the frames of its own clip that it never saw in training. The result is a film if
      --output ends in .mp4, .m4v or .mov, otherwise a folder of PNGs named by frame number; other films are refused.

      With --audio the mouth says what is heard, in any sound file FFmpeg reads and of any length: as its own clip taught an avatar that was
      trained with --driver speech or both, otherwise as a network for any voice says. The eyes blink by themselves, and the head moves as in
      the avatar's own clip, there and back, or as in that of --track.

      Examples:
        likeness render --load <run> --output anna.mp4
        likeness render --load <run> --frames test --output pictures/
        likeness render --load <run> --driver other.mp4 --camera orbit --output anna.mp4
        likeness render --load <run> --audio speech.wav --output anna.mp4
        likeness render --load <run> --driver other.mp4 --background transparent --output anna.mov
        likeness render --load <run> --enhance <texture run> --output anna.mp4
      """)

  enum CameraChoice: String, ExpressibleByArgument, CaseIterable { case fixed, orbit }
  enum HeadChoice: String, ExpressibleByArgument, CaseIterable { case clip, still }

  @Option(help: ArgumentHelp("The run folder that train printed, or the file that export wrote.", valueName: "run|file"))
  var load: String
  @Option(help: ArgumentHelp("A dataset folder whose motion to play.", valueName: "folder"))
  var track: String?
  @Option(help: ArgumentHelp("A video whose motion to play.", valueName: "film"))
  var driver: String?
  @Option(help: ArgumentHelp("The sound that the avatar is to say.", valueName: "sound"))
  var audio: String?
  @OptionGroup var sound: SoundOptions
  @OptionGroup var network: SpeechNetworkOptions
  @Option(
    help: ArgumentHelp("The features of that sound (.npy), for an avatar trained with --speech file.", valueName: "array"))
  var features: String?
  @Option(help: "With --audio, clip: the head moves as in the clip; still: it does not.")
  var head: HeadChoice?
  @Option(
    help: ArgumentHelp("A texture enhancement of this avatar, made by train texture, to apply to the images.", valueName: "run|file"))
  var enhance: String?
  @Option(
    help: "How far speech moves the mouth from its mean; that of the run by default (1.8 in new runs), less mumbles, more exaggerates.")
  var emphasis: Double?
  @Option(help: "The seed of the random blinks of eyes that nobody drives; the same seed gives the same film.")
  var seed: UInt64 = 0
  @Option(
    help:
      "What drives the mouth of an avatar that was trained for both, in its own clip or in a dataset: expression (as tracked) or speech.")
  var by: MouthChoice?
  @Option(help: "fixed: the camera of the clip; orbit: a camera that sways around the head.")
  var camera = CameraChoice.fixed
  @OptionGroup var background: BackgroundOptions
  @Option(help: "Which frames of the dataset: test (held out), train, all, or numbers such as 120..200. With --track all by default.")
  var frames: String?
  @Option(help: "The longer side of the images in pixels; that of the training by default.")
  var size: Int?
  @Option(help: "The checkpoint to use, by its step; the last one by default.")
  var step: Int?
  @Option(help: ArgumentHelp(DepthOutput.help, valueName: "film|folder"))
  var depth: String?
  @Option(help: ArgumentHelp("A film ending in .mp4 (or .mov), or a folder for PNGs.", valueName: "film|folder"))
  var output: String
  @OptionGroup(title: "Motion of another person") var motion: MotionOptions
  @OptionGroup var marking: MarkOptions
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    _ = try OutputKind(output, among: [.film, .folder])
    try background.check(output: output)
    if background.isOther, enhance != nil {
      throw ValidationError("--enhance knows the clip's own background only; leave out --background or --enhance")
    }
    if let depth {
      _ = try OutputKind(depth, option: "--depth", among: [.film, .folder])
      if isSameFile(depth, output) { throw ValidationError("--depth \(depth) is --output too; name another place") }
    }
    if track != nil, driver != nil { throw ValidationError("give --track or --driver, not both") }
    if audio != nil, driver != nil || frames != nil || by != nil {
      throw ValidationError("--audio drives the avatar; leave out --driver, --frames and --by")
    }
    if by != nil, driver != nil { throw ValidationError("a video's face drives by what it does; leave out --by or --driver") }
    if sound.audioTrack != nil, audio == nil, driver == nil { throw ValidationError("--audio-track goes with --audio or --driver") }
    if audio == nil, network.speechNetwork != nil { throw ValidationError("--speech-network goes with --audio") }
    if audio == nil, head != nil || features != nil { throw ValidationError("--head and --features go with --audio") }
    if let frames, FrameChoice(frames) == nil {
      throw ValidationError("--frames \(frames): write test, train, all, or numbers such as 120..200")
    }
    if driver != nil, let choice = frames.flatMap({ FrameChoice($0) }) {
      if choice == .test || choice == .train {
        throw ValidationError("a video has no test and train frames; leave --frames out or give numbers")
      }
      if case .every = choice { throw ValidationError("a video drives with all of its frames; give --frames as 120..200") }
    }
    if motion.isGiven, audio != nil || (driver == nil && track == nil) {
      throw ValidationError("--absolute, --expression-scale, --pose-scale, --still-head, --parts and --smooth go with --driver or --track")
    }
    if motion.face != nil, driver == nil { throw ValidationError("--face goes with --driver") }
    if let emphasis, !(0...5 ~= emphasis) { throw ValidationError("--emphasis must be 0...5") }
    if let size, size < 16 || size > 4096 { throw ValidationError("--size must be 16...4096") }
  }

  func run() throws {
    StopSignal.listen()
    let device = try compute.chosen()
    let backdrop = try background.backdrop()
    let source = try AvatarSource(load, step: step, device: device), avatar = source.avatar
    if let emphasis { try source.heard().emphasis = emphasis }
    guard var sequence = try chosenSequence(source) else { throw ExitCode(StopSignal.exitStatus ?? 1) }
    if let size { sequence.resize(to: size) }
    if !motion.retargeting.parts.contains(.eyes) { sequence.blink(avatar.scene, seed: seed) }
    let enhancer = try enhance.map { try self.enhancer($0, for: sequence, of: source) }
    if camera == .orbit { sequence.orbit(around: avatar) }
    sequence.noticeFarViews(of: avatar)

    let shown = try source.shown(isComposite: !background.isOther)
    let film = try SequenceFilm(
      output, isTransparent: background.isTransparent, marking.marks(of: shown, avatar: URL(filePath: load), output: output))
    if audio != nil || driver != nil { film.noticeLostSound(of: sequence) }
    try film.write(sequence, of: StagedAvatar(avatar, before: backdrop), depth: depth) { rgb, heard in
      guard let enhancer else { return rgb }
      return enhancer(rgb, speech: enhancer.hears ? heard.map { Voice.window(of: $0) } : nil)
    }
    print("\(output): \(sequence.frames.count) frames" + (source.step.map { " at step \($0)" } ?? ""))
  }

  /// What the avatar is to do; nil where a signal came while it was found out.
  private func chosenSequence(_ source: AvatarSource) throws -> DrivingSequence? {
    let scene = source.avatar.scene
    if let features { return try speaking(URL(filePath: features), source) }
    if let audio { return try speaking(sound.track(of: audio), source) }
    if let driver {
      let numbers: Range<Int>? = if case .numbers(let range)? = frames.flatMap({ FrameChoice($0) }) { range } else { nil }
      let film = sound.track(of: driver), table = ProgressTable()
      defer { table.finish() }
      return try VideoDriver(film, face: motion.face).sequence(
        for: scene, frames: numbers, by: motion.retargeting, notice: complain,
        progress: { table.show("looked at \($0) frames of \(film.lastPathComponent)", last: false) }, shouldStop: { StopSignal.isRaised })
    }
    guard let folder = track.map({ URL(filePath: $0).standardizedFileURL }) ?? source.data else {
      throw Failure.usage("\(load): an exported avatar does not contain its clip; name a motion with --track <dataset> or --driver <film>")
    }
    let dataset = try Dataset(folder)
    let choice = frames.flatMap { FrameChoice($0) } ?? (track == nil ? .test : .all)
    let isOwn = folder.path == source.data?.path || dataset.track.isOf(scene)
    return try DrivingSequence(
      dataset, positions: choice.positions(dataset), for: scene, isOwn: isOwn, by: motion.chosen,
      speech: source.speech(by, array: dataset.speechFile),
      notice: complain)
  }

  private func enhancer(_ place: String, for sequence: DrivingSequence, of source: AvatarSource) throws -> TextureEnhancer {
    let enhancer = try TextureEnhancer(URL(filePath: place), warn: complain)
    let side = sequence.frames.first.map { max($0.camera.width, $0.camera.height) }
    if let made = enhancer.size, let side, made != side {
      complain(
        "\(place) was made for images of \(made) pixels and these are of \(side): name that size with --size, or train it for this one")
    }
    if let kind = enhancer.speechKind, sequence.voice != nil, kind != source.subject?.configuration.speech?.features {
      throw Failure.usage(
        "\(place) needs speech features of kind \(kind), and the avatar has \(source.subject?.configuration.speech?.features ?? "none"); train it with the same --speech"
      )
    }
    return enhancer
  }

  private func speaking(_ spoken: URL, _ source: AvatarSource) throws -> DrivingSequence {
    let scene = source.avatar.scene
    var moving: DrivingSequence.Head = .still
    if head != .still, let folder = track.map({ URL(filePath: $0).standardizedFileURL }) ?? source.data {
      // A run whose dataset has gone speaks too, with a still head, unless one was asked for.
      do {
        let dataset = try Dataset(folder, width: scene.camera.width, height: scene.camera.height)
        moving = .looped(dataset.track, isOwn: folder.path == source.data?.path || dataset.track.isOf(scene))
      } catch  where head == nil && track == nil {
        complain("\(oneLine(error)); the head does not move")
      }
    } else if head == .clip {
      throw Failure.usage("\(load): an exported avatar does not contain its clip; name a motion of the head with --track <dataset>")
    }
    guard source.hears, network.speechNetwork == nil else {
      if features != nil { throw Failure.usage("\(load): was not trained on features of speech; leave out --features") }
      return try DrivingSequence(
        hearing: spoken, by: network.face(), head: moving, for: scene, seed: seed, notice: complain)
    }
    return try DrivingSequence(
      speaking: spoken, source.heard().speechFeatures(file: spoken), sound: audio.map(sound.track), head: moving, for: scene, seed: seed,
      notice: complain)
  }
}
