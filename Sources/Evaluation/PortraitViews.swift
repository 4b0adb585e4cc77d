import Face
import Foundation
import Metrics
import Torch
import Tracking

/// How an avatar of one photo holds up as the camera goes around it, and as others drive it.
package struct PortraitViews {
  /// Degrees that the camera goes aside.
  package static let angles: [Double] = [-35, -20, 0, 20, 35]

  /// What is known of an avatar that another's film drove.
  package struct Driven: Encodable {
    package var driver: String
    package var frames: Int
    /// Mean cosine of identity to the photo; nil where the network is absent.
    package var identityPhoto: Double?
    /// Mean absolute differences of what a tracker sees in the images from what they were asked to do: coefficients, and radians.
    package var aed, apd: Double?
    /// Frames in which the tracker sees no face.
    package var lost: Int
    enum CodingKeys: String, CodingKey {
      case driver, frames, aed, apd, lost
      case identityPhoto = "identity_photo"
    }
  }

  private let avatar: any Avatar
  private let calibration: [SIMD3<Float>]
  private let identity: FaceIdentity?
  private let size: Int
  private let home: Tensor?
  private let rest: FaceState

  /// `photo` is what the avatar was made from, `[H, W, 3]` uint8, `face` the face in it; `rest` is what it does there, `calibration` that of the
  /// person; images are `size` pixels a side.
  package init(
    _ avatar: any Avatar, rest: FaceState, photo: Tensor, face: FaceLandmarks, calibration: [SIMD3<Float>], identity: FaceIdentity?,
    size: Int = 256
  ) {
    self.rest = rest
    (self.avatar, self.calibration, self.identity, self.size) = (avatar, calibration, identity, size)
    home = identity?.direction(photo.to(.float32) / 255, face)
  }

  /// The images from `angles`, `[size, size, 3]` uint8, and the cosines of identity to the photo; nil where no face is seen or no network is there.
  package func aside() throws -> [(image: Tensor, identity: Double?)] {
    try Self.angles.map { degrees in
      let camera = avatar.scene.camera.scaled(width: size, height: size).around(rest.pose.translation, yaw: Float(degrees) * .pi / 180)
      let image = try draw(rest, camera)
      return (image, try LandmarkTracker().track(image).flatMap { cosine(image, $0) })
    }
  }

  /// The images of `states`, and figures of them.
  package func driven(_ states: [FaceState], by driver: String) throws -> (images: [Tensor], figures: Driven) {
    let camera = avatar.scene.camera.scaled(width: size, height: size), tracker = try LandmarkTracker()
    var images: [Tensor] = [], seen: [FaceLandmarks?] = [], cosines: [Double] = []
    for state in states {
      let image = try draw(state, camera)
      // Frames are far from each other in time.
      tracker.reset()
      let face = try tracker.track(image)
      images.append(image)
      seen.append(face)
      if let cosine = face.flatMap({ cosine(image, $0) }) { cosines.append(cosine) }
    }
    let lost = seen.count { $0 == nil }
    var figures = Driven(
      driver: driver, frames: states.count, identityPhoto: cosines.isEmpty ? nil : cosines.reduce(0, +) / Double(cosines.count), lost: lost)
    guard seen.count - lost >= 3 else { return (images, figures) }
    var fit = FaceFit(MorphableModel.builtIn())
    fit.smooth = false
    fit.person = FaceFit.Person(
      identity: avatar.scene.identity, calibration: calibration, focal: camera.focal.x, shown: avatar.scene.restingExpression)
    fit.center = camera.center
    let found = try fit.fit(seen, width: size, height: size).frames
    let pairs = zip(found, states).compactMap { found, asked in found.map { ($0, asked) } }
    let own = Self.tensors(pairs.map { ($0.0.expression, $0.0.pose) }), asked = Self.tensors(pairs.map { ($0.1.expression, $0.1.pose) })
    if let distance = CoefficientDistance(expressions: own.expressions, poses: own.poses, truth: asked) {
      (figures.aed, figures.apd) = (distance.expression, distance.rotation)
    }
    return (images, figures)
  }

  private func draw(_ state: FaceState, _ camera: Camera) throws -> Tensor {
    (try avatar.render(state, torso: .zero, heard: nil, camera: camera).rgb * 255).round().clamp(0, 255).to(.uint8)
  }
  private func cosine(_ image: Tensor, _ face: FaceLandmarks) -> Double? {
    guard let identity, let home else { return nil }
    return (identity.direction(image.to(.float32) / 255, face) * home).sum().item
  }
  private static func tensors(_ states: [(expression: [Float], pose: Rigid)]) -> (expressions: Tensor, poses: Tensor) {
    let poses = states.flatMap { state -> [Float] in
      let angles = state.pose.rotation.yawPitchRoll, place = state.pose.translation
      return [angles.x, angles.y, angles.z, place.x, place.y, place.z]
    }
    return (Tensor(states.flatMap(\.expression), [states.count, states.first?.expression.count ?? 0]), Tensor(poses, [states.count, 6]))
  }
}
