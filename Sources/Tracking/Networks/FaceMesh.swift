import Foundation

/// MediaPipe's published face mesh with attention to lips and eyes, on a square crop of a face: 478 points.
///
/// Three branches look again, at the network's own features, where its first guess puts the lips and the two eyes. The operators that cut
/// these regions out are the network's own; they are written here from their published description.
final class FaceMesh {
  private let model: LiteRTModel
  private let cutter: RegionCutter
  private static let size = 192

  /// Throws when the network is absent.
  init() throws {
    cutter = RegionCutter()
    model = try LiteRTModel(published: "face_landmark_with_attention", kernels: cutter.kernels)
    guard model.inputCounts == [192 * 192 * 3], model.outputCounts == [1404, 160, 142, 142, 10, 10, 1] else {
      throw CaptureError(.setUp, "face_landmark_with_attention.tflite: not the published face mesh; run scripts/setup again")
    }
  }

  /// 478 points in pixels of the image, z in the same scale, and the score that `square` shows a face.
  ///
  /// With `twice` the network also sees the mirror image, and the points are the mean of both: steadier, at twice the price.
  func run(_ view: PixelView, _ square: TurnedSquare, twice: Bool = false) throws -> FaceLandmarks {
    var face = try run(view, square, mirrored: false)
    if twice {
      let other = try run(view, square, mirrored: true)
      for (k, twin) in MeshContour.mirror.enumerated() { face.points[k] = (face.points[k] + other.points[twin]) / 2 }
    }
    return FaceLandmarks(points: face.points, presence: face.presence)
  }

  private func run(_ view: PixelView, _ square: TurnedSquare, mirrored: Bool) throws -> FaceLandmarks {
    cutter.begin()
    return try model.run {
      view.sample(square, size: Self.size, mirrored: mirrored, into: $0)
    } read: { outputs in
      let scale = square.side / Float(Self.size), axes = square.axes
      let across = axes.x * (mirrored ? -scale : scale), down = axes.y * scale
      func image(_ raw: UnsafeBufferPointer<Float>, _ at: Int) -> SIMD2<Float> {
        square.center + (raw[at] - 96) * across + (raw[at + 1] - 96) * down
      }
      var points = (0..<468).map { k in
        let p = image(outputs[0], 3 * k)
        return SIMD3(p.x, p.y, outputs[0][3 * k + 2] * scale)
      }
      for (output, region) in zip(1...3, FaceRegion.all) {
        for (k, index) in region.points.enumerated() {
          let p = image(outputs[output], 2 * k)
          points[index].x = p.x
          points[index].y = p.y
        }
      }
      for (output, corners) in zip(4...5, [(133, 33), (362, 263)]) {
        let depth = (points[corners.0].z + points[corners.1].z) / 2
        for k in 0..<5 {
          let p = image(outputs[output], 2 * k)
          points.append(SIMD3(p.x, p.y, depth))
        }
      }
      return FaceLandmarks(points: points, presence: 1 / (1 + exp(-outputs[6][0])))
    }
  }

  /// The square to look at for a detected face: half as large again as its box, with level eyes.
  static func square(around face: FaceDetection) -> TurnedSquare {
    TurnedSquare(center: face.center, side: 1.5 * max(face.size.x, face.size.y), angle: face.roll)
  }

  /// The square to look at next for a face with these points.
  static func square(around face: FaceLandmarks) -> TurnedSquare {
    let eyes = face[263] - face[33]
    let angle = atan2(eyes.y, eyes.x)
    let axes = TurnedSquare(center: .zero, side: 1, angle: angle).axes
    var (low, high) = (SIMD2<Float>(repeating: .infinity), SIMD2<Float>(repeating: -.infinity))
    for k in 0..<468 {
      let p = face[k]
      let own = SIMD2((p * axes.x).sum(), (p * axes.y).sum())
      low = pointwiseMin(low, own)
      high = pointwiseMax(high, own)
    }
    let middle = (low + high) / 2
    return TurnedSquare(center: middle.x * axes.x + middle.y * axes.y, side: 1.5 * (high - low).max(), angle: angle)
  }
}
