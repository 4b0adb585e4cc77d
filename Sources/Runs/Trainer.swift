import Torch

/// What a trainer adds to the loop of a `TrainingSession`: its step, and what is judged and kept of it.
package protocol Trainer: AnyObject {
  var session: TrainingSession { get }
  /// Steps between two validations, and between two checkpoints.
  var validateEvery: Int { get }
  var saveEvery: Int { get }
  /// All that move weights; their state is part of `state`.
  var optimizers: [Adam] { get }

  /// Draws what the step learns from, adds up gradients and moves weights by `session.move`; `done` is the share of the budget used up.
  func takeStep(done: Double) throws
  /// Logs and returns how good the model is, more is better; nil where nothing is there to judge it by. Draws nothing from the training's
  /// random numbers, so that looking changes nothing.
  func validate(shouldStop: () -> Bool) throws -> Double?
  /// Weights, optimizers, random state: all that the next step depends on. The tensors may be the live ones.
  func state() throws -> (tensors: [String: Tensor], metadata: [String: String])
  /// Puts such a state back, also in the middle of a training; throws `ModuleError` where it is of another model.
  func restore(_ checkpoint: Checkpoint) throws
}

extension Trainer {
  package var run: RunFolder { session.run }
  /// Steps and seconds so far, those of earlier sessions included.
  package var step: Int { session.step }
  package var seconds: Double { session.seconds }
}
