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

  /// Throws when it is absent.
  fileprivate func network() throws -> any MeshNetwork {
    switch self {
    case .landmarker: try LandmarkerNetwork()
    case .attention: try AttentionNetwork()
    }
  }
}

/// The face mesh on a square crop of a face: 478 points.
final class FaceMesh {
  private let network: any MeshNetwork
  /// For the mirror image, which is looked at meanwhile; made when it is needed.
  private var other: (any MeshNetwork)?
  private let choice: MeshChoice

  /// Throws when the network is absent.
  init(_ choice: MeshChoice = .best) throws {
    self.choice = choice
    network = try choice.network()
  }

  /// 478 points in pixels of the image, z in the same scale, and the score that `square` shows a face.
  ///
  /// With `twice` the network also sees the mirror image, and the points are the mean of both: steadier. Two threads look.
  func run(_ view: PixelView, _ square: TurnedSquare, twice: Bool = false) throws -> FaceLandmarks {
    let seen = sampled(view, square)
    guard twice else { return try Self.face(network, seen, square, mirrored: false) }
    let second = try other ?? choice.network()
    other = second
    let looks = Lanes.map(2) { lane in
      Result { try Self.face(lane == 0 ? network : second, seen, square, mirrored: lane == 1) }
    }
    let (face, mirrored) = (try looks[0].get(), try looks[1].get())
    let points = MeshContour.mirror.enumerated().map { k, twin in (face.points[k] + mirrored.points[twin]) / 2 }
    return FaceLandmarks(points: points, presence: face.presence)
  }

  /// The points of one look, at the image or its mirror image; in the latter every point has its twin's number.
  func run(_ view: PixelView, _ square: TurnedSquare, mirrored: Bool) throws -> FaceLandmarks {
    try Self.face(network, sampled(view, square), square, mirrored: mirrored)
  }
  private func sampled(_ view: PixelView, _ square: TurnedSquare) -> [Float] {
    let count = 3 * network.size * network.size
    return [Float](unsafeUninitializedCapacity: count) { pixels, filled in
      view.sample(square, size: network.size, into: pixels)
      filled = count
    }
  }
  /// What a network says of the pixels of a square, `[size, size, 3]`, or of their mirror image.
  private static func face(_ network: any MeshNetwork, _ seen: [Float], _ square: TurnedSquare, mirrored: Bool) throws -> FaceLandmarks {
    let size = network.size
    let (raw, logit) = try network.run { input in
      guard mirrored else { return _ = input.update(fromContentsOf: seen) }
      for row in 0..<size {
        for column in 0..<size {
          let (from, to) = (3 * (row * size + column), 3 * (row * size + size - 1 - column))
          (input[to], input[to + 1], input[to + 2]) = (seen[from], seen[from + 1], seen[from + 2])
        }
      }
    }
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
