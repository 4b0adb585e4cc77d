import Face
import Radiance
import Torch

extension HyperPlanes {
  package func image(
    _ signals: FrameSignals, view: Tensor, camera: Camera, background: Tensor, depth: DepthRange, sampling: RaySampling
  ) -> RenderedFrame {
    guard configuration.deformation == .lattice else { return referenceImage(signals, view: view, camera: camera, background: background) }
    return baked.image(signals, view: view, camera: camera, background: background, depth: depth, sampling: sampling)
  }

  /// The same through the operators of training, ray by ray, with the deformation where the configuration wants it.
  package func referenceImage(_ signals: FrameSignals, view: Tensor, camera: Camera, background: Tensor) -> RenderedFrame {
    withoutGradient {
      let field = conditioned(signals), background = background.reshape(-1, 3)
      let count = camera.width * camera.height
      let rays = headRays(camera, poses: view.expand(count, -1, -1), pixels: .arange(count), .init())
      var colors: [Tensor] = [], labels: [Tensor] = [], depths: [Tensor] = [], opacities: [Tensor] = []
      // Few enough rays at a time that their samples' values stay in the caches' reach.
      for start in Swift.stride(from: 0, to: count, by: 8192) {
        let range = start..<min(start + 8192, count), part = rays[range]
        let samples = march(part, occupancy: space.occupancy, step: configuration.step, limit: configuration.imageSamples)
        let found = field.samples(samples.positions, frame: .zeros([samples.count], .int32, device: samples.positions.device))
        let seen = composite(
          density: found.density, lengths: samples.lengths, depths: samples.depths, features: found.features, starts: samples.starts)
        let pixels = pixels(seen, part.directions, background: background.narrow(0, range.lowerBound, range.count))
        colors.append(pixels.color)
        labels.append(pixels.semantics.argmax(-1).to(.uint8))
        opacities.append(1 - seen.transmittance)
        depths.append(seen.depth / (1 - seen.transmittance).clamp(1e-6))
      }
      let size = [camera.height, camera.width]
      return RenderedFrame(
        rgb: cat(colors).reshape(size + [3]).clamp(0, 1), labels: cat(labels).reshape(size), depth: cat(depths).reshape(size),
        opacity: cat(opacities).reshape(size))
    }
  }
}
