import Torch

/// The numbers in 0..<1 that place a ray's samples.
package enum RayDraws {
  /// None drawn, so that an image is always the same: samples in the middle of their stretches, u = (k + 0.5) / fine.
  case even
  case random(Generator)
  /// `jitter` has N M coarse numbers, `[N, M, coarse, 1]` or flat over the rays; `importance` N M fine ones, in any order along a ray, nil
  /// for even ones.
  case given(jitter: Tensor, importance: Tensor?)

  /// `[N, M, coarse]`, and `[N, M, fine]` or nil for even ones, as deep as `configuration` says.
  func numbers(batch: Int, rays: Int, _ configuration: RenderingConfiguration, device: Device) -> (jitter: Tensor, importance: Tensor) {
    let (coarse, fine) = (configuration.coarse, configuration.fine)
    let even = ((Tensor.arange(fine, .float32, device: device) + 0.5) / Double(max(1, fine))).expand(batch, rays, fine)
    switch self {
    case .even: return (Tensor.full([1], 0.5, device: device).expand(batch, rays, coarse), even)
    case .random(let generator):
      // Drawn where the generator is, so that a state gives the same numbers on every device.
      let jitter = Tensor.rand([batch, rays, coarse], generator)
      return (jitter.to(device), fine > 0 ? Tensor.rand([batch, rays, fine], generator).to(device) : even)
    case .given(let jitter, let importance):
      return (
        jitter.to(device).reshape(batch, rays, coarse), importance.map { $0.to(device).reshape(batch, rays, fine) } ?? even
      )
    }
  }
}
