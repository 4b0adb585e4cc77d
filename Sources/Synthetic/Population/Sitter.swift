import Face
import Foundation
import Torch

/// One person of a population, in front of their backdrop and in their light: takes images of them.
///
/// Light, backdrop, hair and clothes stay as they are from image to image; the camera moves, and the face.
package final class Sitter {
  package let number: Int
  private let figure: Figure
  private let backdrop: Backdrop
  private let still: ShadowMap
  private let shadow: ShadowMap
  private let fine: RasterImage
  private let size: Int
  /// Samples along each side of a pixel.
  private static let samples = 3
  private let seed: UInt64

  init(_ person: Person, _ anatomy: Anatomy, identity: [Float], size: Int) {
    number = person.number
    seed = person.seed
    self.size = size
    figure = Figure(person, anatomy, identity: identity)
    backdrop = Backdrop(person, noise: anatomy.noise)
    func map() -> ShadowMap {
      ShadowMap(
        size: person.light.shadowSize, direction: person.light.key.direction, center: [0, -0.15, -0.1], radius: 1.9)
    }
    (still, shadow) = (map(), map())
    still.draw(figure.pose(FaceState(identity: identity), torso: person.torso).points, figure.stillCasters)
    fine = RasterImage(width: Self.samples * size, height: Self.samples * size)
  }

  /// The image of a shot of this person.
  package func image(_ shot: Shot) -> PortraitImage {
    precondition(shot.person == number, "a shot of somebody else")
    let pose = figure.pose(shot.state, torso: figure.person.torso), camera = figure.placement.camera(shot.view, size: size)
    shadow.draw(pose.points, figure.movingCasters)
    shadow.add(still)
    let exposure = Exposure(
      figure, pose: pose, camera: camera, light: figure.person.light, shadow: shadow, backdrop: backdrop.image(camera), fine: fine,
      salt: UInt32(truncatingIfNeeded: seed &* 31 &+ UInt64(shot.image)))
    return exposure.image(scale: figure.placement.scale)
  }
}

extension Crowd {
  /// A person, made up and dressed; this takes as long as an image or two.
  package func sitter(_ person: Int) -> Sitter {
    Sitter(Person(seed: script.seed, number: person), anatomy, identity: identity(person), size: script.size)
  }
}
