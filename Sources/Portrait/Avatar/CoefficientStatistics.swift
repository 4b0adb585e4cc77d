import Face
import Generator
import Torch

/// What coefficients are like in the data that a deformation was trained on; networks see them about 0 and of size 1.
///
/// An expression is the head model's coefficients, then the gaze's yaw and pitch.
package final class CoefficientStatistics: Module {
  package static var checkpointNames: [String: String] {
    [
      "identityMean": "identity_mean", "identityScale": "identity_scale", "expressionMean": "expression_mean",
      "expressionScale": "expression_scale",
    ]
  }
  /// `[identity]` and `[expression]`.
  let identityMean, identityScale, expressionMean, expressionScale: Tensor

  /// Coefficients stay as they are until `learn`.
  package init(identity: Int, expression: Int) {
    (identityMean, identityScale) = (.zeros([identity]), .ones([identity]))
    (expressionMean, expressionScale) = (.zeros([expression]), .ones([expression]))
  }

  /// Takes means and deviations from data, `[n, identity]` and `[n, expression]`; what hardly ever moves keeps its size.
  package func learn(identity: Tensor, expression: Tensor) {
    func take(_ data: Tensor, _ mean: Tensor, _ scale: Tensor) {
      mean.copy_(data.mean(0))
      let deviation = data.std(0, correction: 0)
      scale.copy_(deviation.where(deviation .> 1e-4, else: deviation.onesLike()))
    }
    withoutGradient {
      take(identity, identityMean, identityScale)
      take(expression, expressionMean, expressionScale)
    }
  }

  /// `[1, identity]` of a state; what it leaves out is 0. Throws where it has more than the network knows.
  package func identity(_ state: FaceState) throws(PortraitError) -> Tensor {
    let count = identityMean.numel
    guard state.identity.count <= count else { throw .driving(found: state.identity.count, expected: count) }
    return (Tensor(state.identity + [Float](repeating: 0, count: count - state.identity.count)) - identityMean).unsqueeze(0)
      / identityScale
  }
  /// `[1, expression]` of a state; throws where it is of another head model.
  package func expression(_ state: FaceState) throws(PortraitError) -> Tensor {
    let count = expressionMean.numel
    guard state.expression.count + 2 == count else { throw .driving(found: state.expression.count, expected: count - 2) }
    return (Tensor(state.expression + [state.gaze.x, state.gaze.y]) - expressionMean).unsqueeze(0) / expressionScale
  }
}
