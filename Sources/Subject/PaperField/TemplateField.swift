import Radiance
import Torch

/// F_t (Eq 10): colour, classes and density of a canonical point, seen from a direction.
package final class TemplateField: Module {
  package static var checkpointNames: [String: String] {
    [
      "trunk": "layers_xyz", "feature": "fc_feat", "density": "fc_alpha", "colorLayers": "layers_dir", "color": "fc_rgb",
      "semanticLayers": "layers_seg", "semantics": "fc_seg",
    ]
  }
  let trunk: [Linear]
  let feature, density: Linear
  let colorLayers: [Linear]
  let color: Linear
  let semanticLayers: [Linear]
  let semantics: Linear

  package init(_ configuration: FieldConfiguration, _ generator: Generator) {
    let width = configuration.template.width, head = configuration.headWidth
    let view = configuration.direction.width(of: 3) + configuration.grid.channels
    trunk = stackLayers(
      configuration.template, input: configuration.templatePoint + configuration.templateCondition, generator)
    feature = Linear(width, width, generator)
    density = Linear(width, 1, generator)
    colorLayers = (0..<configuration.headLayers).map { Linear($0 == 0 ? width + view : head, head, generator) }
    color = Linear(head, 3, generator)
    semanticLayers = (0..<configuration.headLayers).map { Linear($0 == 0 ? width : head, head, generator) }
    semantics = Linear(head, configuration.classes, generator)
  }
}

/// A template with what can be computed once a frame folded in.
///
/// Between the trunk and what follows stands a layer without activation: it is multiplied into the first layers of the branches and into
/// the density, and costs nothing a point.
package struct FoldedTemplate {
  var trunk: FoldedStack
  /// The layer without activation, where it is not folded.
  var feature: Affine?
  var density: Affine
  var colorLayers: [Affine]
  var semanticLayers: [Affine]
  let activation: Activation

  package init(
    _ field: TemplateField, _ configuration: FieldConfiguration, condition: Tensor?, _ evaluation: FieldEvaluation = .folded,
    _ dtype: Tensor.DType = .float32
  ) {
    trunk = FoldedStack(field.trunk, configuration.template, condition: condition, evaluation, dtype)
    activation = configuration.template.activation
    density = Affine(field.density, evaluation, dtype)
    colorLayers = (field.colorLayers + [field.color]).map { Affine($0, evaluation, dtype) }
    semanticLayers = (field.semanticLayers + [field.semantics]).map { Affine($0, evaluation, dtype) }
    let between = Affine(field.feature, evaluation, dtype)
    guard evaluation == .folded else {
      feature = between
      return
    }
    density = between.followed(by: density)
    semanticLayers[0] = between.followed(by: semanticLayers[0])
    let first = colorLayers[0], width = configuration.template.width
    let seen = between.followed(by: Affine(weight: first.weight.narrow(1, 0, width), bias: first.bias))
    colorLayers[0] = Affine(weight: cat([seen.weight, first.weight.narrow(1, width, first.weight.size(1) - width)], 1), bias: seen.bias)
  }

  /// What the trunk makes of encoded points `[N, P]`: `[N, width]`.
  package func features(_ points: Tensor, frame: Int) -> Tensor {
    let hidden = trunk(points, frame: frame)
    return feature.map { $0(hidden) } ?? hidden
  }
  /// The density before its rectifier, `[N, 1]`, of `features`.
  package func rawDensity(_ features: Tensor) -> Tensor { density(features) }
  /// Colours and classes before sigmoid and softmax, `[N, 3 + K]`, of `features`, encoded directions `[N, D]` and grid features `[N, C]`.
  package func rawColors(_ features: Tensor, directions: Tensor, grid: Tensor) -> Tensor {
    cat([run(colorLayers, cat([features, directions, grid], -1)), run(semanticLayers, features)], -1)
  }
  private func run(_ layers: [Affine], _ input: Tensor) -> Tensor {
    guard feature != nil else {
      return fusedMLP(input, weights: layers.map(\.weight), biases: layers.map(\.bias), slope: Optional(activation).slope)
    }
    let hidden = layers.dropLast().reduce(input) { $1($0, activation) }
    return layers[layers.count - 1](hidden)
  }

  func mapped(_ change: (Tensor) -> Tensor) -> FoldedTemplate {
    var result = self
    result.trunk = trunk.mapped(change)
    result.feature = feature?.mapped(change)
    result.density = density.mapped(change)
    result.colorLayers = colorLayers.map { $0.mapped(change) }
    result.semanticLayers = semanticLayers.map { $0.mapped(change) }
    return result
  }
}

extension DensityActivation {
  /// What the compositing rectifies: what is negative comes out as nothing.
  func callAsFunction(_ raw: Tensor) -> Tensor {
    switch self {
    case .relu: raw
    case .softplus(let scale): (raw - 1).softplus() * scale
    }
  }
  /// Up to where a density counts as none. ReLU: how near to zero it may have been rounded the other way, so that leaving the rest out is
  /// exact. Softplus: where what is left out is below a thousandth of a pixel's value.
  var negligible: Double {
    switch self {
    case .relu: -1e-4
    case .softplus(let scale): scale * 1e-3
    }
  }
}
