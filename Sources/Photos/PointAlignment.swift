import Torch

/// How five points of a face in an image lie on the standard face in space: the orthographic view, scaled and shifted, that fits best.
///
/// Solves for the eight numbers of an affine camera by least squares; the scale is the mean length of its two rows (section 10 of the
/// published preprocessing). It says nothing of a turn in the image's plane, which is taken out before.
package struct PointAlignment: Equatable, Sendable {
  /// Pixels in a decimetre.
  package let scale: Double
  /// Where the standard face's origin lies, in pixels with y upwards.
  package let translation: SIMD2<Double>

  /// The points of the standard face in decimetres: the eyes as seen left and right, the nose's tip, the mouth's corners.
  package static let standard: [SIMD3<Double>] = [
    [-0.31148657, 0.29036078, 0.13377953], [0.30979887, 0.28972036, 0.13179526], [0.0032535, -0.04617932, 0.55244243],
    [-0.25216928, -0.38133916, 0.22405732], [0.2484662, -0.38128236, 0.22235769],
  ]

  /// For `points` in the order of `standard`, in pixels with y upwards.
  package init(_ points: [SIMD2<Double>], standard: [SIMD3<Double>] = PointAlignment.standard) {
    precondition(points.count == standard.count && points.count >= 4, "\(points.count) points for \(standard.count)")
    let rows = Tensor(standard.flatMap { [$0.x, $0.y, $0.z, 1] }, [standard.count, 4])
    let seen = Tensor(points.flatMap { [$0.x, $0.y] }, [points.count, 2])
    let k = rows.leastSquares(seen).array(Double.self)  // [4, 2]
    func length(_ column: Int) -> Double {
      (0..<3).reduce(0) { $0 + k[2 * $1 + column] * k[2 * $1 + column] }.squareRoot()
    }
    scale = (length(0) + length(1)) / 2
    translation = [k[6], k[7]]
  }
}

/// Whole pixels of a published crop: the image is scaled by `scale` to `width` x `height`, then cut at (`left`, `up`).
package struct PublishedCrop: Equatable, Sendable {
  package let scale: Double
  package let width, height, left, up: Int

  /// What a decimetre is after scaling, in pixels, and the side of what is cut out.
  package struct Framing: Sendable {
    package let decimetre: Double
    package let side: Int
    /// What the 3-D reconstruction network looks at.
    package static let reconstruction = Framing(decimetre: 102, side: 224)
    /// What the generators' photos are cut from: their middle 700 pixels are the photo.
    package static let generator = Framing(decimetre: 300, side: 1024)
    /// Side of the generators' photos before they are brought to 512 pixels.
    package static let photo = 700
  }

  /// Of an image of `imageWidth` x `imageHeight` pixels; fractions are cut off towards zero, as published.
  package init(_ alignment: PointAlignment, imageWidth: Int, imageHeight: Int, _ framing: Framing) {
    scale = framing.decimetre / alignment.scale
    width = Int(Double(imageWidth) * scale)
    height = Int(Double(imageHeight) * scale)
    let half = Double(framing.side) / 2
    left = Int(Double(width) / 2 - half + (alignment.translation.x - Double(imageWidth) / 2) * scale)
    up = Int(Double(height) / 2 - half + (Double(imageHeight) / 2 - alignment.translation.y) * scale)
  }
}
