import Radiance
import Torch

/// A field of a subject as the trainer trains it.
protocol SubjectField: ImageField {
  /// What each group of parameters is, for its learning rate.
  func role(of parameter: String) -> ParameterRole
  /// The parameters that the warm start on the mesh moves.
  var deformationParameters: [(name: String, tensor: Tensor)] { get }
  /// Gives the field what it takes from a dataset before any training.
  func prepare(_ data: SubjectData, depth: DepthRange) throws
  /// Renders a batch, adds the gradients of its loss to the parameters', and returns what it found; `done` is the part of the training
  /// that is over, 0...1.
  func accumulateGradients(
    _ batch: RayBatch, _ signals: FrameSignals, sampling: RaySampling, losses: LossConfiguration, done: Double, _ generator: Generator
  ) -> StepReport
  /// Sets the deformation to what is known of it before any step.
  func startMotion(_ data: SubjectData, _ scene: SubjectScene)
  /// Says which step the next gradients are of.
  func begin(step: Int)
  /// Changes after a step what no gradient changes.
  func advance(step: Int, done: Double)
  /// To be called when weights or what is part of a checkpoint beside them were put in anew: forgets what was made of the old ones.
  func forget()
  /// F_d: displacements, head units, of `points` `[F, P, 3]`.
  func displacements(of points: Tensor, _ signals: FrameSignals) -> Tensor
}

extension SubjectField {
  func startMotion(_ data: SubjectData, _ scene: SubjectScene) {}
  func begin(step: Int) {}
}

/// What a parameter is part of.
enum ParameterRole { case grid, template, deformation }
