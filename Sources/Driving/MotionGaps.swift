import Face

/// What the face does in frames that do not show it.
package enum MotionGaps {
  /// The state in each of `frames`, from states seen in some of them, in order: between two the motion goes on evenly from one to the
  /// other; before the first and after the last it stands still. Empty where nothing was seen.
  package static func filled(_ seen: [(frame: Int, state: FaceState)], frames: Range<Int>) -> [FaceState] {
    guard var last = seen.first else { return [] }
    var next = last, place = 0
    return frames.map { frame in
      while place < seen.count, seen[place].frame <= frame {
        last = seen[place]
        place += 1
        next = place < seen.count ? seen[place] : last
      }
      guard last.frame < frame, next.frame > frame else { return last.state }
      return mix(last.state, next.state, Float(frame - last.frame) / Float(next.frame - last.frame))
    }
  }

  /// The state that is `share`, 0...1, of the way from `a` to `b`, by the head's shortest turn.
  private static func mix(_ a: FaceState, _ b: FaceState, _ share: Float) -> FaceState {
    let turn = (b.pose.rotation * a.pose.rotation.transposed).rotationVector * share
    let pose = Rigid(
      rotation: Matrix3(rotationVector: turn) * a.pose.rotation,
      translation: a.pose.translation + (b.pose.translation - a.pose.translation) * share)
    return FaceState(
      identity: a.identity, expression: zip(a.expression, b.expression).map { $0 + ($1 - $0) * share }, pose: pose,
      gaze: a.gaze + (b.gaze - a.gaze) * share)
  }
}
