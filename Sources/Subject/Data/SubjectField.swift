import Face
import Radiance
import Torch

/// What is known of frames before anything is rendered.
package struct FrameSignals {
  /// `[F, D]`, normalized.
  package var driving: Tensor
  /// `[F, 3, 4]`: camera to head.
  package var pose: Tensor
  /// `[F, 4]`: the torso's shift along the camera's axes, head units, and roll about its axis, radians.
  package var torso: Tensor

  package init(driving: Tensor, pose: Tensor, torso: Tensor) { (self.driving, self.pose, self.torso) = (driving, pose, torso) }
  var count: Int { driving.size(0) }
  func to(_ device: Device) -> FrameSignals { FrameSignals(driving: driving.to(device), pose: pose.to(device), torso: torso.to(device)) }
}

/// A field of a subject as the trainer trains it.
protocol SubjectField: PictureField {
  /// What each group of parameters is, for its learning rate.
  func role(of parameter: String) -> ParameterRole
  /// The parameters that the warm start on the mesh moves.
  var deformationParameters: [(name: String, tensor: Tensor)] { get }
  /// Gives the field what it takes from a dataset before any training.
  func prepare(_ data: SubjectData, _ configuration: SubjectConfiguration) throws
  /// Renders a batch, adds the gradients of its loss to the parameters', and returns what it found; `done` is the part of the training
  /// that is over, 0...1.
  func accumulateGradients(
    _ batch: RayBatch, _ signals: FrameSignals, _ configuration: SubjectConfiguration, done: Double, _ generator: Generator
  ) -> StepReport
  /// Changes after a step what no gradient changes.
  func advance(step: Int, done: Double)
  /// F_d: displacements, head units, of `points` `[F, P, 3]`.
  func displacements(of points: Tensor, _ signals: FrameSignals) -> Tensor
}

/// What a parameter is part of.
enum ParameterRole { case grid, template, deformation }

extension HyperField: SubjectField {
  func role(of parameter: String) -> ParameterRole {
    if parameter.hasPrefix("spatial_embeddings") { return .grid }
    return parameter.hasPrefix("warp_field_mlp") || parameter.hasPrefix("hyper_sheep_mlp") ? .deformation : .template
  }
  var deformationParameters: [(name: String, tensor: Tensor)] { deformation.parameters() }
  func prepare(_ data: SubjectData, _ configuration: SubjectConfiguration) {}
  func advance(step: Int, done: Double) {}
  func accumulateGradients(
    _ batch: RayBatch, _ signals: FrameSignals, _ configuration: SubjectConfiguration, done: Double, _ generator: Generator
  ) -> StepReport {
    let randoms = RayRandoms.drawn(configuration.sampling, rays: batch.rays.count, generator).to(batch.rays.origins.device)
    return accumulateGradients(
      batch, driving: signals.driving, pose: signals.pose, sampling: configuration.sampling, randoms: randoms, losses: configuration.loss)
  }
  func displacements(of points: Tensor, _ signals: FrameSignals) -> Tensor {
    deform(points, driving: signals.driving, pose: signals.pose)
  }
  package func picture(_ signals: FrameSignals, view: Tensor, camera: Camera, plate: Tensor, _ configuration: SubjectConfiguration)
    -> RenderedFrame
  {
    withoutGradient {
      let conditioned = conditioned(driving: signals.driving, pose: signals.pose)
      let (h, w) = (camera.height, camera.width)
      let pixels = Self.patches(height: h, width: w)
      let rays = headRays(camera, poses: view.expand(h * w, -1, -1), pixels: pixels, configuration.depth)
      let behind = plate.reshape(-1, 3).indexSelect(0, pixels.to(plate.device))
      let seen = conditioned.pixels(rays, sampling: configuration.sampling, plate: behind)
      let place = pixels.argsort(0).to(seen.color.device)
      func image(_ values: Tensor) -> Tensor { values.indexSelect(0, place).reshape([h, w] + values.shape.dropFirst()) }
      return RenderedFrame(
        rgb: image(seen.color).clamp(0, 1), labels: seen.semantics.map { image($0.argmax(-1).to(.uint8)) } ?? .zeros([h, w], .uint8),
        depth: image(seen.depth), opacity: image(1 - seen.backgroundWeight))
    }
  }

  /// A picture's pixels, row by row counted, in strips four pixels wide from the top down: a dozen that follow each other are a patch.
  package static func patches(height: Int, width: Int) -> Tensor {
    let x = Tensor.arange(width).unsqueeze(0), y = Tensor.arange(height).unsqueeze(1)
    let inStrip = x.remainder(4)
    return ((x - inStrip) &* height + y &* 4 + inStrip).reshape(-1).argsort(0)
  }
}
