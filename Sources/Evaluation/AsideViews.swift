import Face
import Foundation
import Media
import Torch
import Tracking

/// How an avatar of a clip looks where the camera goes round its head: what no frame of the clip shows.
package struct AsideViews {
  /// How far the camera goes to either side, radians.
  private static let angle: Float = 20 * .pi / 180
  /// Frames that are looked at, at most.
  package static let most = 12

  private let identity: FaceIdentity?
  private let truthTracker, tracker: LandmarkTracker
  private var cosines: [Double] = []
  /// From the camera's left, the truth, and from its right, `[H, W, 3]` uint8 each.
  private var rows: [Tensor] = []

  /// Throws what making the networks throws.
  package init() throws {
    identity = try FaceIdentity.found()
    (truthTracker, tracker) = (try LandmarkTracker(), try LandmarkTracker())
  }

  /// Takes a true frame `[H, W, 3]` uint8 with the head about `center`, and what `draw` makes of it as another camera sees it than `camera`.
  package mutating func add(
    truth: Tensor, center: SIMD3<Float>, _ camera: Camera, draw: (Camera) throws -> RenderedFrame
  ) throws {
    let sides = try [-Self.angle, Self.angle].map { angle in
      (try draw(camera.around(center, yaw: angle)).rgb * 255).round().clamp(0, 255).to(.uint8)
    }
    rows.append(cat([sides[0], truth, sides[1]], 1))
    guard let identity else { return }
    truthTracker.reset()
    guard let trueFace = try truthTracker.track(truth) else { return }
    let home = identity.direction(truth.to(.float32) / 255, trueFace)
    for side in sides {
      tracker.reset()
      // A face that is not found is nobody's.
      let face = try tracker.track(side)
      cosines.append(face.map { (identity.direction(side.to(.float32) / 255, $0) * home).sum().item } ?? 0)
    }
  }

  /// `identity_aside`, where its network is at hand.
  package var figures: [String: Double] {
    cosines.isEmpty ? [:] : ["identity_aside": cosines.reduce(0, +) / Double(cosines.count)]
  }

  /// Writes what was drawn, a frame a row, into `folder`; nothing where nothing was.
  package func writeImages(to folder: URL) throws {
    guard !rows.isEmpty else { return }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try ImageFile.write(cat(rows, 0), to: folder.appending(path: "aside.png"))
  }
}
