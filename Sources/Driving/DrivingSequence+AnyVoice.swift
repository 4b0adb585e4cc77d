import Datasets
import Face
import Foundation
import Media
import Talking

extension DrivingSequence {
  /// An avatar that says what is heard in a file as long as it lasts, whoever speaks: `face` says the mouth's shapes; eyes, brows and, unless
  /// the head is moved by a track, head do what `seed` says with the voice's strength.
  ///
  /// Motion is put on the avatar as `retargeting` says, from a closed mouth. Throws `DrivingError` where the avatar has none of the shapes,
  /// and what reading the sound throws.
  package init(
    hearing sound: URL, by face: SpeechFace, head: Head? = nil, for scene: AvatarScene, retargeting: Retargeting = Retargeting(),
    seed: UInt64, notice: (String) -> Void
  ) throws {
    let match = try ExpressionMatch.checked(
      avatar: scene.expressionNames, motion: ExpressionNames.arkit, from: sound.relativePath, notice: notice)
    let take = try SpokenTake(sound, by: face, rate: scene.fps, notice: notice)
    var gestures = SpeechGestures(seed: seed, rate: scene.fps)
    var expressions: [[Float]] = [], turns: [SIMD3<Float>] = []
    while let frames = try take.next() {
      for frame in frames {
        let moment = gestures.next(frame[SpokenShapes.names.count])
        expressions.append(SpokenShapes.arkit(frame, with: moment.shapes))
        turns.append(moment.head)
      }
    }
    if let damage = take.damage { notice("\(damage); the film lasts as long as what could be read") }
    var retargeting = retargeting
    retargeting.isFromRest = true
    let states = retargeting.expressions(expressions, match, scene)
    let motion = Self.motion(of: head, for: scene)
    self.init(
      states.indices.map { i in
        var state = FaceState(
          identity: scene.identity, expression: states[i], pose: scene.pose, gaze: scene.restingGaze ?? .zero)
        var torso = SIMD4<Float>.zero
        if !motion.isEmpty {
          let moved = motion[Self.thereAndBack(i, motion.count)]
          (state.pose, torso) = (moved.state.pose, moved.torso)
        } else if head == nil {
          let turn = Rigid(rotation: Matrix3(yaw: turns[i].x, pitch: turns[i].y, roll: turns[i].z), translation: .zero)
          state.pose = retargeting.pose(turn, mean: .identity, scene, unit: 1)
        }
        return Frame(index: i, state: state, torso: torso, camera: scene.camera)
      }, fps: scene.fps, sound: sound)
  }
}
