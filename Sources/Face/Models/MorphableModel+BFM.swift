import Foundation
import Torch

extension MorphableModel {
  /// A Basel Face Model from a file as `BaselFaceModel` describes it: 80 identity modes, 64 nameless expressions, no eyeballs to turn.
  ///
  /// Throws for files that are not sound or lack a key.
  package static func bfm(_ url: URL) throws -> MorphableModel {
    let basel = try BaselFaceModel(contentsOf: url)
    let count = basel.meanShape.numel / 3
    func fields(_ basis: Tensor) -> Tensor { basis.t().reshape(basis.size(1), count, 3).contiguous() }
    let mean = basel.meanShape.reshape(count, 3)
    let flat = mean.floats
    let points = (0..<count).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    let match = MeshCorrespondence(points: points, face: 0..<count, landmarks: basel.keypoints.array(Int.self))
    let corners = basel.triangles.array(Int.self)
    let middles = stride(from: 0, to: corners.count, by: 3).map {
      (points[corners[$0]] + points[corners[$0 + 1]] + points[corners[$0 + 2]]) / 3
    }
    // The eyes of this model are part of its skin; the points of the irises are those nearest to where irises would be.
    let irises = [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye].flatMap { margin -> [Int] in
      let middle = margin.reduce(SIMD3<Float>.zero) { $0 + match.bent[$1] } / Float(margin.count)
      let radius = 0.59 * match.scale
      return [SIMD3<Float>(0, 0, 0), [radius, 0, 0], [0, radius, 0], [-radius, 0, 0], [0, -radius, 0]].map { d in
        points.indices.min { length(points[$0] - middle - d) < length(points[$1] - middle - d) } ?? 0
      }
    }
    return MorphableModel(
      name: "bfm", shape: LinearShape(mean: mean, identity: fields(basel.identityBasis), expression: fields(basel.expressionBasis)),
      identityNames: (0..<basel.identityBasis.size(1)).map { "identity\($0)" },
      expressionNames: (0..<basel.expressionBasis.size(1)).map { "expression\($0)" }, triangles: basel.triangles,
      parts: match.parts(at: middles, bent: true) {
        ![.sclera, .iris, .pupil, .mouthSocket, .gums, .upperTeeth, .lowerTeeth, .tongue].contains($0)
      },
      landmarkVertices: match.vertices + irises, torsoWeight: Tensor.zeros([count]), eyes: [], eyeWeights: Tensor.zeros([2, count]))
  }
}
