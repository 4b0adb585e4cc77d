import ArgumentParser
import Datasets
import Face
import Foundation
import Media
import Portrait
import Torch
import Tracking

struct Animate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let the person in a photo do what a face in a film does.",
    discussion: """
      The head turns relative to where the film's face looks on average; expressions, blinks and the gaze are the film's, and so is the sound.
      What is behind the person stands still.

      Use only photos of yourself, or of people who have agreed to it, and say of the result that it is synthetic.

      Examples:
        likeness animate anna.jpg --driver film.mp4 --output anna.mp4
        likeness animate anna.portrait --driver film.mp4 --output anna.mp4
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A photo, or the file that portrait wrote.", valueName: "photo|file"))
  var photo: String
  @Option(help: ArgumentHelp("The film whose motion to play.", valueName: "film"))
  var driver: String
  @Option(help: "Width and height of the images in pixels.")
  var size = 512
  @Option(help: ArgumentHelp("A film ending in .mp4, .m4v or .mov.", valueName: "film"))
  var output: String

  func validate() throws {
    _ = try OutputKind(output, among: [.film])
    if size < 64 || size > 2048 || size % 2 != 0 { throw ValidationError("--size must be an even number in 64...2048") }
  }

  func run() throws {
    StopSignal.listen()
    let start = ContinuousClock.now
    let avatar = try PortraitLift.made(from: photo)
    print(String(format: "photo -> avatar in %.1f s", locale: nil, (ContinuousClock.now - start) / .seconds(1)))
    let motion = try FilmMotion(URL(filePath: driver), onto: avatar)
    let camera = avatar.camera.scaled(width: size, height: size)
    let writer = try VideoWriter(
      URL(filePath: output), width: size, height: size, rate: Rational(avatar.fps), sound: motion.sound.map { .file($0) })
    let table = ProgressTable()
    var drawing = Duration.zero
    for (i, state) in motion.states.enumerated() {
      if let status = StopSignal.exitStatus {
        table.finish()
        complain("stopped after \(i) of \(motion.states.count) frames")
        throw ExitCode(status)
      }
      let before = ContinuousClock.now
      let frame = try avatar.render(state, camera: camera)
      drawing += ContinuousClock.now - before
      try writer.append((frame.rgb * 255).round().clamp(0, 255).to(.uint8))
      table.show(
        "rendered \(i + 1) of \(motion.states.count) frames, "
          + String(format: "%.1f a second", locale: nil, Double(i + 1) / (drawing / .seconds(1))), last: i + 1 == motion.states.count)
    }
    table.finish()
    try writer.finish()
    print("\(output): \(motion.states.count) frames")
  }
}

/// What a portrait is to do as a film's face does it.
private struct FilmMotion {
  var states: [FaceState]
  let sound: URL?

  /// Frames without a face are interpolated. Throws `Failure` if no face is found in most of them, or what reading the film throws.
  init(_ url: URL, onto avatar: PortraitLift) throws {
    let rate = Rational(avatar.fps)
    let turns = try UprightSearch().quarterTurns(of: url, rate: rate)
    if turns != 0 { complain("\(url.lastPathComponent): \(UprightSearch.notice(turns))") }
    let reader = try VideoReader(url, rate: rate, quarterTurns: turns)
    sound = reader.hasAudio ? url : nil
    let tracker = try LandmarkTracker()
    var seen: [FaceLandmarks?] = []
    let table = ProgressTable()
    while let frame = try reader.next(), !StopSignal.isRaised {
      seen.append(try tracker.track(frame.rgb))
      table.show("looked at \(seen.count) frames of \(url.lastPathComponent)", last: false)
    }
    table.finish()
    let found = seen.count(where: { $0 != nil })
    guard found * 2 > seen.count else {
      throw Failure.input("\(url.relativePath): a face is seen in \(found) of \(seen.count) frames; choose a film with one face in view")
    }
    let model = MorphableModel.builtIn()
    let fit = try FaceFit(model).fit(seen, width: reader.width, height: reader.height)
    let tracked = fit.frames.enumerated().compactMap { i, frame in
      frame.map { TrackFrame(index: i, state: FaceState(expression: $0.expression, pose: $0.pose, gaze: $0.gaze)) }
    }
    let mean = Track(
      modelName: model.name, expressionNames: model.expressionNames, identity: fit.identity, camera: fit.camera, fps: avatar.fps,
      frames: tracked
    ).meanPose()
    let moved = tracked.map { frame in
      var state = frame.state
      state.identity = avatar.identity
      // Seen by a longer or shorter lens, a head moves as far for its size in the image.
      let depth = avatar.pose.translation.z / mean.translation.z
      let change = state.pose.translation - mean.translation
      state.pose = Rigid(
        rotation: state.pose.rotation * mean.rotation.transposed * avatar.pose.rotation,
        translation: avatar.pose.translation + SIMD3(change.x, change.y, change.z * depth))
      return (frame.index, state)
    }
    states = MotionGaps.filled(moved, frames: 0..<seen.count)
    if tracked.count < seen.count {
      complain(
        "\(url.lastPathComponent): no face is seen in \(seen.count - tracked.count) of \(seen.count) frames; their motion was interpolated")
    }
  }
}
