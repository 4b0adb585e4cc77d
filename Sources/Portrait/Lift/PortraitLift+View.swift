import Face
import Foundation

/// From where a photo's avatar can be looked at.
extension PortraitLift {
  /// How far beside the photo's own view, in radians: beyond it most of what is seen is made up.
  package static let viewLimit: Float = 40 * .pi / 180

  /// The angle in radians between the directions from which `camera` sees the head in `state`, and from which the photo saw it.
  package func viewAngle(_ state: FaceState, _ camera: Camera) -> Float {
    let now = normalized(camera.inHead(state.pose).position), before = normalized(source.inHead(self.state.pose).position)
    return acos(min(max(dot(now, before), -1), 1))
  }
}
