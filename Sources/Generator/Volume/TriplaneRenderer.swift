import Torch

/// Moves points `[N, P, 3]` of the space that is seen to where the volume says what is there.
package typealias PointDeformation = (Tensor) -> Tensor

/// Some rays of a batch, whose depths are not yet held within those of all its samples, and the bounds of their own samples.
struct DrawnRays {
  var rays: RenderedFeatures
  var low: Tensor, high: Tensor

  func bounded() -> RenderedFeatures { Self.joined([self], 1) }
  /// All rays of a batch, which `parts` hold runs of along a dimension.
  static func joined(_ parts: [DrawnRays], _ dim: Int) -> RenderedFeatures {
    let low = stack(parts.map(\.low)).min(), high = stack(parts.map(\.high)).max()
    func all(_ part: (RenderedFeatures) -> Tensor) -> Tensor {
      parts.count == 1 ? part(parts[0].rays) : cat(parts.map { part($0.rays) }, dim)
    }
    return RenderedFeatures(features: all(\.features), depth: all(\.depth).maximum(low).minimum(high), weights: all(\.weights))
  }
}

/// Draws volumes that three planes hold, with gradients for all that goes in.
package struct TriplaneRenderer {
  package var configuration: RenderingConfiguration
  /// Rays drawn at once when no history is recorded, so that memory is bounded; the result does not depend on it.
  package var chunk: Int
  /// Where no history is recorded, on the CPU and without a deformation, volumes are drawn by kernels (`BakedTriplanes`), many times as fast
  /// and the same within 1e-3.
  package var usesKernels: Bool

  package init(_ configuration: RenderingConfiguration, chunk: Int = 2048, usesKernels: Bool = true) {
    self.configuration = configuration
    self.chunk = chunk
    self.usesKernels = usesKernels
  }

  /// What rays see of `planes` `[N, 3, C, H, W]`, or `[N, 3 C, H, W]` as a generator gives them.
  ///
  /// The coarse samples are drawn first; where they find something the fine ones are added, and all are marched once, in the order of depth.
  /// Both kinds of samples are read where `deformation` moves them.
  package func render(
    _ planes: Tensor, _ decoder: TriplaneDecoder, _ rays: LabelRays, _ draws: RayDraws = .even, deformation: PointDeformation? = nil
  ) -> RenderedFeatures {
    let planes = Self.separate(planes)
    let (jitter, importance) = draws.numbers(batch: rays.batch, rays: rays.count, configuration, device: planes.device)
    let coarse = DepthSampling.coarse(rays, jitter: jitter, configuration)
    if usesKernels, !isRecordingGradient, deformation == nil, planes.device == .cpu, planes.dtype == .float32, configuration.coarse >= 4 {
      let side = Int(Double(rays.count).squareRoot().rounded())
      let images = (0..<rays.batch).map { i in
        BakedTriplanes(planes.narrow(0, i, 1), decoder, configuration).drawn(
          rays.image(i), depths: coarse.narrow(0, i, 1), u: importance.narrow(0, i, 1), row: side * side == rays.count ? side : 0)
      }
      return DrawnRays.joined(images, 0)
    }
    let step = isRecordingGradient ? max(1, rays.count) : chunk
    let parts = stride(from: 0, to: rays.count, by: step).map { first in
      let count = min(step, rays.count - first)
      return part(
        planes, decoder, rays[first..<first + count], coarse: coarse.narrow(1, first, count), u: importance.narrow(1, first, count),
        deformation)
    }
    return DrawnRays.joined(parts, 1)
  }

  /// Colours `[N, P, C']` and raw densities `[N, P, 1]` at points `[N, P, 3]`.
  package func sample(
    _ planes: Tensor, _ decoder: TriplaneDecoder, at points: Tensor, deformation: PointDeformation? = nil
  ) -> (color: Tensor, density: Tensor) {
    let moved = deformation.map { $0(points) } ?? points
    return decoder(
      TriplaneSampling.mean(Self.separate(planes), at: moved, axes: configuration.axes, boxWarp: configuration.boxWarp))
  }

  /// `[N, 3 C, H, W]` as `[N, 3, C, H, W]`.
  static func separate(_ planes: Tensor) -> Tensor {
    planes.dim == 5 ? planes : planes.reshape(planes.size(0), 3, planes.size(1) / 3, planes.size(2), planes.size(3))
  }

  /// Some rays; their depths are not yet held within bounds.
  private func part(
    _ planes: Tensor, _ decoder: TriplaneDecoder, _ rays: LabelRays, coarse: Tensor, u: Tensor, _ deformation: PointDeformation?
  ) -> DrawnRays {
    let first = samples(planes, decoder, rays, coarse, deformation)
    guard configuration.fine > 0 else { return marched([first.color], first.density, coarse) }
    let weights = withoutGradient { RayMarcher.weights(densities: first.density, depths: coarse) }
    let fine = DepthSampling.importance(
      depths: coarse.reshape(-1, coarse.size(-1)), weights: weights.reshape(-1, weights.size(-1)), u: u.reshape(-1, u.size(-1))
    ).reshape(u.shape)
    let second = samples(planes, decoder, rays, fine, deformation)
    let (depths, order) = cat([coarse, fine], -1).sort(-1)
    let densities = cat([first.density, second.density], -1).gather(-1, order)
    return marched([first.color, second.color], densities, depths, places: order.sort(-1).1)
  }

  /// Rays of samples that lie in the order of depth at `places` (nil: as they are) of those whose colours are given.
  private func marched(_ colors: [Tensor], _ densities: Tensor, _ depths: Tensor, places: Tensor? = nil) -> DrawnRays {
    let weights = RayMarcher.weights(densities: densities, depths: depths)
    // A sample's share goes to where its colours are: these are many times as many numbers, and stay where they lie.
    let sorted = RayMarcher.shares(weights), shares = places.map { sorted.gather(-1, $0) } ?? sorted
    var seen: Tensor?, first = 0
    for color in colors {
      let count = color.size(2), part = shares.narrow(-1, first, count).unsqueeze(-2).matmul(color).squeeze(-2)
      seen = seen.map { $0 + part } ?? part
      first += count
    }
    guard let seen else { fatalError("rays without samples") }
    let unbounded = (Tensor.full([], -.infinity, device: depths.device), Tensor.full([], .infinity, device: depths.device))
    let rays = RayMarcher.rays(seen: seen, weights: weights, depths: depths, whiteBack: configuration.whiteBack, range: unbounded)
    return DrawnRays(rays: rays, low: depths.min(), high: depths.max())
  }

  /// Colours `[N, M, S, C]` and densities `[N, M, S]` of the samples at `depths` `[N, M, S]`.
  private func samples(
    _ planes: Tensor, _ decoder: TriplaneDecoder, _ rays: LabelRays, _ depths: Tensor, _ deformation: PointDeformation?
  ) -> (color: Tensor, density: Tensor) {
    let found = sample(planes, decoder, at: rays.points(at: depths).reshape(rays.batch, -1, 3), deformation: deformation)
    return (found.color.reshape(depths.shape + [-1]), found.density.reshape(depths.shape))
  }
}
