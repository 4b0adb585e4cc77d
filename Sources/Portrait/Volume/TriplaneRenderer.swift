import Torch

/// Moves points `[N, P, 3]` of the space that is seen to where the volume says what is there.
public typealias PointDeformation = (Tensor) -> Tensor

/// Draws volumes that three planes hold, exactly and with gradients for all that goes in.
public struct TriplaneRenderer {
  public var configuration: RenderingConfiguration
  /// Rays drawn at once when no history is recorded, so that memory is bounded; the result does not depend on it.
  public var chunk: Int

  public init(_ configuration: RenderingConfiguration, chunk: Int = 2048) {
    self.configuration = configuration
    self.chunk = chunk
  }

  /// What rays see of `planes` `[N, 3, C, H, W]`, or `[N, 3 C, H, W]` as a generator gives them.
  ///
  /// The coarse samples are drawn first; where they find something the fine ones are added, and all are marched once, in the order of depth.
  /// Both kinds of samples are read where `deformation` moves them.
  public func render(
    _ planes: Tensor, _ decoder: TriplaneDecoder, _ rays: LabelRays, _ draws: RayDraws = .even, deformation: PointDeformation? = nil
  ) -> RenderedFeatures {
    let planes = Self.separate(planes)
    let (jitter, importance) = draws.numbers(batch: rays.batch, rays: rays.count, configuration, device: planes.device)
    let coarse = DepthSampling.coarse(rays, jitter: jitter, configuration)
    let chunks =
      isRecordingGradient ? [0..<rays.count] : stride(from: 0, to: rays.count, by: chunk).map { $0..<min($0 + chunk, rays.count) }
    let parts = chunks.map { range in
      part(
        planes, decoder, rays[range], coarse: coarse.narrow(1, range.lowerBound, range.count),
        u: importance.narrow(1, range.lowerBound, range.count), deformation)
    }
    let low = stack(parts.map(\.low)).min(), high = stack(parts.map(\.high)).max()
    let depth = cat(parts.map(\.rays.depth), 1).maximum(low).minimum(high)
    return RenderedFeatures(features: cat(parts.map(\.rays.features), 1), depth: depth, weights: cat(parts.map(\.rays.weights), 1))
  }

  /// Colours `[N, P, C']` and raw densities `[N, P, 1]` at points `[N, P, 3]`.
  public func sample(
    _ planes: Tensor, _ decoder: TriplaneDecoder, at points: Tensor, deformation: PointDeformation? = nil
  ) -> (color: Tensor, density: Tensor) {
    let moved = deformation.map { $0(points) } ?? points
    return decoder(
      TriplaneSampling.features(Self.separate(planes), at: moved, axes: configuration.axes, boxWarp: configuration.boxWarp))
  }

  /// `[N, 3 C, H, W]` as `[N, 3, C, H, W]`.
  static func separate(_ planes: Tensor) -> Tensor {
    planes.dim == 5 ? planes : planes.reshape(planes.size(0), 3, planes.size(1) / 3, planes.size(2), planes.size(3))
  }

  private struct Part {
    var rays: RenderedFeatures
    /// The bounds of its samples' depths.
    var low: Tensor, high: Tensor
  }

  /// Some rays; their depths are not yet held within bounds.
  private func part(
    _ planes: Tensor, _ decoder: TriplaneDecoder, _ rays: LabelRays, coarse: Tensor, u: Tensor, _ deformation: PointDeformation?
  ) -> Part {
    let first = samples(planes, decoder, rays, coarse, deformation)
    guard configuration.fine > 0 else { return marched(first.color, first.density, coarse) }
    let weights = withoutGradient { RayMarcher.weights(densities: first.density, depths: coarse) }
    let fine = DepthSampling.importance(
      depths: coarse.reshape(-1, coarse.size(-1)), weights: weights.reshape(-1, weights.size(-1)), u: u.reshape(-1, u.size(-1))
    ).reshape(u.shape)
    let second = samples(planes, decoder, rays, fine, deformation)
    let (depths, order) = cat([coarse, fine], -1).sort(-1)
    let densities = cat([first.density, second.density], -1).gather(-1, order)
    let colors = cat([first.color, second.color], 2)
    return marched(colors.gather(2, order.unsqueeze(-1).expand(colors.shape)), densities, depths)
  }

  private func marched(_ colors: Tensor, _ densities: Tensor, _ depths: Tensor) -> Part {
    let unbounded = (Tensor.full([], -.infinity, device: depths.device), Tensor.full([], .infinity, device: depths.device))
    let rays = RayMarcher.march(
      features: colors, densities: densities, depths: depths, whiteBack: configuration.whiteBack, range: unbounded
    ).rays
    return Part(rays: rays, low: depths.min(), high: depths.max())
  }

  /// Colours `[N, M, S, C]` and densities `[N, M, S]` of the samples at `depths` `[N, M, S]`.
  private func samples(
    _ planes: Tensor, _ decoder: TriplaneDecoder, _ rays: LabelRays, _ depths: Tensor, _ deformation: PointDeformation?
  ) -> (color: Tensor, density: Tensor) {
    let found = sample(planes, decoder, at: rays.points(at: depths).reshape(rays.batch, -1, 3), deformation: deformation)
    return (found.color.reshape(depths.shape + [-1]), found.density.reshape(depths.shape))
  }
}
