import Driving
import Face
import Foundation
import Portrait

extension DrivingSequence {
  /// Lets the camera sway around an avatar's head; around one that was made from a photo only as far as it can be shown.
  mutating func orbit(around avatar: any Avatar) {
    let center = avatar.scene.pose.translation
    guard let portrait = Self.portrait(avatar) else { return orbit(around: center) }
    let turned = frames.map { portrait.viewAngle($0.state, $0.camera) }.max() ?? 0
    orbit(around: center, yaw: min(0.4, max(0.1, PortraitLift.viewLimit - turned)))
  }

  /// Whatever it stands in front of.
  private static func portrait(_ avatar: any Avatar) -> PortraitLift? {
    (avatar as? StagedAvatar)?.avatar as? PortraitLift ?? avatar as? PortraitLift
  }

  /// Says how often an avatar that was made from a photo is seen from further beside than it can be shown.
  func noticeFarViews(of avatar: any Avatar) {
    guard let portrait = Self.portrait(avatar) else { return }
    let count = frames.count { portrait.viewAngle($0.state, $0.camera) > PortraitLift.viewLimit }
    guard count > 0 else { return }
    let limit = Int((PortraitLift.viewLimit * 180 / .pi).rounded())
    complain("\(count) of \(frames.count) frames see the head \(limit) degrees or more beside the photo's view, where much is made up")
  }
}
