import Foundation
import Torch

/// Follows one face through a clip: finds it, then looks where it was, and finds it again when it is lost.
///
/// The points are as the networks give them, without smoothing in time; only the square that the networks are shown moves smoothly,
/// since its jumps would shake the points.
package final class LandmarkTracker {
  private let detector: FaceDetector
  private let mesh: FaceMesh
  private var square: TurnedSquare?
  private var framesLost = 0
  /// Faces that the last search saw, largest first; empty while one face is being followed without a search.
  package private(set) var detections: [FaceDetection] = []
  /// Whether the mirror image is looked at too: a tenth less noise, and none that favours a side, for about 2 ms a frame.
  package var steady = true
  /// Whether no frame may take long: a face that is lost is searched for a part of the image at a time, and looked at once where it is found.
  package var isLive = false
  private let sides = SideBias()
  /// Whether the last frame was looked at twice.
  package private(set) var lookedTwice = false
  /// Below this presence the face counts as lost.
  package var threshold: Float = 0.5
  /// Which face is followed, counted from the left of the image that first shows so many, from 1 on; nil follows the largest.
  package var choice: Int?
  /// Where the chosen face was seen last, and how large it was.
  private var chosen: (center: SIMD2<Float>, size: Float)?

  /// Throws when the networks are absent.
  package init(_ choice: MeshChoice = .best) throws {
    detector = try FaceDetector()
    mesh = try FaceMesh(choice)
  }

  /// Forgets the face, as after a cut.
  package func reset() {
    (square, framesLost, chosen) = (nil, 0, nil)
    sides.reset()
  }

  /// The face in the next frame `rgb`, `[H, W, 3]` uint8, or nil where there is none.
  package func track(_ rgb: Tensor) throws -> FaceLandmarks? {
    try PixelView.lend(rgb) { view in
      (detections, lookedTwice) = ([], false)
      if let square {
        let face = try isLive ? look(view, square) : mesh.run(view, square, twice: steady)
        if face.presence >= threshold, plausible(face, view) {
          follow(face, from: square)
          return face
        }
      }
      square = nil
      // Looking closely takes long: at once when a face goes missing, then now and again.
      detections = try isLive ? detector.detect(view, share: framesLost) : detector.detect(view, thorough: framesLost % 8 == 0)
      for found in isLive ? nextCandidate : candidates {
        let first = FaceMesh.square(around: found)
        var face = try isLive ? look(view, first) : mesh.run(view, first)
        guard face.presence >= threshold else { continue }
        if isLive {
          guard plausible(face, view) else { continue }
          framesLost = 0
          follow(face, from: first)
          return face
        }
        // Again, from the mesh's own square, which every later frame is seen in.
        let own = FaceMesh.square(around: face)
        face = try mesh.run(view, own, twice: steady)
        guard face.presence >= threshold, plausible(face, view) else { continue }
        framesLost = 0
        follow(face, from: own)
        return face
      }
      framesLost += 1
      return nil
    }
  }

  /// The faces to look at, the likeliest first: where one was chosen, that one alone, or whichever is where it was when it is lost.
  private var candidates: [FaceDetection] {
    guard let choice else { return detections }
    if let chosen {
      func distance(_ face: FaceDetection) -> Float { ((face.center - chosen.center) * (face.center - chosen.center)).sum().squareRoot() }
      return detections.filter { distance($0) < 1.5 * chosen.size }.sorted { distance($0) < distance($1) }
    }
    let fromLeft = detections.sorted { $0.center.x < $1.center.x }
    return fromLeft.indices.contains(choice - 1) ? [fromLeft[choice - 1]] : []
  }

  /// One look, or now and then two, from which the next ones learn.
  private func look(_ view: PixelView, _ square: TurnedSquare) throws -> FaceLandmarks {
    lookedTwice = sides.isDue
    return try sides.corrected(mesh, view, square)
  }

  /// One of them, another in each frame.
  private var nextCandidate: [FaceDetection] {
    let all = candidates
    return all.isEmpty ? [] : [all[framesLost % all.count]]
  }

  private func follow(_ face: FaceLandmarks, from seen: TurnedSquare) {
    let now = FaceMesh.square(around: face)
    chosen = ((face.box.low + face.box.high) / 2, (face.box.high - face.box.low).max())
    let moved = now.center - seen.center
    let turned = remainderf(now.angle - seen.angle, 2 * .pi)
    // Small moves are mostly noise and are followed slowly, large ones at once.
    let change = max((moved * moved).sum().squareRoot() / seen.side, abs(now.side / seen.side - 1), abs(turned) / 2)
    let weight = min(1, 0.2 + 12 * change)
    square = TurnedSquare(
      center: seen.center + weight * moved, side: seen.side + weight * (now.side - seen.side), angle: seen.angle + weight * turned)
  }

  /// Whether the mesh is face-sized and at least half inside the image: a mesh that slid off still scores well now and then.
  private func plausible(_ face: FaceLandmarks, _ view: PixelView) -> Bool {
    let size = face.box.high - face.box.low
    guard size.x > 8, size.y > 8, size.max() < 3 * Float(max(view.width, view.height)) else { return false }
    let bounds = SIMD2(Float(view.width), Float(view.height))
    let shown = pointwiseMin(face.box.high, bounds) - pointwiseMax(face.box.low, .zero)
    return shown.x > 0.4 * size.x && shown.y > 0.4 * size.y
  }
}
