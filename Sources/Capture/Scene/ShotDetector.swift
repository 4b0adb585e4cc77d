import Foundation
import Media
import Segmentation
import Torch
import Tracking

/// A place where a clip jumps from one take to another.
package struct Cut: Sendable, Equatable {
  /// The first frame after the cut.
  package let frame: Int
  /// How much larger the jump is than the changes around it; cuts start at 6.
  package let strength: Float
  /// Mean change of the shrunken image in grey levels. Where a few words were cut out of one take it is small, and the same person goes
  /// on in the same place.
  package let change: Float
  /// Whether the background stays where it was, as in a jump cut within one take: then both sides have the same camera.
  package let keepsFraming: Bool
}

/// Finds cuts, also jump cuts within a take, where only the person jumps.
///
/// A cut is a change of the shrunken image and of the face's place that stands alone: motion and camera shake change neighbouring frames
/// as well, blinks change too little, and a flash changes back.
package final class ShotDetector {
  private struct Step {
    /// Mean change of the shrunken image in grey levels, and of the face over the eye distance (nil without faces).
    var image: Float
    var face: Float?
    var background: Float?
  }
  private var steps: [Step] = []
  private var thumbs: [[Float]] = []
  private var lastFace: FaceLandmarks?
  private var lastPerson: [Bool]?
  /// Frames that changed greatly and soon changed back.
  private var flashes: Set<Int> = []
  private static let side = 48, points = [33, 133, 362, 263, 1, 168, 152, 10, 234, 454]

  package init() {}

  /// Takes the next frame, `[H, W, 3]` uint8, its face, and how much of each pixel is a person, `[H, W]` in 0...1.
  package func add(_ rgb: Tensor, face: FaceLandmarks?, alpha: Tensor?) {
    let side = Self.side
    let thumb = luma(rgb, width: side, height: side)
    let person = alpha.map { Self.shrunken($0) }
    var step = Step(image: 0, face: 0)
    if let last = thumbs.last {
      step.image = Self.difference(thumb, last)
      step.face = nil
      if let face, let lastFace {
        var sum: Float = 0
        for k in Self.points {
          let d = face[k] - lastFace[k]
          sum += (d * d).sum().squareRoot()
        }
        step.face = sum / Float(Self.points.count) / max(face.eyeDistance, 1)
      } else if (face == nil) != (lastFace == nil) {
        // A face that appears or goes jumps as far as can be.
        step.face = 1
      }
      if let person, let lastPerson {
        let free = person.indices.filter { !person[$0] && !lastPerson[$0] }
        if free.count > side * side / 8 { step.background = free.reduce(0) { $0 + abs(thumb[$1] - last[$1]) } / Float(free.count) }
      }
    }
    steps.append(step)
    thumbs.append(thumb)
    // Was the image before a great change seen again a few frames after it?
    let now = steps.count - 1
    for back in 2...6 where thumbs.count > back {
      let before = thumbs[thumbs.count - 1 - back], changed = now - back + 1
      if steps[changed].image > 6, Self.difference(thumb, before) < 0.35 * steps[changed].image {
        flashes.formUnion([changed, now])
      }
    }
    if thumbs.count > 7 { thumbs.removeFirst() }
    (lastFace, lastPerson) = (face, person)
  }

  /// The cuts among all frames so far.
  package var cuts: [Cut] {
    steps.indices.dropFirst().compactMap { t in
      let step = steps[t]
      guard step.image > 2, !flashes.contains(t) else { return nil }
      let near = (t - 3...t + 3).filter { $0 != t && $0 > 0 && $0 < steps.count }
      let image = step.image / near.reduce(0.5) { max($0, steps[$1].image) }
      let face = step.face.map { min($0, 1) / near.reduce(0.01) { max($0, min(steps[$1].face ?? 0, 1)) } }
      let strength = face.map { (image * max($0, 1)).squareRoot() } ?? image
      guard strength > 6 else { return nil }
      return Cut(frame: t, strength: strength, change: step.image, keepsFraming: (step.background ?? .infinity) < 2)
    }
  }

  /// The runs of frames between cuts, in order; a cut that hardly changes the image does not end one.
  package var shots: [Range<Int>] { Self.shots(cuts.filter { $0.change > Self.smallChange }.map(\.frame), steps.count) }
  /// Two of the four cuts of the clip that this was set on change the image by 8 levels, the others by 12 and 17.
  private static let smallChange: Float = 10
  /// The runs of frames of one camera: cuts that keep the framing do not end them.
  package var takes: [Range<Int>] { Self.shots(cuts.filter { !$0.keepsFraming }.map(\.frame), steps.count) }

  private static func shots(_ cuts: [Int], _ frames: Int) -> [Range<Int>] {
    guard frames > 0 else { return [] }
    return zip([0] + cuts, cuts + [frames]).map { $0..<$1 }
  }
  private static func difference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(a.count)
  }
  /// Cells in which there is any of the person, and their neighbours.
  private static func shrunken(_ alpha: Tensor) -> [Bool] {
    let (height, width) = (alpha.size(0), alpha.size(1))
    let rows = max(1, height / side), columns = max(1, width / side)
    return alpha.withElements(Float.self) { alpha in
      (0..<side * side).map { k in
        let y0 = k / side * height / side, x0 = k % side * width / side
        for y in stride(from: max(0, y0 - rows), to: min(height, y0 + 2 * rows), by: max(1, rows / 2)) {
          for x in stride(from: max(0, x0 - columns), to: min(width, x0 + 2 * columns), by: max(1, columns / 2))
          where alpha[y * width + x] > 0.05 {
            return true
          }
        }
        return false
      }
    }
  }
}
