import Face
import Foundation
import Torch

/// Draws cameras that look at a head.
///
/// Directions are (yaw, pitch) in radians around straight ahead: of yaw 0 and pitch 0 is the camera on the +z axis, positive yaw is towards
/// +x, negative pitch is above. The published samplers' pitch is not an angle of elevation: v = π / 2 + pitch stands for φ = arccos(1 - 2 v / π)
/// from the +y axis, which spreads even v evenly over the sphere.
package struct CameraSampler: Sendable, Equatable, Codable {
  package enum Spread: String, Sendable, Codable, CaseIterable { case gaussian, uniform }

  package var yaw: Double, pitch: Double
  /// Standard deviations, or half the width of an even spread.
  package var yawSpread: Double, pitchSpread: Double
  package var spread: Spread
  /// From the origin, in the generator's units.
  package var radius: Double
  /// What cameras look at.
  package var pivot: SIMD3<Float>
  /// Degrees.
  package var fieldOfView: Double

  /// The defaults are where the published face generator's cameras are about.
  package init(
    yaw: Double = 0, pitch: Double = 0, yawSpread: Double = 0, pitchSpread: Double = 0, spread: Spread = .gaussian, radius: Double = 2.7,
    pivot: SIMD3<Float> = [0, 0, 0.2], fieldOfView: Double = 18.837
  ) {
    self.yaw = yaw
    self.pitch = pitch
    self.yawSpread = yawSpread
    self.pitchSpread = pitchSpread
    self.spread = spread
    self.radius = radius
    self.pivot = pivot
    self.fieldOfView = fieldOfView
  }

  /// The label of the camera in the middle of the spread.
  package var middle: CameraLabel { label(yaw: yaw, pitch: pitch) }
  /// The camera in another direction.
  package func label(yaw: Double, pitch: Double) -> CameraLabel {
    let v = min(max(Double.pi / 2 + pitch, 1e-5), .pi - 1e-5)
    let theta = Double.pi / 2 + yaw, phi = acos(1 - 2 * v / .pi)
    let position = SIMD3<Float>(SIMD3(sin(phi) * cos(.pi - theta), cos(phi), sin(phi) * sin(.pi - theta)) * radius)
    return CameraLabel(
      cameraToWorld: Self.pose(position: position, forward: pivot - position),
      intrinsics: CameraLabel.intrinsics(fieldOfView: fieldOfView))
  }
  /// `count` labels, `[count, 25]`.
  package func labels(_ count: Int, _ generator: Generator) -> Tensor {
    // Both drawn for all cameras, so that the numbers do not depend on the spread.
    let draws = spread == .gaussian ? Tensor.randn([count, 2], generator) : Tensor.rand([count, 2], generator) * 2 - 1
    let offsets = draws.array(Float.self)
    var labels: [Float] = []
    for i in 0..<count {
      let turn = yaw + yawSpread * Double(offsets[2 * i]), rise = pitch + pitchSpread * Double(offsets[2 * i + 1])
      labels += label(yaw: turn, pitch: rise).values
    }
    return Tensor(labels, [count, CameraLabel.count])
  }

  /// Camera to world with OpenCV's axes, looking along `forward`, without roll: the image's columns stand upright.
  package static func pose(position: SIMD3<Float>, forward: SIMD3<Float>) -> Rigid {
    let forward = normalized(forward)
    let right = -normalized(cross([0, 1, 0], forward))
    return Rigid(rotation: Matrix3(x: right, y: normalized(cross(forward, right)), z: forward), translation: position)
  }
}
