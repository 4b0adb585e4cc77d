import Datasets
import Face
import Torch

/// What a training needs to see of eyes that shut: a person's eyes are shut in every twentieth frame, and what then shows there is a few
/// pixels of skin, so that by chance alone hardly a ray would meet it.
package enum BlinkFrames {
  /// Landmarks at the outer and inner corner of the right eye, then of the left.
  private static let eyeCorners = [(33, 133), (263, 362)]

  /// Frames among `frames` that are drawn once more in each pass, some several times, so that `share` (0...1) of a pass has shut eyes.
  ///
  /// No frame is drawn more than sixteen times a pass. Nothing is added where nobody blinks, or all the time.
  package static func repeats(_ frames: [Int], _ track: Track, share: Double) -> [Int] {
    let lids = ["eyeBlinkLeft", "eyeBlinkRight"].compactMap { track.expressionNames.firstIndex(of: $0) }
    let shut = frames.filter { frame in lids.contains { track.frames[frame].state.expression[$0] > 0.5 } }
    guard !shut.isEmpty, share > 0, share < 1 else { return [] }
    let open = frames.count - shut.count
    let wanted = Int(share / (1 - share) * Double(open)) - shut.count
    return (0..<max(0, min(wanted, 15 * shut.count))).map { shut[$0 % shut.count] }
  }

  /// `labels` `[H, W]` uint8 in which the skin of the lids counts as eyes, for sharing out rays; `landmarks` are the frame's, in its pixels.
  package static func withLids(_ labels: Tensor, _ landmarks: [SIMD2<Float>]?) -> Tensor {
    guard let landmarks, landmarks.count >= FaceMeshTopology.landmarkCount else { return labels }
    let (height, width) = (labels.size(0), labels.size(1))
    var kinds = labels.array(UInt8.self)
    for (outer, inner) in eyeCorners {
      let (a, b) = (landmarks[outer], landmarks[inner])
      let middle = (a + b) / 2, across = (b - a) / 2, half = (across * across).sum()
      guard half > 0.25, half.isFinite else { continue }
      let reach = half.squareRoot() * 1.4
      let low = pointwiseMax(middle - reach, .zero), high = pointwiseMin(middle + reach + 1, [Float(width), Float(height)])
      guard low.x < high.x, low.y < high.y else { continue }
      for y in Int(low.y)..<Int(high.y) {
        for x in Int(low.x)..<Int(high.x) {
          let d = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - middle
          // An ellipse about the eye, a third wider than it and nearly as high as wide.
          let along = (d * across).sum() / half
          let up = (d.x * across.y - d.y * across.x) / half
          guard along * along / 1.7 + up * up < 1, kinds[y * width + x] == SemanticClass.skin.rawValue else { continue }
          kinds[y * width + x] = SemanticClass.eyes.rawValue
        }
      }
    }
    return Tensor(kinds, [height, width])
  }
}
