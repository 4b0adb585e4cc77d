import Datasets
import Face
import Foundation
import Torch
import Tracking

/// Moves tracked poses to where the images show the whole head: hair and ears too, of which landmarks know nothing.
///
/// One frame gives a rigid likeness of the head, the pixels of skin above the mouth, hair and ears at the depth of the fitted surface. It
/// carries the clip's mean band-passed grey values. Each frame's pose moves by Gauss-Newton steps to where the frame shows these values
/// (Lucas-Kanade with six unknowns), drawn to the landmarks' pose and to smoothness in time.
package struct HeadAlignment {
  /// Pixels of the longer side that frames are looked at with.
  package static let resolution = 256
  /// Rounds of new mean values and steps towards them.
  var rounds = 6
  /// What a grey value is expected to differ by; of its pixels, so many count as one that is independent.
  var noise = 0.03, sharing = 12.0
  /// How far the landmarks' pose may be off: radians, and head units across and in depth.
  var turn = 0.04, shift = 0.05, depth = 0.2
  /// Poses turned from the likeness's by more than this, radians, are left more and more as they are: the head shows other sides.
  var reach = 0.35

  package init() {}

  /// The poses of all frames of `dataset`, aligned to `bands`, those of its images; as they are where these show too little of the head.
  ///
  /// `progress` hears after each round which part is done, 0...1, and stops everything by throwing.
  package func poses(
    _ dataset: Dataset, _ bands: BandImages, _ model: MorphableModel, _ progress: (Double) throws -> Void = { _ in }
  ) throws -> [Rigid] {
    let track = dataset.track
    let start = track.frames.map(\.state.pose)
    guard start.count > 2, var likeness = try RigidLikeness(dataset, model) else { return start }
    let first = HeadPoses(start), motion = PoseMotion(times: track.frames.map(\.index))
    let weights = Tensor(start.map { trust($0.rotation.angle(to: likeness.rotation)) }) / sharing
    var now = first
    for round in 0..<rounds {
      try progress(Double(round) / Double(rounds))
      let mean = likeness.mean(bands, now, weights: weights)
      for _ in 0..<2 {
        var (hessian, gradient) = likeness.equations(bands, now, mean: mean, weights: weights, noise: noise)
        // Towards the landmarks' pose: the turn from here to there, and the way.
        let precision = Tensor([turn, turn, turn, shift, shift, depth].map { 1 / ($0 * $0) })
        hessian = hessian + call("aten::diag", precision)
        gradient = gradient + now.way(to: first) * precision
        now.move(by: motion.solve(hessian, gradient.unsqueeze(-1), now).squeeze(-1))
      }
      likeness.deepen(bands, now, mean: mean, weights: weights, noise: noise)
    }
    let moved = now.rigid
    // What all poses share is the likeness's place, not the head's.
    let common = mean(zip(start, moved).map { $0.inverse * $1 }).inverse
    return moved.map { $0 * common }
  }

  private func trust(_ angle: Float) -> Float { exp(-pow(angle / Float(reach), 2)) }

  /// The mean of small motions.
  private func mean(_ motions: [Rigid]) -> Rigid {
    let n = Float(motions.count)
    return Rigid(
      rotation: Matrix3(rotationVector: motions.reduce(.zero) { $0 + $1.rotation.rotationVector } / n),
      translation: motions.reduce(.zero) { $0 + $1.translation } / n)
  }
}
