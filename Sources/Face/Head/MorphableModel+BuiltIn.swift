import Torch

extension MorphableModel {
  /// The head that the project makes itself: 468 points of MediaPipe's mesh grown into a head with eyes, teeth, ears, neck and torso,
  /// 52 expressions under ARKit's names, and named identity modes. Always the same numbers; takes a fraction of a second.
  package static func builtIn() -> MorphableModel {
    let head = BuiltInHead()
    let mesh = head.mesh
    let count = mesh.positions.count
    var sculptor = ExpressionSculptor(head: head)
    func tensor(_ fields: [[SIMD3<Float>]]) -> Tensor {
      // Centimetres to head units.
      Tensor(fields.flatMap { $0.flatMap { [$0.x / 10, $0.y / 10, $0.z / 10] } }, [fields.count, count, 3])
    }
    let shape = LinearShape(
      mean: tensor([mesh.positions])[0], identity: tensor(head.identityModes(&sculptor.surface)),
      expression: tensor(sculptor.all().map(head.displacements)))
    // The middle of a ball lies halfway between its poles.
    var weights = [Float](repeating: 0, count: 2 * count)
    for (eye, ball) in mesh.eyes.enumerated() {
      weights[eye * count + ball.lowerBound] = 0.5
      weights[eye * count + ball.upperBound - 1] = 0.5
    }
    return MorphableModel(
      name: "builtin", shape: shape, identityNames: BuiltInHead.identityNames, expressionNames: ExpressionNames.arkit,
      triangles: Tensor(mesh.triangles.flatMap { [Int($0.x), Int($0.y), Int($0.z)] }, [mesh.triangles.count, 3]), parts: mesh.parts,
      landmarkVertices: Array(0..<FaceMeshTopology.pointCount) + head.irises, torsoWeight: Tensor(mesh.torso), eyes: mesh.eyes,
      eyeWeights: Tensor(weights, [2, count]))
  }
}
