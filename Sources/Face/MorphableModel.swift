import Torch

/// A head that changes with coefficients of identity and expression, and whose eyeballs turn.
///
/// Units are head units (10 cm), axes those of head space: +x the subject's left, +y up, +z out of the face, origin within the head.
package final class MorphableModel {
  /// `builtin`, `ict`, `bfm`; tracks name the model they were fitted with.
  package let name: String
  /// All vertices, before the eyes turn.
  package let shape: LinearShape
  package let identityNames: [String]
  package let expressionNames: [String]
  /// `[F, 3]` int64, counter-clockwise seen from outside.
  package let triangles: Tensor
  /// What each triangle shows, F of them.
  package let parts: [FacePart]
  /// The vertex of each of the 478 landmarks (468 mesh points, 2 x 5 iris points).
  package let landmarkVertices: [Int]
  /// `[V]` float32: 0 on the head, rising over the neck to 1 on the torso, for images in which the shoulders keep still.
  package let torsoWeight: Tensor
  /// The vertices that turn with each eye, right then left.
  package let eyes: [Range<Int>]
  /// The centres about which they turn, right then left.
  package let eyeCenters: LinearShape
  /// The 478 landmarks, before the eyes turn.
  package let landmarkShape: LinearShape

  /// `eyeWeights` `[2, V]` mixes each eye's centre from vertices.
  package init(
    name: String, shape: LinearShape, identityNames: [String], expressionNames: [String], triangles: Tensor, parts: [FacePart],
    landmarkVertices: [Int], torsoWeight: Tensor, eyes: [Range<Int>], eyeWeights: Tensor
  ) {
    precondition(identityNames.count == shape.identity.size(0) && expressionNames.count == shape.expression.size(0))
    precondition(parts.count == triangles.size(0) && landmarkVertices.count == FaceMeshTopology.landmarkCount)
    self.name = name
    self.shape = shape
    self.identityNames = identityNames
    self.expressionNames = expressionNames
    self.triangles = triangles
    self.parts = parts
    self.landmarkVertices = landmarkVertices
    self.torsoWeight = torsoWeight
    self.eyes = eyes
    eyeCenters = shape.mixing(eyeWeights)
    landmarkShape = shape.selecting(Tensor(landmarkVertices))
  }

  /// `[V, 3]`.
  package var mean: Tensor { shape.mean }
  /// `[Ni, V, 3]`.
  package var identityBasis: Tensor { shape.identity }
  /// `[Ne, V, 3]`.
  package var expressionBasis: Tensor { shape.expression }
  package var vertexCount: Int { mean.size(0) }
  /// `[F]` uint8: what each triangle is labelled when the mesh is drawn.
  package var regions: Tensor { Tensor(parts.map(\.semanticClass.rawValue)) }
  /// Where an expression stands in the coefficients; nil if the model lacks it.
  package func expressionIndex(_ name: String) -> Int? { expressionNames.firstIndex(of: name) }

  /// All vertices, `[.., V, 3]`, for identity `[.., Ni]`, expression `[.., Ne]` and gaze `[.., 2]` (yaw, pitch in radians);
  /// leading dimensions broadcast and nil is zero. Differentiable in all three.
  package func vertices(identity: Tensor? = nil, expression: Tensor? = nil, gaze: Tensor? = nil) -> Tensor {
    let all = shape(identity: identity, expression: expression)
    guard let gaze else { return all }
    return turning(all, about: eyeCenters(identity: identity, expression: expression), by: gaze, eyes)
  }
  /// The 478 landmarks, `[.., 478, 3]`, as `vertices` has them, for less.
  package func landmarks(identity: Tensor? = nil, expression: Tensor? = nil, gaze: Tensor? = nil) -> Tensor {
    let all = landmarkShape(identity: identity, expression: expression)
    guard let gaze else { return all }
    return turning(all, about: eyeCenters(identity: identity, expression: expression), by: gaze, [468..<473, 473..<478])
  }
  /// All vertices of one state in head space, `[V, 3]`; coefficients that the state leaves out are zero.
  package func vertices(_ state: FaceState) -> Tensor {
    func padded(_ given: [Float], _ count: Int) -> Tensor {
      precondition(given.count <= count, "\(given.count) coefficients for \(count) of model \(name)")
      return Tensor(given + Array(repeating: 0, count: count - given.count))
    }
    return vertices(
      identity: padded(state.identity, identityNames.count), expression: padded(state.expression, expressionNames.count),
      gaze: Tensor([state.gaze.x, state.gaze.y]))
  }

  private func turning(_ points: Tensor, about centers: Tensor, by gaze: Tensor, _ ranges: [Range<Int>]) -> Tensor {
    let rotation = gazeMatrices(gaze).transpose(-1, -2)
    var pieces: [Tensor] = []
    var from = 0
    for (eye, range) in ranges.enumerated().sorted(by: { $0.element.lowerBound < $1.element.lowerBound }) {
      let center = centers.narrow(-2, eye, 1)
      let turned = (points.narrow(-2, range.lowerBound, range.count) - center).matmul(rotation) + center
      pieces.append(points.narrow(-2, from, range.lowerBound - from))
      pieces.append(turned)
      from = range.upperBound
    }
    pieces.append(points.narrow(-2, from, points.size(-2) - from))
    // Gaze may have leading dimensions that the points lack.
    let shape = Array(pieces[1].shape.dropLast(2))
    return cat(pieces.map { $0.expand(shape + $0.shape.suffix(2)) }, -2)
  }
}

/// Rotations `[.., 3, 3]` that turn an eye from +z to a gaze `[.., 2]` (yaw, pitch): pitch first, then yaw.
package func gazeMatrices(_ gaze: Tensor) -> Tensor {
  let yaw = gaze[.ellipsis, 0]
  let pitch = gaze[.ellipsis, 1]
  let (cy, sy, cp, sp) = (yaw.cos(), yaw.sin(), pitch.cos(), pitch.sin())
  let rows = [cy, -(sy * sp), sy * cp, yaw.zerosLike(), cp, sp, -sy, -(cy * sp), cy * cp]
  return stack(rows, -1).reshape(Array(gaze.shape.dropLast()) + [3, 3])
}
