import Datasets
import Face
import Foundation
import Speech
import Torch

/// What an avatar is to do, frame by frame.
package struct DrivingSequence {
  package struct Frame {
    /// The number of the frame it comes from: its name among images, its place in the sound.
    package var index: Int
    package var state: FaceState
    /// See `TrackFrame.torso`.
    package var torso: SIMD4<Float>
    package var camera: Camera
    package init(index: Int, state: FaceState, torso: SIMD4<Float>, camera: Camera) {
      (self.index, self.state, self.torso, self.camera) = (index, state, torso, camera)
    }
  }
  package var frames: [Frame]
  package var fps: Double
  /// Sound whose beginning belongs to frame 0.
  package var sound: URL?
  /// What drives the mouth in place of the frames' expressions.
  package var voice: Voice?

  /// Frames whose states are known already.
  package init(_ frames: [Frame], fps: Double, sound: URL? = nil) { (self.frames, self.fps, self.sound) = (frames, fps, sound) }

  /// Frames of a dataset's track at `positions`, as they were filmed.
  ///
  /// Of another person, or another clip, only what the head and face do is taken, as `retargeting` says: motion relative to that clip's mean,
  /// put at the place where the avatar's own head was. With `features` the mouth does what they hear in the dataset's sound.
  /// Throws `DrivingError` where the dataset cannot drive the avatar, `SpeechError` where there is nothing to hear.
  package init(
    _ dataset: Dataset, positions: [Int], for scene: AvatarScene, isOwn: Bool, by retargeting: Retargeting? = nil,
    speech features: (any SpeechFeatures)? = nil, notice: (String) -> Void
  ) throws {
    let track = dataset.track
    let match = try ExpressionMatch.checked(
      avatar: scene.expressionNames, motion: track.expressionNames, from: dataset.folder.path, isSpoken: features != nil, notice: notice)
    self.init(track, match, positions: positions, for: scene, isOwn: isOwn, by: retargeting)
    sound = dataset.audio
    if let features = try features.map({ try dataset.fitted($0, notice: notice) }) {
      voice = try Voice(try dataset.speech(for: features), features, fps: track.fps)
    }
  }

  /// Frames of a track; expressions that it lacks stay as they are at rest. Without `retargeting`, a clip of the avatar's own person is
  /// followed exactly and any other relatively.
  package init(
    _ track: Track, _ match: ExpressionMatch, positions: [Int], for scene: AvatarScene, isOwn: Bool, by retargeting: Retargeting? = nil
  ) {
    var retargeting = retargeting ?? Retargeting()
    // Between a person and themselves there is nothing to translate.
    if isOwn { retargeting.isRelative = false }
    let expressions = retargeting.expressions(track.frames.map(\.state.expression), match, scene)
    let mean = track.meanPose(), middle = Retargeting.middle(track.frames.map(\.state.gaze))
    // Lengths of other projects' rigs are in units of their own; seen by a like camera, heads of one size are at one distance.
    let isOtherUnit = track.modelName != scene.modelName || track.modelName.isEmpty
    let unit = isOtherUnit && mean.translation.z < 0 ? scene.pose.translation.z / mean.translation.z : 1
    fps = track.fps
    frames = positions.map { position in
      let frame = track.frames[position]
      var state = frame.state
      state.identity = scene.identity
      state.expression = expressions[position]
      if !isOwn || retargeting.movesPosesOtherwise { state.pose = retargeting.pose(state.pose, mean: mean, scene, unit: unit) }
      state.gaze = retargeting.gaze(state.gaze, middle: middle, scene)
      return Frame(index: frame.index, state: state, torso: isOwn ? frame.torso : .zero, camera: scene.camera)
    }
    if let cutoff = retargeting.smoothing { smooth(cutoff, scene) }
  }

  /// Smooths poses and expressions; lids keep their speed.
  private mutating func smooth(_ cutoff: Double, _ scene: AvatarScene) {
    let lids = Set(scene.expressionNames.indices.filter { scene.expressionNames[$0].lowercased().hasPrefix("eyeblink") })
    var turns = OneEuroFilter(cutoff: cutoff, speedFactor: 2, rate: fps), places = OneEuroFilter(cutoff: cutoff, speedFactor: 2, rate: fps)
    var faces = OneEuroFilter(cutoff: 2 * cutoff, speedFactor: 4, rate: fps)
    for i in frames.indices {
      let state = frames[i].state, home = scene.pose.rotation
      let turn = turns((state.pose.rotation * home.transposed).rotationVector.numbers)
      let place = places(state.pose.translation.numbers), face = faces(state.expression)
      frames[i].state.pose = Rigid(
        rotation: Matrix3(rotationVector: [turn[0], turn[1], turn[2]]) * home, translation: [place[0], place[1], place[2]])
      frames[i].state.expression = face.indices.map { lids.contains($0) ? state.expression[$0] : face[$0] }
    }
  }

  /// An avatar's image at a place in `frames`, the mouth as the voice says where there is one.
  package func image(_ place: Int, of avatar: any Avatar, camera: Camera? = nil) throws -> (image: RenderedFrame, heard: Tensor?) {
    let frame = frames[place], heard = try voice?.heard(about: frame.index)
    return (try avatar.render(frame.state, torso: frame.torso, heard: heard, camera: camera ?? frame.camera), heard)
  }

  /// Lets the eyes blink at random, as `seed` says; what closes them already stays.
  package mutating func blink(_ scene: AvatarScene, seed: UInt64) {
    let blinks = Blinks.shut(frames: frames.count, rate: Float(fps), seed: seed)
    let lids = ["eyeBlinkLeft", "eyeBlinkRight"].map { scene.expressionNames.firstIndex(of: $0) }
    for i in frames.indices {
      for (eye, lid) in lids.enumerated() {
        if let lid { frames[i].state.expression[lid] = max(frames[i].state.expression[lid], blinks[i][eye]) }
      }
    }
  }

  /// The same with images of another size, whose longer side is `size`.
  package mutating func resize(to size: Int) {
    for i in frames.indices {
      let camera = frames[i].camera
      let scale = Double(size) / Double(max(camera.width, camera.height))
      func even(_ length: Int) -> Int { max(2, Int((Double(length) * scale / 2).rounded()) * 2) }
      frames[i].camera = camera.scaled(width: even(camera.width), height: even(camera.height))
    }
  }

  /// Moves the camera around where the head is on average: `yaw` to both sides and `pitch` up and down, radians, once in `seconds`.
  package mutating func orbit(around center: SIMD3<Float>, yaw: Float = 0.4, pitch: Float = 0.12, seconds: Double = 6) {
    for i in frames.indices {
      let phase = Float(Double(i) / fps / seconds * 2 * .pi)
      frames[i].camera = frames[i].camera.around(center, yaw: yaw * sin(phase), pitch: pitch * sin(2 * phase))
    }
  }
}

extension SIMD3<Float> {
  fileprivate var numbers: [Float] { [x, y, z] }
}

extension Track {
  /// Whether it is of an avatar's own person, tracked with the same head model: then its camera is the same rig's. Datasets of other
  /// projects say nothing of who it is.
  package func isOf(_ scene: AvatarScene) -> Bool { !identity.isEmpty && modelName == scene.modelName && identity == scene.identity }
}
