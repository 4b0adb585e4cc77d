import Driving
import Face
import Foundation

extension MotionOptions {
  /// The motion of a film on an avatar, with progress; nil where a signal came. Throws what `VideoDriver` throws.
  func sequence(of film: URL, for scene: AvatarScene) throws -> DrivingSequence? {
    let table = ProgressTable()
    defer { table.finish() }
    return try VideoDriver(film, face: face).sequence(
      for: scene, frames: nil, by: retargeting, notice: complain,
      progress: { table.show("looked at \($0) frames of \(film.lastPathComponent)", last: false) }, shouldStop: { StopSignal.isRaised })
  }
}
