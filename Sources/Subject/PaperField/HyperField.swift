import Radiance
import Torch

/// The subject's field: two deformations into canonical hyper-space, a grid of features there, and the templates that colour it.
///
/// Property names in checkpoints are those of the published networks, so that their weights load by name.
package final class HyperField: Module {
  package static var checkpointNames: [String: String] {
    [
      "grid": "spatial_embeddings", "deformation": "warp_field_mlp", "hyper": "hyper_sheep_mlp", "templates": "nerf_mlps",
      "audio": "audNet_head",
    ]
  }
  /// The templates of the first and the second pass.
  package final class Templates: Module {
    package let coarse: TemplateField
    /// None where one template serves both passes.
    package let fine: TemplateField?
    init(_ configuration: FieldConfiguration, _ generator: Generator) {
      coarse = TemplateField(configuration, generator)
      fine = configuration.sharesTemplate ? nil : TemplateField(configuration, generator)
    }
  }

  package let configuration: FieldConfiguration
  /// `[1, C, Z, Y, X]`.
  package let grid: Tensor
  package let deformation: DeformationField
  package let hyper: HyperSheet
  package let templates: Templates
  package let audio: AudioNet?

  /// Weights are drawn from `generator` as PyTorch's layers draw theirs.
  package init(_ configuration: FieldConfiguration, _ generator: Generator) {
    self.configuration = configuration
    let size = configuration.grid
    grid = (Tensor.randn([1, size.channels] + size.resolution.reversed(), generator) * size.initialDeviation).requiringGrad()
    deformation = DeformationField(configuration, generator)
    hyper = HyperSheet(configuration, generator)
    templates = Templates(configuration, generator)
    audio = configuration.audio.map { AudioNet(channels: $0.channels, output: configuration.driving, generator) }
  }

  /// The field for the frames of a step, with all that is constant over a frame computed.
  ///
  /// `driving` is `[F, D]`, or `[F, T, C]` where the configuration has an audio net; `pose` is `[F, 3, 4]`, camera to head. History is kept:
  /// what is rendered with the result can be differentiated back to the weights. In `dtype` float64, rays must be so too.
  package func conditioned(
    driving: Tensor, pose: Tensor, _ evaluation: FieldEvaluation = .folded, _ dtype: Tensor.DType = .float32
  ) -> ConditionedField {
    let signal = (audio.map { $0(driving) } ?? driving).to(dtype)
    let code = configuration.pose.map { $0(poseVector(pose.to(dtype))) }
    let condition = cat([signal] + (code.map { [$0] } ?? []), -1)
    let extra: Tensor? =
      switch configuration.templateExtra {
      case .none: nil
      case .pose: code
      case .driving: signal
      }
    return ConditionedField(
      configuration: configuration, evaluation: evaluation, frames: signal.size(0),
      deformation: FoldedStack(deformation.layers, configuration.deformation, condition: condition, evaluation, dtype),
      displacement: deformation.displacement(condition, evaluation, dtype),
      hyper: FoldedStack(hyper.layers, configuration.hyper, condition: condition, evaluation, dtype),
      ambient: Affine(hyper.output, evaluation, dtype), grid: FeatureGrid(grid.to(dtype), evaluation),
      templates: [templates.coarse, templates.fine].compactMap { $0 }
        .map { FoldedTemplate($0, configuration, condition: extra, evaluation, dtype) })
  }

  /// F_d alone: displacements, in the units of `points`, of `points` `[B, P, 3]` in B frames of `driving` and `pose` (see `conditioned`).
  package func deform(_ points: Tensor, driving: Tensor, pose: Tensor) -> Tensor {
    conditioned(driving: driving, pose: pose).displacements(points)
  }
}

