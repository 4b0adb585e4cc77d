/// What a face does in one frame, in the terms of one morphable model.
package struct FaceState: Equatable, Sendable, Codable {
  /// Coefficients of the model's identity basis; may be shorter than it (the rest is zero).
  package var identity: [Float]
  /// Coefficients in the order of the model's `expressionNames`, nominally 0...1.
  package var expression: [Float]
  /// Head to world.
  package var pose: Rigid
  /// Where both eyes look, relative to the head: yaw (positive to the subject's left, +x) and pitch (positive up), radians.
  package var gaze: SIMD2<Float>

  package init(identity: [Float] = [], expression: [Float] = [], pose: Rigid = .identity, gaze: SIMD2<Float> = .zero) {
    self.identity = identity
    self.expression = expression
    self.pose = pose
    self.gaze = gaze
  }
}
