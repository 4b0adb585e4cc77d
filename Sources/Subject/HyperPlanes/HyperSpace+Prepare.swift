import Capture
import Face
import Radiance
import Torch

extension HyperSpace {
  /// Frames looked at for the first occupancy.
  private static let silhouettes = 48

  /// Lays out box, lattice and occupancy around the head of `data` and all that its pictures show of it.
  func prepare(_ data: SubjectData, _ c: HyperPlanesConfiguration, _ depth: SubjectConfiguration.DepthRange) throws {
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
      neck.copy_(Tensor([chin[1] - 0.05, chin[1] - 0.75]))
      let (low, high) = Self.seen(data.camera, poses, depth)
      layOut(low: low, high: high, face: face, inner: [0.75, (brow[1] - chin[1]) / 2 + 0.1, 0.5], c)
      let hull = silhouetteHull(data) .& reach(of: head, model.torsoWeight, below: chin[1])
      visibility.copy_(hull.to(.float32))
      cells.copy_(OccupancyGrid(occupied: hull, box: box).cells)
    }
  }

  /// Sets box and axes: finest about `face`, within `inner` of it. Axes are even about it, so half of each reaches the box's farther end.
  package func layOut(low: SIMD3<Float>, high: SIMD3<Float>, face: SIMD3<Float>, inner: SIMD3<Float>, _ c: HyperPlanesConfiguration) {
    center.copy_(Tensor([face.x, face.y, face.z - 0.3]))
    scale.copy_(Tensor(Float(0.5)))
    box.copy_(Tensor([low.x, low.y, low.z, high.x, high.y, high.z], [2, 3]))
    let half = pointwiseMax(face - low, high - face)
    let lattice = AxisWarp(center: face, half: half, inner: inner, share: Float(c.latticeFocus))
    latticeAxes.copy_(lattice.tensor)
    templateAxes.copy_(AxisWarp(center: face, half: half, inner: inner, share: Float(c.templateFocus)).tensor)
    nodes.copy_(lattice.nodes(SIMD3(c.lattice[0], c.lattice[1], c.lattice[2])).reshape(-1, 3))
  }

  /// The corners of what the picture shows of head space between the depths, over all poses.
  private static func seen(_ camera: Camera, _ poses: Tensor, _ depth: SubjectConfiguration.DepthRange) -> (SIMD3<Float>, SIMD3<Float>) {
    let corners = Tensor([0, camera.width - 1, (camera.height - 1) * camera.width, camera.height * camera.width - 1])
    var all: [Tensor] = []
    for corner in 0..<4 {
      let rays = headRays(
        camera, poses: poses, pixels: corners.narrow(0, corner, 1).expand([poses.size(0)]), depth)
      for t in [rays.near, rays.far] { all.append(rays.origins + rays.directions * t.unsqueeze(1)) }
    }
    let points = cat(all)
    func corner(_ t: Tensor) -> SIMD3<Float> { t.floats.withUnsafeBufferPointer { SIMD3($0[0], $0[1], $0[2]) } }
    // Of the turned heads' far corners only what most of them share; nothing lies deeper than a head about its middle.
    var (low, high) = (corner(points.quantile(0.05, 0)), corner(points.quantile(0.95, 0)))
    low.z = Float(-depth.back)
    high.z = Float(depth.front)
    return (low, high)
  }

  /// The cells whose middle is on the person in any of some frames, `[Z, Y, X]` bool.
  private func silhouetteHull(_ data: SubjectData) -> Tensor {
    let centers = occupancy.centers
    let count = min(Self.silhouettes, data.train.count)
    var hull = Tensor.zeros([centers.size(0)], .bool)
    for k in 0..<count {
      let frame = data.train[k * data.train.count / count]
      let pose = data.cameraToHead[.at(frame)]
      let inCamera = (centers - pose[.all, .at(3)]).matmul(pose[.all, .to(3)])
      let depth = -inCamera[.all, .at(2)]
      let x = inCamera[.all, .at(0)] / depth * Double(data.camera.focal.x) + Double(data.camera.center.x)
      let y = inCamera[.all, .at(1)] / depth * Double(-data.camera.focal.y) + Double(data.camera.center.y)
      let (column, row) = (x.floor().to(.int64), y.floor().to(.int64))
      let inside = (column .>= 0) .& (column .< Double(data.camera.width)) .& (row .>= 0) .& (row .< Double(data.camera.height))
      let place = (row &* data.camera.width + column).clamp(0, Double(data.camera.width * data.camera.height - 1)).to(.int64)
      let label = data.labels[.at(frame)].reshape(-1).indexSelect(0, place)
      // Unlabelled pixels may show the person.
      hull = hull .| (inside .& (label .!= 0))
    }
    return hull.reshape(cells.shape)
  }
}

extension HyperSpace {
  /// How far hair and clothes may stand off the tracked surface, head units.
  private static let reach = 0.45

  /// The cells near the tracked head `[V, 3]`, and below its chin those at the depths of its torso: what a still camera does not tell of
  /// depth, the tracked surface does. `[Z, Y, X]` bool.
  fileprivate func reach(of head: Tensor, _ torsoWeight: Tensor, below chin: Float) -> Tensor {
    let grid = occupancy, centers = grid.centers
    var near = Tensor.zeros([1, 1] + cells.shape)
    near.reshape(-1).copy_(call("aten::index_fill.int_Scalar", near.reshape(-1), 0, grid.cell(of: head), 1))
    let widths = (box[1] - box[0]).floats
    let radius = (0..<3).map { max(1, Int((Self.reach / Double(widths[2 - $0]) * Double(cells.size($0))).rounded(.up))) }
    near = call("aten::max_pool3d", near, radius.map { 2 * $0 + 1 }, [1, 1, 1], radius)
    let torso = head.indexSelect(0, (torsoWeight .> 0.5).nonzero().squeeze(1))
    guard torso.size(0) > 0 else { return (near .> 0).reshape(cells.shape) }
    let z = torso[.all, .at(2)], depth = centers[.all, .at(2)]
    let slab = (centers[.all, .at(1)] .< Double(chin)) .& (depth .> z.min() - Self.reach) .& (depth .< z.max() + Self.reach)
    return ((near.reshape(-1) .> 0) .| slab).reshape(cells.shape)
  }
}

private func pointwiseMax(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> { a.replacing(with: b, where: a .< b) }
