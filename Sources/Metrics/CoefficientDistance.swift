import Torch

/// How far the expressions and poses that a tracker finds in images are from those it finds in the truth: AED and APD.
///
/// As the published scripts have it (PIRenderer, StyleHEAT): means of absolute differences over all coefficients and frames.
package struct CoefficientDistance: Equatable, Sendable {
  /// AED, of expression coefficients, in their own unit.
  package var expression: Double
  /// APD of the three angles, and of all six numbers of a pose.
  package var rotation, pose: Double

  /// Compares `expressions` `[F, N]` and `poses` `[F, 6]` (three angles, then the place) with the truth's; nil of no frames.
  package init?(expressions: Tensor, poses: Tensor, truth: (expressions: Tensor, poses: Tensor)) {
    precondition(poses.dim == 2 && poses.size(1) == 6, "poses are [F, 6], not \(poses.shape)")
    guard let expression = l1(expressions, truth.expressions), let pose = l1(poses, truth.poses),
      let rotation = l1(poses[.all, .to(3)], truth.poses[.all, .to(3)])
    else { return nil }
    (self.expression, self.rotation, self.pose) = (expression, rotation, pose)
  }
}
