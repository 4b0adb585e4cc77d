import Face
import Radiance
import Torch

extension HyperSpace {
  /// Frames looked at for the first occupancy.
  private static let silhouettes = 48
  /// What cells are taken to show before any ray, and what one keeps of it in a step that did not look at it: what lies inside the head and
  /// no side ever shows is empty after some 350 steps, while what was clearly seen from some side lasts for 1,000 or more.
  private static let unseen = 0.02
  /// The same of cells of the template, which keep less of it: all of them are looked into for the first 700 steps.
  private static let unseenOfTemplate = 0.03
  static let hiddenKept = 0.998

  /// Lays out box, lattice and occupancy around the head of `data` and all that its images show of it.
  func prepare(_ data: SubjectData, _ c: HyperPlanesConfiguration, _ depth: DepthRange) throws {
    let train = Tensor(data.train)
    let poses = data.cameraToHead.indexSelect(0, train)
    let model = try data.model()
    let head = model.vertices(
      identity: data.identity, expression: data.expressions.indexSelect(0, train).mean(0), gaze: .zeros([2]))
    let landmarks = head.indexSelect(0, Tensor(model.landmarkVertices))
    // Between the eyes' line and the lips, at the depth of the face.
    let chin = landmarks[152].floats, brow = landmarks[9].floats, nose = landmarks[1].floats
    let face = SIMD3<Float>(0, (chin[1] + brow[1]) / 2, nose[2] - 0.45)

    withoutGradient {
      let rotation = nearestRotation(to: poses[.all, .all, .to(3)].mean(0))
      meanPose.copy_(cat([rotation, poses[.all, .all, .at(3)].mean(0).unsqueeze(-1)], 1))
      neck.copy_(Tensor([chin[1] - 0.02, chin[1] - 0.38]))
      let (low, high) = Self.seen(data.camera, poses, depth)
      layOut(low: low, high: high, face: face, inner: [0.75, (brow[1] - chin[1]) / 2 + 0.1, 0.5], c)
      let hull = silhouetteHull(data) .& reach(data, model, head, below: chin[1])
      visibility.copy_(hull.to(.float32) * Self.unseen)
      shown?.fill_(Self.unseenOfTemplate)
      cells.copy_(OccupancyGrid(occupied: hull, box: box).cells)
    }
  }

  /// Sets box and axes: finest about `face`, within `inner` of it. Axes are even about it, so half of each reaches the box's farther end.
  package func layOut(low: SIMD3<Float>, high: SIMD3<Float>, face: SIMD3<Float>, inner: SIMD3<Float>, _ c: HyperPlanesConfiguration) {
    center.copy_(Tensor([face.x, face.y, face.z - 0.3]))
    scale.copy_(Tensor(Float(0.5)))
    box.copy_(Tensor([low.x, low.y, low.z, high.x, high.y, high.z], [2, 3]))
    let half = pointwiseMax(face - low, high - face)
    let lattice = AxisWarp(center: face, half: half, inner: inner * Float(c.latticeInner), share: Float(c.latticeFocus))
    latticeAxes.copy_(lattice.tensor)
    templateAxes.copy_(AxisWarp(center: face, half: half, inner: inner, share: Float(c.templateFocus)).tensor)
    nodes.copy_(lattice.nodes(SIMD3(c.lattice[0], c.lattice[1], c.lattice[2])).reshape(-1, 3))
  }

  /// The corners of what the image shows of head space between the depths, over all poses.
  private static func seen(_ camera: Camera, _ poses: Tensor, _ depth: DepthRange) -> (SIMD3<Float>, SIMD3<Float>) {
    let corners = Tensor([0, camera.width - 1, (camera.height - 1) * camera.width, camera.height * camera.width - 1])
    var all: [Tensor] = []
    for corner in 0..<4 {
      let rays = headRays(
        camera, poses: poses, pixels: corners.narrow(0, corner, 1).expand([poses.size(0)]), depth)
      for t in [rays.near, rays.far] { all.append(rays.origins + rays.directions * t.unsqueeze(1)) }
    }
    let points = cat(all)
    func corner(_ t: Tensor) -> SIMD3<Float> { t.floats.withUnsafeBufferPointer { SIMD3($0[0], $0[1], $0[2]) } }
    // Without the far corners of the few that turn most; nothing lies deeper than a head about its middle. Below the image the torso goes
    // on, and a nod brings it in.
    var (low, high) = (corner(points.quantile(0.005, 0)), corner(points.quantile(0.995, 0)))
    low.y -= 0.15
    low.z = Float(-depth.back)
    high.z = Float(depth.front)
    return (low, high)
  }

  /// The cells whose middle is on the person in any of some frames, or in none of their images, `[Z, Y, X]` bool.
  private func silhouetteHull(_ data: SubjectData) -> Tensor {
    let centers = occupancy.centers
    var hull = Tensor.zeros([centers.size(0)], .bool), seen = hull
    for frame in data.someTrainingFrames(Self.silhouettes) {
      let (label, inside) = data.labels(at: centers, frame: frame)
      // Unlabelled pixels may show the person.
      hull = hull .| (inside .& (label .!= 0))
      seen = seen .| inside
    }
    return (hull .| seen.logicalNot()).reshape(cells.shape)
  }

