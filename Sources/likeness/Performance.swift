import Datasets
import Face
import Foundation
import Media
import Runs
import Subject
import Torch

/// What an avatar is to do, picture by picture.
struct Performance {
  struct Shot {
    /// The number of the frame it comes from: its name among pictures, its place in the sound.
    var index: Int
    var state: FaceState
    /// See `TrackFrame.torso`.
    var torso: SIMD4<Float>
    var camera: Camera
  }
  var shots: [Shot]
  var fps: Double
  /// Sound whose beginning belongs to frame 0.
  var sound: URL?
  /// What drives the mouth in place of the shots' expressions.
  var voice: Voice?

  /// Frames of a dataset's track at `positions`, as they were filmed.
  ///
  /// Of another person, or another clip, only what the head and face do is taken: motion relative to that clip's mean, put at the
  /// place where the avatar's own head was.
  ///
  /// The mouth does what `driver` says: what was tracked, or what is heard in the dataset's sound.
  init(_ dataset: Dataset, positions: [Int], by avatar: SubjectAvatar, isOwn: Bool, driver: Driver) throws {
    let track = dataset.track
    let match = try ExpressionMatch.checked(
      avatar: avatar.scene.expressionNames, motion: track.expressionNames, from: dataset.folder.path, isSpoken: driver == .speech)
    self.init(track, match, positions: positions, by: avatar, isOwn: isOwn)
    sound = dataset.audio
    if driver == .speech {
      let features = try dataset.fitted(try avatar.speechFeatures(file: dataset.speechFile), warn: complain)
      voice = try Voice(try dataset.speech(for: features), features, fps: track.fps)
    }
  }

  /// Frames of a track; expressions that it lacks stay as they are at rest.
  init(_ track: Track, _ match: ExpressionMatch, positions: [Int], by avatar: SubjectAvatar, isOwn: Bool) {
    let scene = avatar.scene, rest = scene.restingExpression
    let mean = track.meanPose()
    // Lengths of other projects' rigs are in units of their own; seen by a like camera, heads of one size are at one distance.
    let isOtherUnit = track.modelName != scene.modelName || track.modelName.isEmpty
    let unit = isOtherUnit && mean.translation.z < 0 ? scene.pose.translation.z / mean.translation.z : 1
    fps = track.fps
    shots = positions.map { position in
      let frame = track.frames[position]
      var state = frame.state
      state.identity = scene.identity
      state.expression = match.places.enumerated().map { i, place in place.map { frame.state.expression[$0] } ?? rest[i] }
      if !isOwn {
        state.pose = Rigid(
          rotation: state.pose.rotation * mean.rotation.transposed * scene.pose.rotation,
          translation: scene.pose.translation + (state.pose.translation - mean.translation) * unit)
      }
      return Shot(index: frame.index, state: state, torso: isOwn ? frame.torso : .zero, camera: scene.camera)
    }
  }

  /// The same with pictures of another size, whose longer side is `size`.
  mutating func resize(to size: Int) {
    for i in shots.indices {
      let camera = shots[i].camera
      let scale = Double(size) / Double(max(camera.width, camera.height))
      func even(_ length: Int) -> Int { max(2, Int((Double(length) * scale / 2).rounded()) * 2) }
      shots[i].camera = camera.scaled(width: even(camera.width), height: even(camera.height))
    }
  }

  /// Moves the camera around where the head is on average: `yaw` to both sides and `pitch` up and down, radians, once in `seconds`.
  mutating func orbit(around center: SIMD3<Float>, yaw: Float = 0.4, pitch: Float = 0.12, seconds: Double = 6) {
    for i in shots.indices {
      let phase = Float(Double(i) / fps / seconds * 2 * .pi)
      let turn = Matrix3(yaw: yaw * sin(phase), pitch: pitch * sin(2 * phase), roll: 0)
      let camera = shots[i].camera.cameraToWorld
      // Turned about the centre: center + turn (x - center).
      let around = Rigid(rotation: turn, translation: center - turn * center)
      shots[i].camera.cameraToWorld = around * camera
    }
  }
}

extension Track {
  /// Whether it is of an avatar's own person, tracked with the same head model: then its camera is the same rig's. Datasets of other
  /// projects say nothing of who it is.
  package func isOf(_ scene: SubjectScene) -> Bool { !identity.isEmpty && modelName == scene.modelName && identity == scene.identity }
}

/// Which frames of a track are meant: `test`, `train`, `all`, or numbers as `120..200` (the end left out).
enum FrameChoice: Equatable {
  case test, train, all
  case numbers(Range<Int>)

  init?(_ text: String) {
    switch text {
    case "test": self = .test
    case "train": self = .train
    case "all": self = .all
    default:
      let ends = text.components(separatedBy: "..").map { Int($0) }
      guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 0, low < high else { return nil }
      self = .numbers(low..<high)
    }
  }

  /// Positions in the dataset's track; throws `Failure` if there are none.
  func positions(_ dataset: Dataset) throws -> [Int] {
    let chosen: [Int]
    switch self {
    case .test: chosen = dataset.testIndices
    case .train: chosen = dataset.trainIndices
    case .all: chosen = Array(0..<dataset.count)
    case .numbers(let range): chosen = (0..<dataset.count).filter { range.contains(dataset.track.frames[$0].index) }
    }
    guard !chosen.isEmpty else {
      throw Failure.input(
        "\(dataset.folder.path): has none of these frames; its frame numbers end at \(dataset.track.frames.last?.index ?? 0)")
    }
    return chosen
  }
}
