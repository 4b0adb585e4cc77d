import Datasets
import Face
import Torch
import Tracking

/// Points of a head that move with it as one, taken from the frame whose pose is nearest to the clip's mean.
package struct RigidLikeness {
  /// `[P, 3]`, head units.
  package private(set) var points: Tensor
  /// The way along which their depth was taken, `[P, 3]`; how far they have moved along it, and how far they may be expected to, `[P]`.
  let directions: Tensor
  private var offsets: Tensor
  private let freedom: Tensor
  /// That frame's head to camera.
  package let rotation: Matrix3
  let camera: Camera
  /// Points at most, about.
  private static let most = 4_000

  package init(points: Tensor, directions: Tensor, freedom: Tensor, rotation: Matrix3, camera: Camera) {
    (self.points, self.directions, self.freedom, self.rotation, self.camera) = (points, directions, freedom, rotation, camera)
    offsets = .zeros([points.size(0)])
  }

  /// nil where too little of the head can be seen.
  package init?(_ dataset: Dataset, _ model: MorphableModel) throws {
    let frames = dataset.track.frames
    let sum = frames.reduce([Float](repeating: 0, count: 9)) { zip($0, $1.state.pose.rotation.rows).map(+) }
    let mean = Matrix3(rows: sum.map { $0 / Float(frames.count) }).orthonormalized
    guard
      let home = frames.indices.min(by: { frames[$0].state.pose.rotation.angle(to: mean) < frames[$1].state.pose.rotation.angle(to: mean) })
    else { return nil }
    let camera = dataset.camera
    let state = frames[home].state, head = FittedHead(dataset.track, model), seen = dataset.cameraInHead(home)
    let drawn = Rasteriser.draw(head.vertices(state), model.triangles, camera: seen)
    let labels = try dataset.labels(home).array(UInt8.self)
    let (w, h) = (camera.width, camera.height)
    // What the mouth moves is no part of it.
    let lip = seen.project(head.landmarks(state)[0]).y
    let rigid: Set<SemanticClass> = [.skin, .nose, .ears, .hair, .brows, .glasses]
    let wanted = labels.indices.map { i in
      guard let label = SemanticClass(rawValue: labels[i]), rigid.contains(label) else { return false }
      return Float(i / w) < lip || label == .hair || label == .ears
    }
    var depth = labels.indices.map { drawn.depth[$0] }
    Self.spread(&depth, wanted, w, h)
    let found = labels.indices.filter { wanted[$0] && depth[$0].isFinite }
    guard found.count >= 500 else { return nil }
    // Neighbours say nearly the same.
    let kept = Swift.stride(from: 0, to: found.count, by: max(1, found.count / Self.most)).map { found[$0] }
    func places(_ more: Float) -> Tensor {
      let all = kept.map { seen.unproject([Float($0 % w) + 0.5, Float($0 / w) + 0.5], depth: depth[$0] + more) }
      return Tensor(all.flatMap { [$0.x, $0.y, $0.z] }, [all.count, 3])
    }
    let points = places(0)
    // The face's shape is fitted; hair and ears are anybody's guess.
    let freedom = kept.map { labels[$0] == SemanticClass.hair.rawValue || labels[$0] == SemanticClass.ears.rawValue ? Float(0.2) : 0.03 }
    self.init(
      points: points, directions: places(1) - points, freedom: Tensor(freedom), rotation: state.pose.rotation, camera: camera)
  }

  /// Hair stands off the surface: pixels without a depth take their neighbours', from the surface outwards.
  private static func spread(_ depth: inout [Float], _ wanted: [Bool], _ w: Int, _ h: Int) {
    var open = wanted.indices.filter { wanted[$0] && !depth[$0].isFinite }
    while !open.isEmpty {
      var filled: [(Int, Float)] = []
      for i in open {
        var (sum, count) = (Float(0), Float(0))
        for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
          let (x, y) = (i % w + dx, i / w + dy)
          guard x >= 0, x < w, y >= 0, y < h, depth[y * w + x].isFinite else { continue }
          sum += depth[y * w + x]
          count += 1
        }
        if count > 0 { filled.append((i, sum / count)) }
      }
      guard !filled.isEmpty else { return }
      for (i, value) in filled { depth[i] = value }
      open = open.filter { !depth[$0].isFinite }
    }
  }

  /// What the kernels take of the camera.
  private var numbers: [Double] { [camera.focal.x, camera.focal.y, camera.center.x, camera.center.y].map(Double.init) }

  /// The mean value of every point over the frames, `[P]`, which count by `weights` `[N]`.
  package func mean(_ bands: BandImages, _ poses: HeadPoses, weights: Tensor) -> Tensor {
    call("likeness::rigid_mean", bands.values, poses.rotation, poses.translation, weights, points, numbers)
  }

  /// Gauss-Newton's equations of the frames' poses, `[N, 6, 6]` and `[N, 6]` float64: a rotation vector after the pose's rotation, a
  /// translation. Differences from `mean` are expected to be about `noise`.
  package func equations(_ bands: BandImages, _ poses: HeadPoses, mean: Tensor, weights: Tensor, noise: Double) -> (
    hessian: Tensor, gradient: Tensor
  ) {
    let (hessian, gradient) = call2(
      "likeness::rigid_poses", bands.values, poses.rotation, poses.translation, weights, points, numbers, mean, noise)
    return (hessian, gradient)
  }

  /// The same of the points' places along `directions`, `[P]` twice.
  package func depths(_ bands: BandImages, _ poses: HeadPoses, mean: Tensor, weights: Tensor, noise: Double) -> (
    hessian: Tensor, gradient: Tensor
  ) {
    let (hessian, gradient) = call2(
      "likeness::rigid_depths", bands.values, poses.rotation, poses.translation, weights, points, numbers, mean, noise, directions)
    return (hessian, gradient)
  }

  /// Moves the points along their depth to where all frames together want them.
  package mutating func deepen(_ bands: BandImages, _ poses: HeadPoses, mean: Tensor, weights: Tensor, noise: Double) {
    let (hessian, gradient) = depths(bands, poses, mean: mean, weights: weights, noise: noise)
    let step = ((gradient - offsets / freedom.square()) / (hessian + freedom.square().reciprocal())).clamp(-0.1, 0.1)
    offsets = offsets + step
    points = points + directions * step.unsqueeze(1)
  }
}
