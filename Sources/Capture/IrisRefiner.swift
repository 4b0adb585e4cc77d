import Foundation

/// MediaPipe's published eye network: sharpens the eyes of a mesh and finds the irises.
final class IrisRefiner {
  private let model: LiteRTModel
  private static let size = 64

  /// Throws when the network is absent.
  init() throws {
    model = try LiteRTModel(published: "iris_landmark")
    guard model.inputCounts == [64 * 64 * 3], model.outputCounts == [213, 15] else {
      throw CaptureError(.setUp, "iris_landmark.tflite: not the published iris network; run scripts/setup again")
    }
  }

  /// `face` with the points around the eyes moved to what the eye crops show, and 10 iris points added: the right eye's, then the left's.
  func refine(_ face: FaceLandmarks, in view: PixelView) throws -> FaceLandmarks {
    var points = face.points
    for eye in [Eye.right, Eye.left] {
      let (outer, inner) = (face[eye.corners.outer], face[eye.corners.inner])
      let (from, to) = eye.mirrored ? (outer, inner) : (inner, outer)
      let across = to - from
      let square = TurnedSquare(
        center: (outer + inner) / 2, side: 2.3 * (across * across).sum().squareRoot(), angle: atan2(across.y, across.x))
      let axes = square.axes
      let scale = square.side / Float(Self.size)
      try model.run {
        // The network knows left eyes only.
        view.sample(square, size: Self.size, mirrored: eye.mirrored, into: $0)
      } read: { outputs in
        func point(_ raw: UnsafeBufferPointer<Float>, _ k: Int) -> SIMD2<Float> {
          let x = (raw[3 * k] - 32) * scale
          let y = (raw[3 * k + 1] - 32) * scale
          return square.center + (eye.mirrored ? -x : x) * axes.x + y * axes.y
        }
        for (k, index) in eye.contour.enumerated() {
          let p = point(outputs[0], k)
          points[index].x = p.x
          points[index].y = p.y
        }
        let depth = (points[eye.corners.outer].z + points[eye.corners.inner].z) / 2
        for k in 0..<5 {
          let p = point(outputs[1], k)
          points.append(SIMD3(p.x, p.y, depth))
        }
      }
    }
    return FaceLandmarks(points: points, presence: face.presence)
  }
}

/// One eye in the numbers of the 468-point mesh.
private struct Eye {
  let mirrored: Bool
  let corners: (outer: Int, inner: Int)
  /// Mesh points of the network's first outputs, in its order: lower lid from the outer corner to the inner, then upper lid.
  let contour: [Int]

  static let right = Eye(
    mirrored: true, corners: (33, 133), contour: [33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173])
  static let left = Eye(
    mirrored: false, corners: (263, 362), contour: [263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398])
}
