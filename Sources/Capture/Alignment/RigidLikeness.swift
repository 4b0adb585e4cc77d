import Datasets
import Face
import Torch
import Tracking

/// Points of a head that move with it as one, taken from the frame whose pose is nearest to the clip's mean.
struct RigidLikeness {
  /// `[P, 3]`, head units.
  private(set) var points: Tensor
  /// The way along which their depth was taken, `[P, 3]`; how far they have moved along it, and how far they may be expected to, `[P]`.
  private let directions: Tensor
  private var offsets: Tensor
  private let freedom: Tensor
  /// That frame's head to camera.
  let rotation: Matrix3
  private let camera: Camera
  /// Points at most, about.
  private static let most = 4_000

  /// nil where too little of the head can be seen.
  init?(_ dataset: Dataset, _ model: MorphableModel) throws {
    let frames = dataset.track.frames
    let sum = frames.reduce([Float](repeating: 0, count: 9)) { zip($0, $1.state.pose.rotation.rows).map(+) }
    let mean = Matrix3(rows: sum.map { $0 / Float(frames.count) }).orthonormalized
    guard
      let home = frames.indices.min(by: { frames[$0].state.pose.rotation.angle(to: mean) < frames[$1].state.pose.rotation.angle(to: mean) })
    else { return nil }
    (rotation, camera) = (frames[home].state.pose.rotation, dataset.camera)
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
    points = places(0)
    directions = places(1) - points
    offsets = Tensor.zeros([kept.count])
    // The face's shape is fitted; hair and ears are anybody's guess.
    freedom = Tensor(
      kept.map { labels[$0] == SemanticClass.hair.rawValue || labels[$0] == SemanticClass.ears.rawValue ? Float(0.2) : 0.03 })
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

  /// Where the points are turned to and in the camera, `[n, P, 3]` both, and in the image, `[n, P, 2]`.
  private func place(_ poses: HeadPoses) -> (turned: Tensor, placed: Tensor, pixels: Tensor) {
    let turned = points.unsqueeze(0).expand(poses.count, -1, -1).bmm(poses.rotation.transpose(1, 2))
    let placed = turned + poses.translation.unsqueeze(1)
    let depth = -placed[.ellipsis, 2]
    let x = placed[.ellipsis, 0] / depth * Double(camera.focal.x) + Double(camera.center.x)
    let y = placed[.ellipsis, 1] / depth * Double(-camera.focal.y) + Double(camera.center.y)
    return (turned, placed, stack([x, y], -1))
  }
  /// What images `[n, 1, H, W]` show at `pixels` `[n, P, 2]`: `[n, P]`.
  private func look(_ images: Tensor, _ pixels: Tensor) -> Tensor {
    let size = Tensor([Float(camera.width), Float(camera.height)])
    return images.gridSample((pixels * 2 / size - 1).unsqueeze(1), padding: .border).squeeze(2).squeeze(1)
  }

  /// Frames that are dealt with at once, so that what they need fits the cache.
  private static let chunk = 32
  private func chunks(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: Self.chunk).map { $0..<min($0 + Self.chunk, count) }
  }

  /// The mean value of every point over the frames, `[P]`, which count by `weights` `[N]`.
  func mean(_ bands: BandImages, _ poses: HeadPoses, weights: Tensor) -> Tensor {
    let sum = chunks(poses.count).reduce(Tensor.zeros([points.size(0)])) { sum, range in
      sum + weights.narrow(0, range.lowerBound, range.count).matmul(look(bands[range], place(poses[range]).pixels))
    }
    return sum / weights.sum()
  }

  /// Gauss-Newton's equations of the frames' poses, `[N, 6, 6]` and `[N, 6]` float64: a rotation vector after the pose's rotation, a
  /// translation. Differences from `mean` are expected to be about `noise`.
  func equations(_ bands: BandImages, _ poses: HeadPoses, mean: Tensor, weights: Tensor, noise: Double) -> (
    hessian: Tensor, gradient: Tensor
  ) {
    var (hessians, gradients): ([Tensor], [Tensor]) = ([], [])
    for range in chunks(poses.count) {
      let seen = slopes(bands, poses, range, mean: mean, weights: weights, noise: noise)
      let rows = cat([call("aten::linalg_cross", seen.turned, seen.slope, -1), seen.slope], -1)
      let weighted = (rows * seen.weight.unsqueeze(-1)).transpose(1, 2)
      hessians.append(weighted.bmm(rows).to(.float64))
      gradients.append(weighted.bmm(seen.residual.unsqueeze(-1)).squeeze(-1).to(.float64))
    }
    return (cat(hessians), cat(gradients))
  }

  /// Moves the points along their depth to where all frames together want them.
  mutating func deepen(_ bands: BandImages, _ poses: HeadPoses, mean: Tensor, weights: Tensor, noise: Double) {
    var (h, g) = (freedom.square().reciprocal(), -offsets / freedom.square())
    for range in chunks(poses.count) {
      let seen = slopes(bands, poses, range, mean: mean, weights: weights, noise: noise)
      let along = (seen.slope * directions.matmul(poses[range].rotation.transpose(1, 2))).sum(-1)
      h = h + (along.square() * seen.weight).sum(0)
      g = g + (along * seen.residual * seen.weight).sum(0)
    }
    let step = (g / h).clamp(-0.1, 0.1)
    offsets = offsets + step
    points = points + directions * step.unsqueeze(1)
  }

  /// How the values seen at the points change with their places in the camera, `[n, P, 3]`, what they lack to the points' own, and what that
  /// counts, by Huber's weights and the frames', `[n, P]`.
  private func slopes(
    _ bands: BandImages, _ all: HeadPoses, _ range: Range<Int>, mean: Tensor, weights: Tensor, noise: Double
  ) -> (turned: Tensor, slope: Tensor, residual: Tensor, weight: Tensor) {
    let images = bands[range]
    let (turned, placed, pixels) = place(all[range])
    func seen(_ x: Float, _ y: Float) -> Tensor { look(images, pixels + Tensor([x, y])) }
    let residual = mean - seen(0, 0)
    let weight = residual.abs().clamp(2 * noise).reciprocal() * (2 / noise) * weights.narrow(0, range.lowerBound, range.count).unsqueeze(1)
    let inverse = -placed[.ellipsis, 2].reciprocal()
    let across = (seen(1, 0) - seen(-1, 0)) * 0.5 * inverse * Double(camera.focal.x)
    let down = (seen(0, 1) - seen(0, -1)) * 0.5 * inverse * Double(-camera.focal.y)
    let slope = stack([across, down, (across * placed[.ellipsis, 0] + down * placed[.ellipsis, 1]) * inverse], -1)
    return (turned, slope, residual, weight)
  }
}
