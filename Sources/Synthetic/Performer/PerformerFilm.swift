import Face
import Foundation
import Torch

/// One frame of the performer with everything that is true about it.
package struct PerformerFrame {
  /// `[H, W, 3]` uint8.
  package var rgb: Tensor
  /// `[H, W]` uint8, raw values of `SemanticClass`.
  package var labels: Tensor
  /// `[H, W]` float32 along the view axis in head units, infinity on the background.
  package var depth: Tensor
}

/// Films somebody: camera, lamps and backdrop stay where they are in the world while head and shoulders move.
///
/// A person is drawn in head space, so every frame turns the world about the head.
final class PerformerFilm {
  private let camera: Camera
  private let figure: Figure
  private let backdrop: [SIMD3<Float>]
  private let shadow: ShadowMap
  /// The middle of what throws shadows, in the world.
  private let middle: SIMD3<Float>
  private let casters: [Int32]
  private let fine: RasterImage
  /// Samples along each side of a pixel.
  private static let samples = 2

  /// `center` is where the head is on average; `backdrop` has the light behind each pixel.
  init(camera: Camera, figure: Figure, backdrop: [SIMD3<Float>], center: SIMD3<Float>) {
    self.camera = camera
    self.figure = figure
    self.backdrop = backdrop
    casters = figure.movingCasters + figure.stillCasters
    middle = center - [0, 0.4, 0.2]
    shadow = ShadowMap(size: 512, direction: figure.person.light.key.direction, center: middle, radius: 2.7)
    fine = RasterImage(width: camera.width * Self.samples, height: camera.height * Self.samples)
  }

  /// The frame of a state whose pose is head to world; `torso` brings the shoulders from their rest into the world, and `index` seeds the
  /// sensor's noise.
  func shoot(_ state: FaceState, torso: Rigid, index: Int) -> PerformerFrame {
    let toHead = state.pose.inverse
    let pose = figure.pose(state, torso: toHead * torso), light = figure.person.light.turned(by: toHead.rotation)
    var camera = camera
    camera.cameraToWorld = toHead * camera.cameraToWorld
    shadow.aim(along: light.key.direction, at: toHead.apply(middle))
    shadow.draw(pose.points, casters)
    let exposure = Exposure(
      figure, pose: pose, camera: camera, light: light, shadow: shadow, backdrop: backdrop, fine: fine,
      salt: UInt32(truncatingIfNeeded: figure.person.seed &* 31 &+ UInt64(index)))
    let image = exposure.image(scale: 1)
    return PerformerFrame(
      rgb: image.rgb, labels: image.labels,
      depth: Tensor(image.depth.map { $0 > 0 ? $0 : .infinity }, [camera.height, camera.width]))
  }
}
