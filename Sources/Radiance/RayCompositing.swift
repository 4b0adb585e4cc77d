import Torch

/// What rays see of samples that stand one after another, each ray with as many as it needs.
package struct CompositedRays {
  /// `[R, C]`: the samples' features, weighted by visibility.
  package var features: Tensor
  /// `[R]`, 1...0: what passes all samples. The opacity is one less it.
  package var transmittance: Tensor
  /// `[R]`: the samples' depths, weighted by visibility; without history.
  package var depth: Tensor
  /// `[R]`: how far the weights spread along the ray, sum w_i w_j |t_i - t_j| + 1/3 sum w_i^2 length_i (Eq 15 of mip-NeRF 360).
  package var distortion: Tensor
  /// `[N]`: each sample's visibility, α Π(1 - α) over those before it; without history.
  package var weights: Tensor
}

/// The quadrature of volume rendering over rays with different numbers of samples, in one operator.
///
/// Gradients reach `density` and `features` from features, transmittance and distortion.
/// - Parameters:
///   - density: `[N]`, per unit of `lengths`, not below 0.
///   - lengths: `[N]`: how much of its ray a sample stands for.
///   - depths: `[N]`, rising within a ray.
///   - features: `[N, C]`.
///   - starts: `[R + 1]` int32: ray r owns the samples `starts[r]..<starts[r + 1]`.
package func composite(density: Tensor, lengths: Tensor, depths: Tensor, features: Tensor, starts: Tensor) -> CompositedRays {
  let found = callAll("likeness::composite", density, lengths, depths, features, starts).compactMap(\.self)
  return CompositedRays(features: found[0], transmittance: found[1], depth: found[2], distortion: found[3], weights: found[4])
}

/// What `composite` does, in libtorch's operators, every ray filled up to the longest.
package func referenceComposite(
  density: Tensor, lengths: Tensor, depths: Tensor, features: Tensor, starts: Tensor
) -> CompositedRays {
  let bounds = starts.array(Int.self), rays = bounds.count - 1, count = density.size(0)
  let longest = max(1, zip(bounds, bounds.dropFirst()).map { $1 - $0 }.max() ?? 0)
  // Where a ray has no sample it reads one that follows all others and is nothing.
  let places = Tensor(
    (0..<rays).flatMap { ray in (0..<longest).map { bounds[ray] + $0 < bounds[ray + 1] ? bounds[ray] + $0 : count } }, [rays, longest]
  ).to(density.device)
  func padded(_ values: Tensor) -> Tensor {
    cat([values, Tensor.zeros([1] + values.shape.dropFirst(), values.dtype, device: values.device)]).indexSelect(0, places.flatten())
      .reshape([rays, longest] + values.shape.dropFirst())
  }
  let thickness = padded(density * lengths), t = padded(depths), length = padded(lengths)
  let passed = (-thickness.cumsum(1)).exp()
  let reached = cat([Tensor.ones([rays, 1], density.dtype, device: density.device), passed.narrow(1, 0, longest - 1)], 1)
  let weights = (1 - (-thickness).exp()) * reached
  let between = (t.unsqueeze(2) - t.unsqueeze(1)).abs()
  let spread = (weights.unsqueeze(2) * weights.unsqueeze(1) * between).sum(1, 2) + (weights * weights * length).sum(1) * (1.0 / 3)
  let own = places.flatten()
  let flat = Tensor.zeros([count + 1], density.dtype, device: density.device)
  return CompositedRays(
    features: weights.unsqueeze(1).matmul(padded(features)).squeeze(1), transmittance: passed.select(1, longest - 1),
    depth: (weights * t).sum(1).detach(), distortion: spread,
    weights: call("aten::index_put", flat, [own] as [Tensor?], weights.detach().flatten()).narrow(0, 0, count))
}
