import Foundation

/// MediaPipe's published 468-point face mesh network, on a square crop of a face.
final class FaceMesh {
  private let model: LiteRTModel
  static let size = 192

  /// Throws when the network is absent.
  init() throws {
    model = try LiteRTModel(published: "face_landmark")
    guard model.inputCounts == [192 * 192 * 3], model.outputCounts == [1404, 1] else {
      throw CaptureError(.setUp, "face_landmark.tflite: not the published face mesh; run scripts/setup again")
    }
  }

  /// The 468 points in pixels of the image, z in the same scale, and the score that `square` shows a face.
  func run(_ view: PixelView, _ square: TurnedSquare) throws -> FaceLandmarks {
    try model.run {
      view.sample(square, size: Self.size, into: $0)
    } read: { outputs in
      let raw = outputs[0]
      let scale = square.side / Float(Self.size)
      let axes = square.axes
      let points = (0..<468).map { k -> SIMD3<Float> in
        let x = (raw[3 * k] - 96) * scale
        let y = (raw[3 * k + 1] - 96) * scale
        let p = square.center + x * axes.x + y * axes.y
        return SIMD3(p.x, p.y, raw[3 * k + 2] * scale)
      }
      return FaceLandmarks(points: points, presence: 1 / (1 + exp(-outputs[1][0])))
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