/// A field for the frames of one step.
package struct ConditionedField {
  package let configuration: FieldConfiguration
  package let evaluation: FieldEvaluation
  package let frames: Int
  var deformation: FoldedStack
  var displacement: Affine
  var hyper: FoldedStack
  var ambient: Affine
  var grid: FeatureGrid
  /// One, or one a pass.
  var templates: [FoldedTemplate]

  /// Points in canonical hyper-space, as the templates take them.
  package struct CanonicalPoints {
    /// `[N, P]`: the encoded x' and w, and the grid's features where they enter the trunk.
    package var encoded: Tensor
    /// `[N, C]`: the grid's features.
    package var features: Tensor
  }

  /// Where the field's own coordinates have `points` `[N, 3]` of the head.
  private func normalized(_ points: Tensor) -> Tensor {
    guard configuration.positionScale != 1 || configuration.positionCenter != [0, 0, 0] else { return points }
    let center = Tensor(configuration.positionCenter.map(Float.init)).to(points.device)
    return (points - center) * configuration.positionScale
  }

  /// Displacements in the field's own coordinates of encoded points.
  private func shift(_ encoded: Tensor, frame: Int) -> Tensor {
    let weight = displacement.weight.select(0, displacement.weight.size(0) == 1 ? 0 : frame)
    return ranged(deformation(encoded, frame: frame, last: Affine(weight: weight, bias: displacement.bias, evaluation)))
  }
  private func ranged(_ raw: Tensor) -> Tensor {
    let shift = configuration.squashedDisplacement ? raw.tanh() : raw
    return configuration.displacementRange == 1 ? shift : shift * configuration.displacementRange
  }

  /// Δx = F_d(x) in the units of `points` `[F, P, 3]`, of all frames at once.
  package func displacements(_ points: Tensor) -> Tensor {
    let hidden = deformation(configuration.position(normalized(points)))
    return ranged(hidden.matmul(displacement.weight.transpose(1, 2)) + displacement.bias) * (1 / configuration.positionScale)
  }

  /// Δx = F_d(x) in the units of `points` `[N, 3]` of a frame.
  package func displacements(_ points: Tensor, frame: Int) -> Tensor {
    shift(configuration.position(normalized(points)), frame: frame) * (1 / configuration.positionScale)
  }

  /// x' = x + F_d(x), w = F_h(x) and the grid at x', of `points` `[N, 3]` of a frame (Eq 8, 9).
  package func canonical(_ points: Tensor, frame: Int) -> CanonicalPoints {
    let x = normalized(points)
    let encoded = configuration.position(x)
    let place = x + shift(encoded, frame: frame)
    let w = hyper(encoded, frame: frame, last: ambient)
    let features = grid(configuration.grid.focused(place))
    let parts = [configuration.position(place), configuration.ambient(w)] + (configuration.grid.feedsTrunk ? [features] : [])
    return CanonicalPoints(encoded: cat(parts, -1), features: features)
  }

  /// The template of a pass; both share one if there is one.
  func template(_ pass: Int) -> FoldedTemplate { templates[min(pass, templates.count - 1)] }

  /// Everything a template says of points, `[N, 3 + K + 1]`: colours, classes, density, all raw. `directions` are encoded, `[N, D]`.
  func raw(_ points: CanonicalPoints, directions: Tensor, pass: Int, frame: Int) -> Tensor {
    let template = template(pass)
    let features = template.features(points.encoded, frame: frame)
    return cat(
      [template.rawColors(features, directions: directions, grid: points.features), configuration.density(template.rawDensity(features))],
      -1)
  }

  /// Density before its rectifier, `[N]`.
  package func rawDensity(_ points: CanonicalPoints, pass: Int, frame: Int) -> Tensor {
    rawDensity(template(pass).features(points.encoded, frame: frame), pass: pass)
  }
  /// Density before its rectifier, `[N]`, of what the trunk makes of points.
  func rawDensity(_ features: Tensor, pass: Int) -> Tensor { configuration.density(template(pass).rawDensity(features).squeeze(-1)) }

  /// The same field with every tensor replaced.
  func mapped(_ change: (Tensor) -> Tensor) -> ConditionedField {
    var result = self
    result.deformation = deformation.mapped(change)
    result.displacement = displacement.mapped(change)
    result.hyper = hyper.mapped(change)
    result.ambient = ambient.mapped(change)
    result.grid = grid.mapped(change)
    result.templates = templates.map { $0.mapped(change) }
    return result
  }
}
