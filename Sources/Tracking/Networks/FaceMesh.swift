import Foundation
import Torch

/// The published networks that put points on a face.
package enum MeshChoice: Sendable {
  /// MediaPipe's face landmarker, which sees lids best; `scripts/setup` fetches it where it can.
  case landmarker
  /// Its older face mesh with attention.
  case attention

  /// The landmarker where it is there, otherwise the older one.
  package static var best: MeshChoice { (try? DependencyFolder.file(LandmarkerNetwork.file)) == nil ? .attention : .landmarker }
}

/// The face mesh on a square crop of a face: 478 points.
final class FaceMesh {
  private let network: any MeshNetwork

  /// Throws when the network is absent.
  init(_ choice: MeshChoice = .best) throws {
    switch choice {
    case .landmarker: network = try LandmarkerNetwork()
    case .attention: network = try AttentionNetwork()
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

  /// The points of one look, at the image or its mirror image; in the latter every point has its twin's number.
  func run(_ view: PixelView, _ square: TurnedSquare, mirrored: Bool) throws -> FaceLandmarks {
    let size = network.size
    let (raw, logit) = try network.run { view.sample(square, size: size, mirrored: mirrored, into: $0) }
    let scale = square.side / Float(size), axes = square.axes
    let across = axes.x * (mirrored ? -scale : scale), down = axes.y * scale, middle = Float(size) / 2
    let points = raw.map { p in
      let q = square.center + (p.x - middle) * across + (p.y - middle) * down
      return SIMD3(q.x, q.y, p.z * scale)
    }
    return FaceLandmarks(points: points, presence: 1 / (1 + exp(-logit)))
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
