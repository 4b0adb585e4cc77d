import Torch

/// F_d (Eq 4): where in canonical space a point of a frame belongs, as a displacement.
public final class DeformationField: Module {
  public static var checkpointNames: [String: String] { ["layers": "layers_xyz", "output": "fc_final"] }
  package let layers: [Linear]
  package let output: Linear

  package init(_ configuration: FieldConfiguration, _ generator: Generator) {
    let input = configuration.position.width(of: 3) + configuration.conditionWidth
    layers = stackLayers(configuration.deformation, input: input, generator)
    output = Linear(configuration.deformation.width, 3, generator)
    guard configuration.initialDisplacement != 1 else { return }
    withoutGradient { for (_, tensor) in output.state() { tensor.mul_(configuration.initialDisplacement) } }
  }
}

/// F_h (Eq 5): the ambient coordinates of a point, which slice of hyper-space it lies in.
public final class HyperSheet: Module {
  public static var checkpointNames: [String: String] { ["layers": "layers_ambient", "output": "fc_ambient"] }
  package let layers: [Linear]
  package let output: Linear

  package init(_ configuration: FieldConfiguration, _ generator: Generator) {
    let input = configuration.position.width(of: 3) + configuration.conditionWidth
    layers = stackLayers(configuration.hyper, input: input, generator)
    output = Linear(configuration.hyper.width, configuration.ambientDimensions, generator)
  }
}
