/// What has to be known of an avatar to drive it: where its head is, what its face is like at rest, and what its expressions are called.
package struct AvatarScene: Sendable, Equatable {
  /// The camera that filmed the person, at the size of the avatar's images.
  package var camera: Camera
  /// Frames a second of its clip.
  package var fps: Double
  /// Where its head was on average, head to world.
  package var pose: Rigid
  /// The head model that identity and expressions are of; empty where it is another project's.
  package var modelName: String
  package var expressionNames: [String]
  package var identity: [Float]
  /// The expression coefficients of the face at rest, one for each name.
  package var restingExpression: [Float]
  /// Where it looks at rest (yaw, pitch in radians, in the head); nil where that is not known.
  package var restingGaze: SIMD2<Float>?

  package init(
    camera: Camera, fps: Double, pose: Rigid, modelName: String, expressionNames: [String], identity: [Float], restingExpression: [Float],
    restingGaze: SIMD2<Float>? = nil
  ) {
    self.restingGaze = restingGaze
    precondition(expressionNames.count == restingExpression.count, "\(restingExpression.count) coefficients of \(expressionNames.count)")
    (self.camera, self.fps, self.pose, self.modelName) = (camera, fps, pose, modelName)
    (self.expressionNames, self.identity, self.restingExpression) = (expressionNames, identity, restingExpression)
  }
}
