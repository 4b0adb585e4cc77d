import Datasets
import Face
import Foundation
import Metrics
import Torch
import Tracking

/// AED and APD: the avatar's images and the truth are tracked as any clip is, by the same fit with the same settings, and what it finds is
/// compared. Who the person is, both fits take from the dataset's track; where that is of another head model, the avatar's from the truth's.
struct Retracking {
  private var indices: [Int] = []
  private var truth: [FaceLandmarks?] = []
  private var render: [FaceLandmarks?] = []

  /// Takes what was seen in the next frame in order of time, of number `frame`.
  mutating func add(_ seen: FaceLandmarks?, truth: FaceLandmarks?, frame: Int) {
    indices.append(frame)
    render.append(seen)
    self.truth.append(truth)
  }

  struct Found {
    /// Of the avatar's images, and of the truth held still at its mean: what an avatar that never moves would have.
    var distance, still: CoefficientDistance
    var frames: Int
  }

  /// nil where fewer than three frames show a face in both. Images are of the size of `track`'s camera.
  func compare(_ track: Track) throws -> Found? {
    guard zip(render, truth).count(where: { $0 != nil && $1 != nil }) >= 3 else { return nil }
    let model = MorphableModel.builtIn(), camera = track.camera
    var fit = FaceFit(model)
    fit.center = camera.center
    if track.modelName == model.name, track.identity.count <= model.identityNames.count {
      fit.person = FaceFit.Person(identity: track.identity, calibration: track.calibration, focal: camera.focal.x)
    }
    let seen = try fit.fit(inTime(truth), width: camera.width, height: camera.height)
    fit.person = fit.person ?? FaceFit.Person(identity: seen.identity, calibration: seen.calibration, focal: seen.camera.focal.x)
    let own = try fit.fit(inTime(render), width: camera.width, height: camera.height)
    let pairs = zip(own.frames, seen.frames).compactMap { own, seen in own.flatMap { own in seen.map { (own, $0) } } }
    let (a, b) = (Self.tensors(pairs.map(\.0)), Self.tensors(pairs.map(\.1)))
    let mean = (b.expressions.mean(0).expand(pairs.count, -1), b.poses.mean(0).expand(pairs.count, -1))
    guard let distance = CoefficientDistance(expressions: a.expressions, poses: a.poses, truth: b),
      let still = CoefficientDistance(expressions: mean.0, poses: mean.1, truth: b)
    else { return nil }
    return Found(distance: distance, still: still, frames: pairs.count)
  }

  /// Faces at the places of their frames' numbers, nil between, as the fit wants them.
  private func inTime(_ faces: [FaceLandmarks?]) -> [FaceLandmarks?] {
    guard let first = indices.first, let last = indices.last else { return [] }
    var all = [FaceLandmarks?](repeating: nil, count: last - first + 1)
    for (index, face) in zip(indices, faces) { all[index - first] = face }
    return all
  }

  /// Expressions `[F, Ne]`, and poses `[F, 6]`: yaw, pitch, roll, radians, then the place, head units.
  private static func tensors(_ frames: [FaceFit.Frame]) -> (expressions: Tensor, poses: Tensor) {
    let poses = frames.flatMap { frame in
      let angles = frame.pose.rotation.yawPitchRoll, place = frame.pose.translation
      return [angles.x, angles.y, angles.z, place.x, place.y, place.z]
    }
    return (Tensor(frames.flatMap(\.expression), [frames.count, frames.first?.expression.count ?? 0]), Tensor(poses, [frames.count, 6]))
  }
}
