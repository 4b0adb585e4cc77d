import Foundation
import Torch

/// A network that puts the 478 points on a square image of a face.
protocol MeshNetwork: AnyObject {
  /// Pixels of a side of the image.
  var size: Int { get }
  /// The points in pixels of the image that `fill` writes (`[size, size, 3]`, 0...1), z in the same scale, and the logit that it shows a face.
  func run(fill: (UnsafeMutableBufferPointer<Float>) -> Void) throws -> (points: [SIMD3<Float>], logit: Float)
}

/// MediaPipe's face landmarker (face_landmarks_detector.tflite, 256 x 256), which gives all points at once.
final class LandmarkerNetwork: MeshNetwork {
  static let file = "landmarker/face_landmarks_detector.tflite"
  let size = 256
  private let model: LiteRTModel

  /// Throws when the network is absent.
  init() throws {
    model = try LiteRTModel(DependencyFolder.file(Self.file))
    guard model.inputCounts == [256 * 256 * 3], model.outputCounts == [1434, 1, 1] else {
      throw CaptureError(.setUp, "\(Self.file): not the published face landmarker; run scripts/setup again")
    }
  }

  func run(fill: (UnsafeMutableBufferPointer<Float>) -> Void) throws -> (points: [SIMD3<Float>], logit: Float) {
    try model.run(fill: fill) { outputs in
      let points = (0..<478).map { SIMD3(outputs[0][3 * $0], outputs[0][3 * $0 + 1], outputs[0][3 * $0 + 2]) }
      return (points, outputs[1][0])
    }
  }
}

/// MediaPipe's older face mesh with attention to lips and eyes (face_landmark_with_attention.tflite, 192 x 192).
///
/// Three branches look again, at the network's own features, where its first guess puts the lips and the two eyes. The operators that cut
/// these regions out are the network's own; they are written here from their published description.
final class AttentionNetwork: MeshNetwork {
  let size = 192
  private let model: LiteRTModel
  private let cutter = RegionCutter()

  /// Throws when the network is absent.
  init() throws {
    model = try LiteRTModel(published: "face_landmark_with_attention", kernels: cutter.kernels)
    guard model.inputCounts == [192 * 192 * 3], model.outputCounts == [1404, 160, 142, 142, 10, 10, 1] else {
      throw CaptureError(.setUp, "face_landmark_with_attention.tflite: not the published face mesh; run scripts/setup again")
    }
  }

  func run(fill: (UnsafeMutableBufferPointer<Float>) -> Void) throws -> (points: [SIMD3<Float>], logit: Float) {
    cutter.begin()
    return try model.run(fill: fill) { outputs in
      var points = (0..<468).map { SIMD3(outputs[0][3 * $0], outputs[0][3 * $0 + 1], outputs[0][3 * $0 + 2]) }
      for (output, region) in zip(1...3, FaceRegion.all) {
        for (k, index) in region.points.enumerated() {
          (points[index].x, points[index].y) = (outputs[output][2 * k], outputs[output][2 * k + 1])
        }
      }
      for (output, corners) in zip(4...5, [(133, 33), (362, 263)]) {
        let depth = (points[corners.0].z + points[corners.1].z) / 2
        for k in 0..<5 { points.append(SIMD3(outputs[output][2 * k], outputs[output][2 * k + 1], depth)) }
      }
      return (points, outputs[6][0])
    }
  }
}
