import Face
import Radiance
import Torch

/// What all frames of a trained field share, made once: the basis at the lattice's nodes, the planes of all levels as one, in half precision
/// what is only looked up.
struct BakedPlanes {
  /// `[n, K + 4]`.
  var functions: Tensor
  /// `[3, H, W, C]`, `[1, Z, Y, X, C]`, `[1, 1, H, W, C]`, float16.
  var planes, volume, ambient: Tensor

  init(_ field: HyperPlanes) {
    (functions, planes, volume, ambient) = withoutGradient {
      (
        field.basisFunctions(field.reached.places).detach(), field.foldedPlanes.to(.float16), field.volume.detach().to(.float16),
        field.ambient.detach().to(.float16)
      )
    }
  }
}

extension HyperPlanes {
  /// Pixels between two rays that look ahead in a picture, see `FrameField.probes`.
  private static let probes = 4

  package func picture(_ signals: FrameSignals, view: Tensor, camera: Camera, plate: Tensor, _ configuration: SubjectConfiguration)
    -> RenderedFrame
  {
    guard self.configuration.deformation == .lattice else { return plainPicture(signals, view: view, camera: camera, plate: plate) }
    return withoutGradient {
      let baked = baked, (mixture, pointBias) = conditions(signals)
      let lattice = lattice(mixture, baked.functions)
      let c = self.configuration
      let field = FrameField(
        occupancy: space.occupancy, lattice: lattice[.at(0)].contiguous(), latticeAxes: space.latticeAxes, planes: baked.planes,
        volume: baked.volume, axes: space.templateAxes, ambient: baked.ambient,
        point: (point.map { $0.weight.detach() }, [pointBias[.at(0)], point[1].bias!.detach()]),
        shading: (shading.map { $0.weight.detach() }, shading.map { $0.bias!.detach() }), densityScale: c.densityScale, step: c.step,
        limit: c.pictureSamples, probes: Self.probes)
      let pinhole = Pinhole(focal: SIMD2(camera.focal), center: SIMD2(camera.center))
      let seen = field.frame(
        FrameCamera(pinhole, cameraToWorld: view[.at(0)], width: camera.width, height: camera.height), plate: plate.contiguous())
      return RenderedFrame(rgb: seen.rgb.clamp(0, 1), labels: seen.labels, depth: seen.depth, opacity: seen.opacity)
    }
  }

  /// The same through the operators of training, ray by ray, with the deformation where the configuration wants it.
  package func plainPicture(_ signals: FrameSignals, view: Tensor, camera: Camera, plate: Tensor) -> RenderedFrame {
    withoutGradient {
      let field = conditioned(signals), background = plate.reshape(-1, 3)
      let count = camera.width * camera.height
      let rays = headRays(camera, poses: view.expand(count, -1, -1), pixels: .arange(count), .init())
      var colors: [Tensor] = [], labels: [Tensor] = [], depths: [Tensor] = [], opacities: [Tensor] = []
      // Few enough rays at a time that their samples' values stay in the caches' reach.
      for start in Swift.stride(from: 0, to: count, by: 8192) {
        let range = start..<min(start + 8192, count), part = rays[range]
        let samples = march(part, occupancy: space.occupancy, step: configuration.step, limit: configuration.pictureSamples)
        let (density, features) = field.samples(samples.positions, frame: .zeros([samples.count], .int32, device: samples.positions.device))
        let seen = composite(
          density: density, lengths: samples.lengths, depths: samples.depths, features: features, starts: samples.starts)
        let pixels = field.pixels(seen, part.directions, plate: background.narrow(0, range.lowerBound, range.count))
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
