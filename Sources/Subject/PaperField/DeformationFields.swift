import Torch

/// F_d (Eq 4): where in canonical space a point of a frame belongs, as a displacement.
package final class DeformationField: Module {
  package static var checkpointNames: [String: String] { ["layers": "layers_xyz", "output": "fc_final"] }
  package let layers: [Linear]
  package let output: Linear
  /// What the last hidden layer is multiplied with, less one, from the frame's condition.
  package let gain: Linear?

  package init(_ configuration: FieldConfiguration, _ generator: Generator) {
    let input = configuration.position.width(of: 3) + configuration.conditionWidth
    gain = configuration.modulatedDisplacement ? Linear(configuration.conditionWidth, configuration.deformation.width, generator) : nil
    layers = stackLayers(configuration.deformation, input: input, generator)
    output = Linear(configuration.deformation.width, 3, generator)
    guard configuration.initialDisplacement != 1 else { return }
    withoutGradient { for (_, tensor) in output.state() { tensor.mul_(configuration.initialDisplacement) } }
  }

  /// The output layer of the frames with condition `[F, C]`: weights `[F, 3, W]` (or `[1, 3, W]`) and bias `[3]`.
  func displacement(_ condition: Tensor, _ evaluation: FieldEvaluation, _ dtype: Tensor.DType) -> Affine {
    let shared = Affine(output, evaluation, dtype)
    let weight = shared.weight.unsqueeze(0)
    return Affine(weight: gain.map { weight * ($0(condition.to(dtype)) + 1).unsqueeze(1) } ?? weight, bias: shared.bias, evaluation)
  }
}

/// F_h (Eq 5): the ambient coordinates of a point, which slice of hyper-space it lies in.
package final class HyperSheet: Module {
  package static var checkpointNames: [String: String] { ["layers": "layers_ambient", "output": "fc_ambient"] }
  package let layers: [Linear]
  package let output: Linear

  package init(_ configuration: FieldConfiguration, _ generator: Generator) {
    let input = configuration.position.width(of: 3) + configuration.conditionWidth
    layers = stackLayers(configuration.hyper, input: input, generator)
    output = Linear(configuration.hyper.width, configuration.ambientDimensions, generator)
  }
}
