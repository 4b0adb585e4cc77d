import Torch

/// What the face mesh favours of one side: the difference between a look at the image and the mean of looks at it and at its mirror image.
///
/// It changes slowly. Learned from a second look now and then, it makes one look nearly as good as two, for half the time.
final class SideBias {
  /// By point, in the square's own axes and sides.
  private var offsets: [SIMD3<Float>] = []
  private var looks = 0, samples = 0

  /// Looks of which every other one is a double one, and after which every fourth is.
  private static let first = 8
  /// What a sample counts against those before.
  private static let rate: Float = 0.15

  func reset() { (offsets, looks, samples) = ([], 0, 0) }

  /// Whether the next look is a double one.
  var isDue: Bool { looks < Self.first ? looks % 2 == 0 : looks % 4 == 0 }

  /// The points of one look at `square`, as two would have them.
  func corrected(_ mesh: FaceMesh, _ view: PixelView, _ square: TurnedSquare) throws -> FaceLandmarks {
    let isDouble = isDue
    looks += 1
    let face = try mesh.run(view, square, mirrored: false), (x, y) = square.axes
    if isDouble {
      let other = try mesh.run(view, square, mirrored: true)
      samples += 1
      if offsets.isEmpty { offsets = [SIMD3<Float>](repeating: .zero, count: face.points.count) }
      let rate = max(Self.rate, 1 / Float(samples))
      for (k, twin) in MeshContour.mirror.enumerated() {
        let d = (other.points[twin] - face.points[k]) / (2 * square.side), flat = SIMD2(d.x, d.y)
        offsets[k] += rate * (SIMD3((flat * x).sum(), (flat * y).sum(), d.z) - offsets[k])
      }
    }
    let points = zip(face.points, offsets).map { p, d in
      let flat = square.side * (d.x * x + d.y * y)
      return p + SIMD3(flat.x, flat.y, square.side * d.z)
    }
    return FaceLandmarks(points: points, presence: face.presence)
  }
}
