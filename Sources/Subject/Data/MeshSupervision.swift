import Face
import Torch

/// What the capture knows of how the surface moves, as targets for the deformation field.
///
/// For a frame, the fitted mesh says where each point of the head, observed in that frame, lies on the canonical head. Points on the
/// surface and along its normals, in the gaps between lips and lids, and of the torso, which stands still in the room while head space
/// turns with the head, are drawn with their canonical places. A photometric loss alone barely sees a lip that moves by less than a
/// pixel; this makes it move before the first ray.
final class MeshSupervision {
  private let head: SubjectHead
  private let expressions: Tensor
  private let gaze: [SIMD2<Float>]
  private let rotations, translations, torsoMotion: Tensor
  private let meanRotation, meanTranslation: Tensor
  /// Columns of the expressions that shut lids, and of those that shut lids take no part in; empty where lids get nothing of their own.
  private let blinks, looks: Tensor
  private let torsoWeight: [Float]  // [V], 1 where the room and not the head carries it
  private let torsoTop: Float
  private let frames: Tensor
  private let device: Device

  /// - Parameters:
  ///   - frames: indices of the training frames in `data`.
  ///   - drawn: the same as often as batches should have them.
  ///   - lids: whether eyes are shut at random, and not as in the frames alone.
  ///
  /// Throws `SubjectError.noModel` where the track was made with a face model that is not at hand.
  init(_ data: SubjectData, frames: [Int], drawn: [Int], lids: Bool) throws {
    head = try data.head
    device = data.device
    self.frames = Tensor(drawn)
    expressions = data.expressions
    gaze = data.track.frames.map(\.state.gaze)
    (rotations, translations, torsoMotion) = (data.poseRotations, data.poseTranslations, data.torsoMotion)
    let chosen = Tensor(frames), model = head.model
    meanTranslation = translations.indexSelect(0, chosen).mean(0)
    meanRotation = nearestRotation(to: rotations.indexSelect(0, chosen).mean(0))
    let names = model.expressionNames
    func columns(_ beginnings: [String]) -> Tensor {
      Tensor(names.indices.filter { i in lids && beginnings.contains { names[i].hasPrefix($0) } }.map(Int64.init))
    }
    (blinks, looks) = (columns(["eyeBlink"]), columns(["eyeLookUp", "eyeLookDown"]))
    torsoWeight = model.torsoWeight.floats
    torsoTop = head.canonical[Int(model.landmarkVertices[152])].y - 0.4
  }

  /// Points observed in `count` random training frames and the canonical places they belong to, in head units.
  /// - Returns: frames `[B]` and their expressions `[B, Ne]` on the CPU; points `[B, P, 3]`, targets `[B, P, 3]` and how much each counts
  ///   `[B, P]` on the device of the steps.
  func batch(
    frames count: Int, points: Int, _ generator: Generator
  ) -> (frames: Tensor, expressions: Tensor, points: Tensor, targets: Tensor, weights: Tensor) {
    let gathered = frames.indexSelect(0, Tensor.randint(0..<frames.numel, [count], generator))
    let expression = blinking(expressions.indexSelect(0, gathered), generator)
    let (skin, gaps) = (points / 2, points / 4), each = skin + gaps
    let chosen = head.vertices(count * skin, generator)
    let random = Tensor.rand([count * each * 3], generator).floats, frame = gathered.array(Int64.self)
    let rows = expression.floats, width = expression.size(1)
    var (seen, homes, share, weights): ([Float], [Float], [Float], [Float]) = ([], [], [], [])
    let posed = Lanes.alone {
      (0..<count).map { head.posed(Array(rows[($0 * width)..<(($0 + 1) * width)]), gaze: gaze[Int(frame[$0])]) }
    }
    for b in 0..<count {
      let p = head.surface.points(
        posed[b], vertices: Array(chosen[(b * skin)..<(b * skin + skin)]), gaps: gaps,
        random: Array(random[(b * each * 3)..<((b + 1) * each * 3)]))
      for i in 0..<each {
        for k in 0..<3 {
          seen.append(p.seen[i][k])
          homes.append(p.homes[i][k])
        }
        share.append(p.vertices[i] < 0 ? 0 : torsoWeight[p.vertices[i]])
      }
      weights += p.weights
    }
    let torsoHome =
      Tensor.rand([count, points / 4, 3], generator) * Tensor([3.4, 1.1, 1.8] as [Float]) + Tensor([-1.7, torsoTop - 1.1, -1.5])
    let all = cat([Tensor(homes, [count, each, 3]), torsoHome], 1)
    let shares = cat([Tensor(share, [count, each, 1]), .ones([count, points / 4, 1])], 1)
    let here = followingTorso(cat([Tensor(seen, [count, each, 3]), torsoHome], 1), all, shares, gathered)
    let counts = cat([Tensor(weights, [count, each]), .ones([count, points / 4])], 1)
    return (gathered, expression, here.to(device), all.to(device), counts.to(device))
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
