import Face
import Radiance
import Torch

extension HyperField: SubjectField {
  func role(of parameter: String) -> ParameterRole {
    if parameter.hasPrefix("spatial_embeddings") { return .grid }
    return parameter.hasPrefix("warp_field_mlp") || parameter.hasPrefix("hyper_sheep_mlp") ? .deformation : .template
  }
  var deformationParameters: [(name: String, tensor: Tensor)] { deformation.parameters() }
  func prepare(_ data: SubjectData, depth: DepthRange) {}
  func advance(step: Int, done: Double) {}
  func forget() {}
  func accumulateGradients(
    _ batch: RayBatch, _ signals: FrameSignals, sampling: RaySampling, losses: LossConfiguration, done: Double, _ generator: Generator
  ) -> StepReport {
    let randoms = RayRandoms.drawn(sampling, rays: batch.rays.count, generator).to(batch.rays.origins.device)
    return accumulateGradients(
      batch, driving: signals.driving, pose: signals.pose, sampling: sampling, randoms: randoms, losses: losses)
  }
  func displacements(of points: Tensor, _ signals: FrameSignals) -> Tensor {
    deform(points, driving: signals.driving, pose: signals.pose)
  }
  package func image(
    _ signals: FrameSignals, view: Tensor, camera: Camera, background: Tensor, depth: DepthRange, sampling: RaySampling
  ) -> RenderedFrame {
    withoutGradient {
      let conditioned = conditioned(driving: signals.driving, pose: signals.pose)
      let (h, w) = (camera.height, camera.width)
      let pixels = Self.patches(height: h, width: w)
      let rays = headRays(camera, poses: view.expand(h * w, -1, -1), pixels: pixels, depth)
      let behind = background.reshape(-1, 3).indexSelect(0, pixels.to(background.device))
      let seen = conditioned.pixels(rays, sampling: sampling, background: behind)
      let place = pixels.argsort(0).to(seen.color.device)
      func image(_ values: Tensor) -> Tensor { values.indexSelect(0, place).reshape([h, w] + values.shape.dropFirst()) }
      return RenderedFrame(
        rgb: image(seen.color).clamp(0, 1), labels: seen.semantics.map { image($0.argmax(-1).to(.uint8)) } ?? .zeros([h, w], .uint8),
        depth: image(seen.depth), opacity: image(1 - seen.backgroundWeight))
    }
  }

  /// An image's pixels, row by row counted, in strips four pixels wide from the top down: a dozen that follow each other are a patch.
  package static func patches(height: Int, width: Int) -> Tensor {
    let x = Tensor.arange(width).unsqueeze(0), y = Tensor.arange(height).unsqueeze(1)
    let inStrip = x.remainder(4)
    return ((x - inStrip) &* height + y &* 4 + inStrip).reshape(-1).argsort(0)
  }
}
