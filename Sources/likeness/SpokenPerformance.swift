import Datasets
import Face
import Foundation
import Media
import Speech
import Subject

extension Performance {
  /// Where the head of a speaking avatar is.
  enum Head {
    /// Where it was on average.
    case still
    /// As in a track, there and back again and so without a jump; `isOwn` says that it is of the avatar's own clip.
    case looped(Track, isOwn: Bool)
  }

  /// An avatar that says what is heard in a file, as long as it lasts: its mouth moves with the voice, its eyes blink when they will.
  init(speaking source: URL, sound: URL?, head: Head, by avatar: SubjectAvatar, seed: UInt64) throws {
    let scene = avatar.scene
    var features = try avatar.speechFeatures(file: source)
    let frames = try Self.frames(in: source, features, sound, fps: scene.fps)
    if let file = features as? FileFeatures, sound != nil {
      let fitted = try file.fitted(frames: frames, sound: frames)
      features = fitted.features
      if let notice = fitted.notice { complain(notice) }
    }
    let blinks = Blinks.shut(frames: frames, rate: Float(scene.fps), seed: seed)
    let lids = ["eyeBlinkLeft", "eyeBlinkRight"].map { scene.expressionNames.firstIndex(of: $0) }
    let rest = scene.restingExpression
    let motion: [Shot] =
      switch head {
      case .still: []
      case .looped(let track, let isOwn):
        // Only the head's motion is taken.
        Performance(
          track, ExpressionMatch(avatar: scene.expressionNames, motion: track.expressionNames), positions: Array(track.frames.indices),
          by: avatar, isOwn: isOwn
        ).shots
      }
    shots = (0..<frames).map { frame in
      var state = FaceState(identity: scene.identity, expression: rest, pose: scene.pose)
      var torso = SIMD4<Float>.zero
      if !motion.isEmpty {
        let shot = motion[Self.thereAndBack(frame, motion.count)]
        (state.pose, torso) = (shot.state.pose, shot.torso)
      }
      for (eye, lid) in lids.enumerated() { if let lid { state.expression[lid] = max(rest[lid], blinks[frame][eye]) } }
      return Shot(index: frame, state: state, torso: torso, camera: scene.camera)
    }
    fps = scene.fps
    voice = try Voice(source, features, fps: scene.fps)
    self.sound = sound
  }

  /// 0, 1, ..., count - 1, count - 2, ..., 1, 0, 1, ...
  static func thereAndBack(_ frame: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let place = frame % (2 * (count - 1))
    return min(place, 2 * (count - 1) - place)
  }

  /// How many frames the sound lasts; where there are features alone, how many they are.
  private static func frames(in source: URL, _ features: any SpeechFeatures, _ sound: URL?, fps: Double) throws -> Int {
    var length = 0
    if let sound {
      let reader = try AudioReader(sound)
      if let notice = reader.notice { complain(notice) }
      while let piece = try reader.next() { length += piece.count }
      if let damage = reader.damage { complain("\(damage); the film lasts as long as what could be read") }
      return max(1, Int((Double(length) / Double(reader.sampleRate) * fps).rounded(.up)))
    }
    let stream = try features.stream(source, fps: fps)
    while let more = try stream.next(256) { length += more.size(0) }
    return max(1, length)
  }
}