  /// The part of the lattice's nodes that hangs on the torso, `[Z, Y, X]` in 0...1: how often frames show torso there, and not the head;
  /// by height where they say little.
  func torsoShare(_ data: SubjectData) -> Tensor {
    let byHeight = torsoShareByHeight(nodes).squeeze(-1)
    var torso = byHeight * 2, all = torso.onesLike() * 2
    for frame in data.someTrainingFrames(Self.silhouettes) {
      let (label, inside) = data.labels(at: nodes, frame: frame)
      let isTorso = inside .& (label .== Double(SemanticClass.torso.rawValue))
      let isHead = inside .& (label .> 0) .& (label .< Double(SemanticClass.torso.rawValue))
      torso = torso + isTorso.to(.float32)
      all = all + (isTorso .| isHead).to(.float32)
    }
    return torso / all
  }
}

extension SubjectData {
  /// As many training frames, evenly spread.
  func someTrainingFrames(_ most: Int) -> [Int] {
    let count = min(most, train.count)
    return (0..<count).map { train[$0 * train.count / count] }
  }

  /// What a frame's image shows where `points` `[n, 3]` of its head space are: classes `[n]` uint8, and which points are in the image.
  func labels(at points: Tensor, frame: Int) -> (label: Tensor, inside: Tensor) {
    let pose = cameraToHead[.at(frame)]
    let inCamera = (points - pose[.all, .at(3)]).matmul(pose[.all, .to(3)])
    let depth = -inCamera[.all, .at(2)]
    let x = inCamera[.all, .at(0)] / depth * Double(camera.focal.x) + Double(camera.center.x)
    let y = inCamera[.all, .at(1)] / depth * Double(-camera.focal.y) + Double(camera.center.y)
    let (column, row) = (x.floor().to(.int64), y.floor().to(.int64))
    let inside = (column .>= 0) .& (column .< Double(camera.width)) .& (row .>= 0) .& (row .< Double(camera.height))
    let place = (row &* camera.width + column).clamp(0, Double(camera.width * camera.height - 1)).to(.int64)
    return (labels[.at(frame)].reshape(-1).indexSelect(0, place), inside)
  }
}

extension HyperSpace {
  /// How far hair and clothes may stand off the tracked surface, and how far the face itself; and how deep it is behind (the mouth is),
  /// head units.
  private static let (reach, faceReach, faceDepth) = (Float(0.45), Float(0.15), Float(0.5))

  /// The cells near the tracked surface, and below its chin those at the depths of the torso: what a still camera does not tell of depth,
  /// the tracked surface does. `head` `[V, 3]` is the mean one; the face is taken in many frames. `[Z, Y, X]` bool.
  private func reach(_ data: SubjectData, _ model: MorphableModel, _ head: Tensor, below chin: Float) -> Tensor {
    let some = data.someTrainingFrames(24), frames = Tensor(some)
    let posed = model.vertices(
      identity: data.identity.unsqueeze(0).expand(some.count, -1), expression: data.expressions.indexSelect(0, frames),
      gaze: .zeros([some.count, 2]))
    let surface = Tensor(Array(model.landmarkVertices.prefix(468)))
    let face = posed.indexSelect(1, surface).reshape(-1, 3)
    let behind = cat((0..<6).map { face - Tensor([0, 0, Self.faceDepth * Float($0) / 5]) })
    // Of the rest, what lies farther from the face than hair stands off.
    let distance = call("aten::cdist", head, head.indexSelect(0, surface), 2.0, Int?.none).amin(1)
    let rest = head.indexSelect(0, (distance .> Double(Self.reach)).nonzero().squeeze(1))
    let torso = head.indexSelect(0, (model.torsoWeight .> 0.5).nonzero().squeeze(1))
    let near = cells(within: Self.faceReach, of: behind) .| cells(within: Self.reach, of: rest)
    guard torso.size(0) > 0 else { return near }
    let centers = occupancy.centers, z = torso[.all, .at(2)], depth = centers[.all, .at(2)]
    let slab = (centers[.all, .at(1)] .< Double(chin)) .& (depth .> z.min()) .& (depth .< z.max() + Double(Self.faceReach))
    return near .| slab.reshape(cells.shape)
  }

  /// The cells about a distance or less from any of `points` `[n, 3]`, `[Z, Y, X]` bool.
  private func cells(within distance: Float, of points: Tensor) -> Tensor {
    let marked = call("aten::index_fill.int_Scalar", Tensor.zeros([cells.numel]), 0, occupancy.cell(of: points), 1)
    let widths = (box[1] - box[0]).floats
    let radius = (0..<3).map { max(1, Int((distance / widths[2 - $0] * Float(cells.size($0))).rounded(.up))) }
    let grown = call("aten::max_pool3d", marked.reshape([1, 1] + cells.shape), radius.map { 2 * $0 + 1 }, [1, 1, 1], radius)
    return (grown .> 0).reshape(cells.shape)
  }
}

private func pointwiseMax(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> { a.replacing(with: b, where: a .< b) }
