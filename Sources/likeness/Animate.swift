import ArgumentParser
import Datasets
import Driving
import Face
import Foundation
import Marking
import Media
import Portrait
import Speech
import Subject
import Torch

struct Animate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let the person in a photo do what a face in a film does, or say what a voice says.",
    discussion: """
      The face moves from what it does in the photo as the film's face moves from its rest, the head from where the photo shows it. What is
      behind the person stands still. The sound is the film's.

      With --audio the mouth says what is heard, whoever speaks; eyes, brows and head go with the voice by themselves. --speech-from names an
      avatar that was trained with --driver speech or both, whose mouth moves the photo's in its own way.

      Use only photos of yourself, or of people who have agreed to it, and say of the result that it is synthetic. Whose likeness it is, is
      asked where the file of portrait does not say it; --consent says it where nobody can be asked.

      Examples:
        likeness animate anna.jpg --driver film.mp4 --output anna.mp4
        likeness animate anna.jpg --driver film.mp4 --depth depth/ --output anna.mp4
        likeness animate anna.jpg --driver film.mp4 --still-head --parts lips,brows --output anna.mp4
        likeness animate anna.jpg --driver film.mp4 --whole-photo --output anna.mp4
        likeness animate anna.jpg --driver film.mp4 --background beach.jpg --output anna.mp4
        likeness animate anna.jpg --driver film.mp4 --background transparent --output anna.mov
        likeness animate anna.jpg --audio speech.wav --output anna.mp4
        likeness animate anna.portrait --audio speech.wav --speech-from <run> --output anna.mp4
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A photo, or the file that portrait wrote.", valueName: "photo|file"))
  var photo: String
  @Option(help: ArgumentHelp("The film whose motion to play.", valueName: "film"))
  var driver: String?
  @Option(help: ArgumentHelp("The sound that the person is to say.", valueName: "sound"))
  var audio: String?
  @Option(help: ArgumentHelp("With --audio, the avatar of a clip whose speech network moves the mouth.", valueName: "run|file"))
  var speechFrom: String?
  @OptionGroup var network: SpeechNetworkOptions
  @OptionGroup var sound: SoundOptions
  @OptionGroup(title: "Motion of another person") var motion: MotionOptions
  @Option(help: ArgumentHelp("Which face of the photo, counted from the left; the largest by default.", valueName: "number"))
  var photoFace: Int?
  @Option(
    help: ArgumentHelp(
      "Of a file of portrait --coarse generator: move it by mesh, learned or learned=<file>, as there; otherwise as it was made.",
      valueName: "mesh|learned|learned=file"))
  var deformation: MotionChoice?
  @Option(help: "fixed: the camera of the photo; orbit: a camera that sways around the head.")
  var camera = Render.CameraChoice.fixed
  @OptionGroup var background: BackgroundOptions
  @OptionGroup var consent: ConsentOptions
  @OptionGroup var marking: MarkOptions
  @Flag(
    help: ArgumentHelp(
      """
      Show the whole photo with the person moving in it, as large as the photo but at most \(WholePhotoAvatar.usualSide) pixels, instead of \
      the part around the head.
      """))
  var wholePhoto = false
  @Option(help: "The longer side of the images in pixels; 512 by default, that of the photo with --whole-photo.")
  var size: Int?
  @Option(help: "The seed of the random blinks of eyes that nobody drives; the same seed gives the same film.")
  var seed: UInt64 = 0
  @Option(help: ArgumentHelp(DepthOutput.help, valueName: "film|folder"))
  var depth: String?
  @Option(help: ArgumentHelp("A film ending in .mp4 (or .mov), or a folder for PNGs.", valueName: "film|folder"))
  var output: String

  func validate() throws {
    _ = try OutputKind(output, among: [.film, .folder])
    try background.check(output: output)
    if let size, size < 16 || size > 4096 { throw ValidationError("--size must be 16...4096") }
    if let depth {
      _ = try OutputKind(depth, option: "--depth", among: [.film, .folder])
      if isSameFile(depth, output) { throw ValidationError("--depth \(depth) is --output too; name another place") }
    }
    if let photoFace, photoFace < 1 { throw ValidationError("--photo-face counts from 1") }
    if wholePhoto, background.isOther { throw ValidationError("--whole-photo shows the photo's own background; leave out --background") }
    if wholePhoto, deformation != nil { throw ValidationError("--whole-photo is moved as a mesh; leave out --deformation") }
    if wholePhoto, camera == .orbit { throw ValidationError("--whole-photo shows what the photo shows; leave out --camera orbit") }
    switch (driver, audio) {
    case (nil, nil): throw ValidationError("name what moves the person: --driver <film> or --audio <sound>")
    case (_?, _?): throw ValidationError("give --driver or --audio, not both")
    default: break
    }
    for source in [photo, driver, audio].compactMap(\.self) {
      for (option, place) in [("--output", output), ("--depth", depth ?? "")] where !place.isEmpty && isSameFile(source, place) {
        throw ValidationError("\(option) \(place) is what is read; name another file")
      }
    }
    if audio == nil, speechFrom != nil { throw ValidationError("--speech-from goes with --audio") }
    if network.speechNetwork != nil, audio == nil || speechFrom != nil {
      throw ValidationError("--speech-network goes with --audio, without --speech-from")
    }
    if audio != nil, motion.face != nil { throw ValidationError("--face goes with --driver") }
  }

  func run() throws {
    StopSignal.listen()
    let record = try consent.required(photo: photo)
    let backdrop = try background.backdrop(), start = ContinuousClock.now
    let made = wholePhoto ? nil : try CoarseOptions.lifted(from: photo, face: photoFace, option: "--photo-face", motion: deformation)
    let avatar: any Avatar =
      try made.map { StagedAvatar($0, before: backdrop) }
      ?? PortraitLift.whole(from: photo, size: size ?? WholePhotoAvatar.usualSide, face: photoFace)
    let scene = avatar.scene
    if let volume = made as? GeneratedPortrait { print("moved by \(volume.motionWords)") }
    print(String(format: "photo -> avatar in %.1f s", locale: nil, (ContinuousClock.now - start) / .seconds(1)))
    fflush(nil)
    guard var sequence = try audio.map({ try speaking($0, scene) }) ?? driver.flatMap({ try driven($0, scene) }) else {
      throw ExitCode(StopSignal.exitStatus ?? 1)
    }
    sequence.resize(to: size ?? (wholePhoto ? min(WholePhotoAvatar.usualSide, max(scene.camera.width, scene.camera.height)) : 512))
    // A network for any voice lets them blink with it.
    if speechFrom != nil || !motion.retargeting.parts.contains(.eyes) { sequence.blink(scene, seed: seed) }
    if camera == .orbit { sequence.orbit(around: avatar) }
    sequence.noticeFarViews(of: avatar)
    let name = URL(filePath: photo).deletingPathExtension().lastPathComponent
    let shown = ShownLikeness(photo: avatar, name: name, .composite, consent: record)
    let kept = PortraitFile.isPortrait(URL(filePath: photo)) ? URL(filePath: photo) : nil
    let film = try SequenceFilm(
      output, isTransparent: background.isTransparent, marking.marks(of: shown, avatar: kept, output: output))
    film.noticeLostSound(of: sequence)
    try film.write(sequence, of: avatar, depth: depth)
    print("\(output): \(sequence.frames.count) frames")
  }

  private func driven(_ driver: String, _ scene: AvatarScene) throws -> DrivingSequence? {
    let film = sound.track(of: driver), table = ProgressTable()
    defer { table.finish() }
    return try VideoDriver(film, face: motion.face).sequence(
      for: scene, frames: nil, by: motion.retargeting, notice: complain,
      progress: { table.show("looked at \($0) frames of \(film.lastPathComponent)", last: false) }, shouldStop: { StopSignal.isRaised })
  }

  /// What a mouth does at a sound.
  private func speaking(_ audio: String, _ scene: AvatarScene) throws -> DrivingSequence {
    if let speechFrom { return try spoken(audio, scene, as: speechFrom) }
    return try DrivingSequence(
      hearing: sound.track(of: audio), by: network.face(), for: scene, retargeting: motion.retargeting, seed: seed, notice: complain)
  }

  /// What the mouth of another avatar does at a sound; the head and the rest of the face stay as in the photo.
  private func spoken(_ audio: String, _ scene: AvatarScene, as speechFrom: String) throws -> DrivingSequence {
    let source = try AvatarSource(speechFrom, step: nil, device: .cpu), speaker = try source.heard()
    let file = sound.track(of: audio)
    let heard = try DrivingSequence(
      speaking: file, speaker.speechFeatures(file: file), sound: file, head: .still, for: speaker.scene, seed: seed, notice: complain)
    let frames = try heard.frames.map { frame in
      var state = frame.state
      if let voice = heard.voice { state.expression = try speaker.spokenExpression(voice.heard(about: frame.index)) }
      return TrackFrame(index: frame.index, state: state)
    }
    let track = Track(
      modelName: speaker.scene.modelName, expressionNames: speaker.scene.expressionNames, identity: [], camera: speaker.scene.camera,
      fps: speaker.scene.fps, frames: frames)
    let match = try ExpressionMatch.checked(
      avatar: scene.expressionNames, motion: track.expressionNames, from: speechFrom, notice: complain)
    var retargeting = motion.retargeting
    retargeting.parts.formIntersection([.lips])
    var sequence = DrivingSequence(track, match, positions: Array(frames.indices), for: scene, isOwn: false, by: retargeting)
    sequence.sound = file
    return sequence
  }
}
