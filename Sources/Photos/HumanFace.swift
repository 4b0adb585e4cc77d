import Face
import Foundation
import Torch
import Tracking

/// Tells a human face from what the networks that look for faces also take for one: an animal's, or marks on a cup.
///
/// A person's face is found with a high score however it is framed, an animal's in some framings only and with a low one. The mean over six
/// framings parts them (Docs/portrait-photos.md has the figures); no list of animals is needed.
struct HumanFace {
  /// Means below the first are no human face, below the second one that is hard to make out: of things and animals the highest is .72, of 400
  /// photos of people, video frames and paintings the lowest .78.
  static let leastScore: Float = 0.75, fairScore: Float = 0.85
  /// How much wider than the crop, how far turned (radians) and how far aside (in sides of the crop).
  private static let framings: [(wider: Float, roll: Float, aside: Float)] = [
    (1, 0, 0), (1.3, 0.2, 0), (1.3, -0.2, 0.05), (1.7, 0.1, -0.05), (0.85, -0.1, 0), (2.2, 0, 0.1),
  ]
  private static let widest: Float = 2.5, size: Float = 256
  private let detector: FaceDetector

  /// Throws when the networks are absent.
  init() throws {
    detector = try FaceDetector()
    detector.threshold = 0.1
  }

  /// The mean score, 0...1, of the face that `crop` cuts out of `image`, `[H, W, 3]` uint8.
  func score(_ image: Tensor, _ crop: PhotoCrop) throws -> Float {
    // Read once from the photo, which may be large.
    let wide = PhotoCrop(center: crop.center, side: crop.side * Self.widest, roll: crop.roll, size: Int(2 * Self.size * Self.widest))
    let around = wide.pixels(of: image)
    let middle = wide.crop(crop.center), side = 2 * Self.size
    let scores = try Self.framings.map { framing -> Float in
      let other = PhotoCrop(
        center: middle + SIMD2(framing.aside * side, 0), side: side * framing.wider, roll: framing.roll, size: Int(Self.size))
      let face = other.crop(middle), near = Self.size * 0.3 / framing.wider
      return try detector.detect(other.pixels(of: around), thorough: false).reduce(Float(0)) { best, found in
        let away = found.center - face
        return (away * away).sum().squareRoot() < near ? max(best, found.score) : best
      }
    }
    return scores.reduce(0, +) / Float(scores.count)
  }
}

extension HumanFace {
  /// Whether the face that `crop` cuts out has next to no colors, as in a black and white photo or of a statue.
  static func isColorless(_ image: Tensor, _ crop: PhotoCrop) -> Bool {
    // The middle of the crop shows skin, eyes and mouth.
    let small = PhotoCrop(center: crop.center, side: crop.side * 0.35, roll: crop.roll, size: 32).pixels(of: image).to(.float32) / 255
    let light = small.mean(2).clamp(0.05, 1)
    let chroma = stack([small.select(2, 0) - small.select(2, 1), small.select(2, 1) - small.select(2, 2)], 0) / light.unsqueeze(0)
    return chroma.abs().mean().item < 0.06
  }
}
