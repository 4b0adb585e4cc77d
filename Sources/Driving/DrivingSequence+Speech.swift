import Datasets
import Face
import Foundation
import Media
import Speech

extension DrivingSequence {
  /// Where the head of a speaking avatar is.
  package enum Head {
    /// Where it was on average.
    case still
    /// As in a track, there and back again and so without a jump; `isOwn` says that it is of the avatar's own clip.
    case looped(Track, isOwn: Bool)
  }

  /// An avatar that says what is heard in a file, as long as it lasts: its mouth moves with the voice, its eyes blink at random, as `seed`
  /// says. Throws what reading the sound throws.
  package init(
    speaking source: URL, _ features: any SpeechFeatures, sound: URL?, head: Head, for scene: AvatarScene, seed: UInt64,
    notice: (String) -> Void
  ) throws {
    var features = features
    let count = try Self.frames(in: source, features, sound, fps: scene.fps, notice)
    if let file = features as? FileFeatures, sound != nil {
      let fitted = try file.fitted(frames: count, sound: count)
      features = fitted.features
      if let words = fitted.notice { notice(words) }
    }
    let motion = Self.motion(of: head, for: scene)
    frames = (0..<count).map { frame in
      var state = FaceState(identity: scene.identity, expression: scene.restingExpression, pose: scene.pose)
      var torso = SIMD4<Float>.zero
      if !motion.isEmpty {
        let moved = motion[Self.thereAndBack(frame, motion.count)]
        (state.pose, torso) = (moved.state.pose, moved.torso)
      }
      return Frame(index: frame, state: state, torso: torso, camera: scene.camera)
    }
    fps = scene.fps
    blink(scene, seed: seed)
    voice = try Voice(source, features, fps: scene.fps)
    self.sound = sound
  }

  /// How the head moves; nothing where it is still, or moves by itself.
  static func motion(of head: Head?, for scene: AvatarScene) -> [Frame] {
    guard case .looped(let track, let isOwn)? = head else { return [] }
    // Only the head's motion is taken.
    return DrivingSequence(
      track, ExpressionMatch(avatar: scene.expressionNames, motion: track.expressionNames), positions: Array(track.frames.indices),
      for: scene, isOwn: isOwn
    ).frames
  }

  /// 0, 1, ..., count - 1, count - 2, ..., 1, 0, 1, ...
  static func thereAndBack(_ frame: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let place = frame % (2 * (count - 1))
    return min(place, 2 * (count - 1) - place)
  }

  /// How many frames the sound lasts; where there are features alone, how many they are.
  private static func frames(
    in source: URL, _ features: any SpeechFeatures, _ sound: URL?, fps: Double, _ notice: (String) -> Void
  ) throws -> Int {
    var length = 0
    if let sound {
      let reader = try AudioReader(sound)
      if let words = reader.notice { notice(words) }
      while let piece = try reader.next() { length += piece.count }
      if let damage = reader.damage { notice("\(damage); the film lasts as long as what could be read") }
      return max(1, Int((Double(length) / Double(reader.sampleRate) * fps).rounded(.up)))
    }
    let stream = try features.stream(source, fps: fps)
    while let more = try stream.next(256) { length += more.size(0) }
    return max(1, length)
  }
}
