import Face
import Generator
import Torch

/// Networks that move a volume, D-Net and W-Net, and the numbers that they are told of.
package struct LearnedMotion {
  /// What α, which both networks see, says of the person.
  package enum Source: String, Codable, Sendable {
    /// Their identity: volumes rest in the expression that all faces rest in.
    case identity
    /// Their identity, then expression and gaze that the volume shows: it may rest in any.
    case shown
  }
  package let field: DeformationField
  package let statistics: CoefficientStatistics
  package let source: Source
  /// What they are called: the file that they came from.
  package let name: String

  /// α of a volume that shows `state`, `[1, identity]`; throws where it has more coefficients than the networks know.
  func source(_ state: FaceState, _ model: MorphableModel) throws(PortraitError) -> Tensor {
    source == .identity ? try statistics.identity(state) : try statistics.identity(FaceState(identity: Self.shown(state, model)))
  }
  /// β of a state, `[1, expression]`; what it leaves out is 0.
  func driving(_ state: FaceState, _ model: MorphableModel) throws(PortraitError) -> Tensor {
    try statistics.expression(FaceState(expression: Self.padded(state.expression, model.expressionNames.count), gaze: state.gaze))
  }

  /// Identity, expression and gaze, one behind the other.
  static func shown(_ state: FaceState, _ model: MorphableModel) -> [Float] {
    padded(state.identity, model.identityNames.count) + padded(state.expression, model.expressionNames.count) + [
      state.gaze.x, state.gaze.y,
    ]
  }
  private static func padded(_ values: [Float], _ count: Int) -> [Float] {
    values + [Float](repeating: 0, count: max(0, count - values.count))
  }
  /// How many numbers α and β of a head model have.
  static func widths(_ model: MorphableModel, _ source: Source) -> (identity: Int, expression: Int) {
    let expression = model.expressionNames.count + 2
    return (model.identityNames.count + (source == .shown ? expression : 0), expression)
  }
}
