import Foundation
import Media
import Tracking

/// The part of the image that a dataset shows: a square that holds head and shoulders through the whole shot and never moves.
struct FaceCrop: Equatable {
  /// In pixels of the source.
  var box: PixelBox
  /// Width and height of the dataset's images.
  var size: Int

  /// Dataset pixels per source pixel.
  var scale: Float { Float(size) / Float(box.width) }

  /// - faces: the shot's, in pixels of the source; at least one.
  init(_ faces: [FaceLandmarks], width: Int, height: Int, size: Int) {
    func quantile(_ values: [Float], _ q: Float) -> Float { values.sorted()[Int(Float(values.count - 1) * q)] }
    let tall = quantile(faces.map { $0.box.high.y - $0.box.low.y }, 0.5)
    // The mesh ends at the hairline and the chin: hair above it, shoulders below.
    let left = quantile(faces.map(\.box.low.x), 0.02) - 0.55 * tall
    let right = quantile(faces.map(\.box.high.x), 0.98) + 0.55 * tall
    let top = quantile(faces.map(\.box.low.y), 0.02) - 0.55 * tall
    let bottom = quantile(faces.map(\.box.high.y), 0.98) + 0.85 * tall
    let shorter = min(width, height)
    var side = Int(max(right - left, bottom - top).rounded())
    // Nearly all of the image is taken as all of it.
    if Float(side) > 0.8 * Float(shorter) { side = shorter }
    side = max(2, min(side, shorter) & ~1)
    let x = Int((left + right) / 2) - side / 2
    let y = Int((top + bottom) / 2) - side / 2
    box = PixelBox(x: min(max(x, 0), width - side), y: min(max(y, 0), height - side), width: side, height: side)
    self.size = size
  }

  /// Landmarks of the source's pixels in those of the dataset's images.
  func apply(_ face: FaceLandmarks) -> FaceLandmarks {
    let corner = SIMD3(Float(box.x), Float(box.y), 0)
    return FaceLandmarks(points: face.points.map { ($0 - corner) * scale }, presence: face.presence)
  }
  /// The middle of the source's image in pixels of the dataset's images: where the lens points, if nobody cut the film before.
  func principalPoint(width: Int, height: Int) -> SIMD2<Float> {
    (SIMD2(Float(width), Float(height)) / 2 - SIMD2(Float(box.x), Float(box.y))) * scale
  }
}
