import Face
import Torch

/// What the capture knows of how the surface moves, as targets for the deformation field.
///
/// For a frame, the fitted mesh says where each point of the head, observed in that frame, lies on the canonical head. Points on the
/// surface and along its normals, in the gaps between lips and lids, and of the torso, which stands still in the room while head space
/// turns with the head, are drawn with their canonical places. A photometric loss alone barely sees a lip that moves by less than a
/// pixel; this makes it move before the first ray.
final class MeshSupervision {
  private let model: MorphableModel
  private let identity, expressions, gaze: Tensor
  private let rotations, translations, torsoMotion: Tensor
  private let canonical, normals: Tensor  // [V, 3]
  private let meanRotation, meanTranslation: Tensor
  private let density: Tensor  // [V], how often a vertex is drawn
  /// Columns of the expressions that shut lids, and of those that shut lids take no part in; empty where lids get nothing of their own.
  private let blinks, looks: Tensor
  private let upper, lower: Tensor  // [G] vertices on either side of the gaps of mouth and eyes
  private let torsoWeight: Tensor  // [V], 1 where the room and not the head carries it
  private let torsoTop: Float
  private let frames: Tensor
  private let device: Device

  /// - Parameters:
  ///   - frames: indices of the training frames in `data`.
  ///   - drawn: the same as often as batches should have them.
  ///   - lids: whether all of the lids' skin is drawn more often, and not their rims alone.
  ///
  /// Throws `SubjectError.noModel` where the track was made with a face model that is not at hand.
  init(_ data: SubjectData, frames: [Int], drawn: [Int], lids: Bool) throws {
    model = try data.model()
    device = data.device
    self.frames = Tensor(drawn)
    (identity, expressions, gaze) = (data.identity, data.expressions, data.gaze)
    (rotations, translations, torsoMotion) = (data.poseRotations, data.poseTranslations, data.torsoMotion)
    let (canonical, normals) = Self.canonicalSurface(data, model, frames: frames)
    (self.canonical, self.normals) = (canonical, normals)
    let chosen = Tensor(frames)
    meanTranslation = translations.indexSelect(0, chosen).mean(0)
    meanRotation = nearestRotation(to: rotations.indexSelect(0, chosen).mean(0))

    let landmarks = model.landmarkVertices
    (upper, lower) = (Tensor(FaceGaps.upper.map { landmarks[$0] }), Tensor(FaceGaps.lower.map { landmarks[$0] }))
    var density = [Float](repeating: 1, count: model.vertexCount)
    // The mouth is a few per cent of the surface and most of the motion.
    let total = Float(model.vertexCount)
    let boosts: [(points: [Int], share: Float)] = [(FaceGaps.mouth, 0.5), (FaceGaps.eyes, 0.3)]
    for (points, share) in boosts { for point in points { density[landmarks[point]] += share * total / Float(points.count) } }
    let names = model.expressionNames
    func columns(_ beginnings: [String]) -> Tensor {
      Tensor(names.indices.filter { i in lids && beginnings.contains { names[i].hasPrefix($0) } }.map(Int64.init))
    }
    (blinks, looks) = (columns(["eyeBlink"]), columns(["eyeLookUp", "eyeLookDown"]))
    if lids {
      let ways = Self.blinkDistances(model), sum = max(ways.reduce(0, +), 1e-9)
      for (i, way) in ways.enumerated() { density[i] += 0.3 * total * way / sum }
    }
    self.density = Tensor(density)
    torsoWeight = model.torsoWeight
    torsoTop = canonical[.at(landmarks[152]), 1].floats[0] - 0.4
  }

  /// How far a blink moves each vertex, head units.
  private static func blinkDistances(_ model: MorphableModel) -> [Float] {
    let shut = model.expressionNames.map { $0.hasPrefix("eyeBlink") ? Float(1) : 0 }
    return (model.vertices(expression: Tensor(shut)) - model.vertices(expression: Tensor(shut) * 0)).norm(-1).floats
  }

  /// The canonical head is the subject with parted lips: then the inside of the mouth has room of its own in canonical space.
  private static func canonicalSurface(_ data: SubjectData, _ model: MorphableModel, frames: [Int]) -> (Tensor, Tensor) {
    let jaw = model.expressionNames.firstIndex(of: "jawOpen").map { data.expressions[.all, .at($0)].floats }
    let widest = frames.sorted { (jaw?[$0] ?? 0) > (jaw?[$1] ?? 0) }.prefix(max(1, frames.count / 20))
    let expression = data.expressions.indexSelect(0, Tensor(Array(widest))).mean(0)
    let vertices = model.vertices(identity: data.identity, expression: expression, gaze: Tensor.zeros([2]))
    return (vertices, vertexNormals(vertices, model.triangles))
  }

  /// Points observed in `count` random training frames and the canonical places they belong to, in head units.
  /// - Returns: frames `[B]` and their expressions `[B, Ne]` on the CPU; points `[B, P, 3]` and targets `[B, P, 3]` on the device of the steps.
  func batch(
    frames count: Int, points: Int, _ generator: Generator
  ) -> (frames: Tensor, expressions: Tensor, points: Tensor, targets: Tensor) {
    let gathered = frames.indexSelect(0, Tensor.randint(0..<frames.numel, [count], generator))
    let expression = blinking(expressions.indexSelect(0, gathered), generator)
    let posed = model.vertices(
      identity: identity.unsqueeze(0).expand(count, -1), expression: expression, gaze: gaze.indexSelect(0, gathered))
    let (surface, surfaceHome, surfaceShare) = surfacePoints(posed, points / 2, generator)
    let (gap, gapHome) = gapPoints(posed, points / 4, generator)
    let torsoHome =
      Tensor.rand([count, points / 4, 3], generator) * Tensor([3.4, 1.1, 1.8] as [Float]) + Tensor([-1.7, torsoTop - 1.1, -1.5])
    let homes = cat([surfaceHome, gapHome, torsoHome], 1)
    let share = cat([surfaceShare, .zeros([count, points / 4, 1]), .ones([count, points / 4, 1])], 1)
    return (gathered, expression, followingTorso(cat([surface, gap, torsoHome], 1), homes, share, gathered).to(device), homes.to(device))
  }

