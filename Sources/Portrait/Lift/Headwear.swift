import Face
import Foundation

/// What lies over the forehead and is not part of it: a hat's brim, a fringe. It goes with the skull, and brows move below it.
struct Headwear {
  /// How much of each pixel of the photo is hair or hat.
  private let share: PixelPlane
  private let camera: Camera
  /// The height in head space from which on it counts: a beard goes with the jaw.
  private let lowest: Float

  private static let brows = [70, 63, 105, 66, 107, 300, 293, 334, 296, 336]
  /// How far above that it counts in full, head units.
  private static let rise: Float = 0.12

  init(_ head: LiftHead, _ photo: LiftPhoto) {
    let (width, height) = (photo.alpha.width, photo.alpha.height), radius = max(1, width / 64)
    let labels = photo.labels.map { $0 == SemanticClass.hair.rawValue ? Float(1) : 0 }
    // Whole where it is seen, and fading over more than brows move: a shorter way would fold.
    share = PixelPlane(width: width, height: height, labels).spread(radius).blurred(radius)
    camera = photo.camera.inHead(head.source.pose)
    let camera = camera, share = share
    let covered = Self.brows.map { v -> Float in
      let p = camera.project(head.places[v])
      return min(share.read([p.x, p.y]), 1)
    }
    // Brows that are seen move with the skin up to their upper edge, also beside the temples' hair.
    let eyes = (head.places[33].y + head.places[133].y + head.places[263].y + head.places[362].y) / 4
    let top = Self.brows.map { head.places[$0].y }.max() ?? eyes
    lowest = covered.reduce(0, +) > 0.5 * Float(covered.count) ? eyes : top
  }

  /// How far a place of the head stays with the skull whatever the face does, 0...1.
  func stillness(_ place: SIMD3<Float>) -> Float {
    guard place.y > lowest else { return 0 }
    let p = camera.project(place)
    return min(share.read([p.x, p.y]), 1) * smoothstep(lowest, lowest + Self.rise, place.y)
  }
}
