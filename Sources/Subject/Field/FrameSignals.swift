import Torch

/// What is known of frames before anything is rendered.
package struct FrameSignals {
  /// `[F, D]`, normalized.
  package var driving: Tensor
  /// `[F, 3, 4]`: camera to head.
  package var pose: Tensor
  /// `[F, 4]`: the torso's shift along the camera's axes, head units, and roll about its axis, radians.
  package var torso: Tensor

  package init(driving: Tensor, pose: Tensor, torso: Tensor) { (self.driving, self.pose, self.torso) = (driving, pose, torso) }
  var count: Int { driving.size(0) }
  func to(_ device: Device) -> FrameSignals { FrameSignals(driving: driving.to(device), pose: pose.to(device), torso: torso.to(device)) }
}