  /// `expressions` `[B, Ne]` of which a third shut their eyes by a random amount: a clip has few blinks, or none, but the model knows them.
  private func blinking(_ expressions: Tensor, _ generator: Generator) -> Tensor {
    guard blinks.numel > 0 else { return expressions }
    let count = expressions.size(0), changed = expressions.clone()
    let shut = Tensor.rand([count, 1], generator), chosen = Tensor.rand([count, 1], generator) .< 1 / 3.0
    callVoid("aten::index_copy_", changed, 1, blinks, shut.expand(count, blinks.numel))
    // Lids that are shut do not follow the eyes.
    callVoid("aten::index_copy_", changed, 1, looks, expressions.indexSelect(1, looks) * (1 - shut))
    return changed.where(chosen, else: expressions)
  }

  private func surfacePoints(_ posed: Tensor, _ count: Int, _ generator: Generator) -> (Tensor, Tensor, share: Tensor) {
    let batch = posed.size(0)
    let chosen = call("aten::multinomial", density, batch * count, true, generator)
    let along = (Tensor.rand([batch, count, 1], generator) - 0.6) * 0.3
    let offset = normals.indexSelect(0, chosen).reshape(batch, count, 3) * along
    let here = posed.gather(1, chosen.reshape(batch, count, 1).expand(-1, -1, 3))
    let share = torsoWeight.indexSelect(0, chosen).reshape(batch, count, 1)
    return (here + offset, canonical.indexSelect(0, chosen).reshape(batch, count, 3) + offset, share)
  }

  private func gapPoints(_ posed: Tensor, _ count: Int, _ generator: Generator) -> (Tensor, Tensor) {
    let batch = posed.size(0)
    let pair = Tensor.randint(0..<upper.numel, [batch * count], generator)
    let (above, below) = (upper.indexSelect(0, pair), lower.indexSelect(0, pair))
    let share = Tensor.rand([batch, count, 1], generator)
    let depth = (Tensor.rand([batch, count, 1], generator) - 0.75) * 0.4 * Tensor([0, 0, 1] as [Float])
    func between(_ vertices: Tensor) -> Tensor {
      func at(_ index: Tensor) -> Tensor { vertices.gather(1, index.reshape(batch, count, 1).expand(-1, -1, 3)) }
      return at(above) * (1 - share) + at(below) * share + depth
    }
    return (between(posed), between(canonical.unsqueeze(0).expand(batch, -1, -1)))
  }

  /// Where points are observed of which a `share` `[B, P, 1]` hangs on the torso: it keeps its place in the room while the head turns.
  private func followingTorso(_ points: Tensor, _ homes: Tensor, _ share: Tensor, _ gathered: Tensor) -> Tensor {
    let motion = torsoMotion.indexSelect(0, gathered)
    let still = homes.matmul(meanRotation.t()) + meanTranslation
    let room = still.matmul(rollMatrix(motion[.all, .at(3)]).transpose(1, 2)) + motion[.all, .to(3)].unsqueeze(1)
    let seen = (room - translations.indexSelect(0, gathered).unsqueeze(1)).matmul(rotations.indexSelect(0, gathered))
    return points * (1 - share) + seen * share
  }
}

/// Landmarks of the 468-point mesh on either side of the openings of the face, the upper one first, from the right corner to the left.
enum FaceGaps {
  static let upper = [191, 80, 81, 82, 13, 312, 311, 310, 415] + [246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398]
  static let lower = [95, 88, 178, 87, 14, 317, 402, 318, 324] + [7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382]
  static let mouth =
    [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409, 78, 308] + upper.prefix(9) + lower.prefix(9)
  static let eyes = Array(upper.dropFirst(9) + lower.dropFirst(9))
}

/// Unit normals of a mesh's vertices, weighted by triangle area. Vertices `[V, 3]`, triangles `[F, 3]` -> `[V, 3]`.
func vertexNormals(_ vertices: Tensor, _ triangles: Tensor) -> Tensor {
  let corners = (0..<3).map { triangles[.all, .at($0)].to(.int64) }
  let points = corners.map { vertices.indexSelect(0, $0) }
  let face = call("aten::linalg_cross", points[1] - points[0], points[2] - points[0])
  let sum = corners.reduce(vertices.zerosLike()) { $0.indexAdd(0, $1, face) }
  return sum / (sum.norm(-1, keepdim: true) + 1e-12)
}

/// The rotation nearest to a 3x3 matrix in the least-squares sense (orthogonal Procrustes).
func nearestRotation(to matrix: Tensor) -> Tensor {
  let (u, _, vt) = call3("aten::linalg_svd", matrix)
  let sign = call("aten::linalg_det", u.matmul(vt)).item
  return (u * Tensor([1, 1, Float(sign < 0 ? -1 : 1)])).matmul(vt)
}

/// Rotations about the z axis by angles `[F]`: `[F, 3, 3]`.
func rollMatrix(_ angles: Tensor) -> Tensor {
  let (c, s, none) = (angles.cos(), angles.sin(), angles.zerosLike())
  return stack([c, -s, none, s, c, none, none, none, none + 1], -1).reshape(-1, 3, 3)
}
