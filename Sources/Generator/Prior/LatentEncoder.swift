import Torch

/// What an image tells of the latent vector that makes it: z = clarity t + sqrt(1 - clarity^2) noise, where t are the encoder's numbers,
/// whitened by what it has said of many images.
///
/// It only serves to train the generator. Whatever the encoder says, t of all images together has mean 0 and covariance 1, and so has z:
/// new z of N(0, 1) make new people, and differences between images are loud from the first step, so that the generator learns to listen.
final class LatentEncoder: Module, NamedParts {
  private let _blocks: [(name: String, part: DiscriminatorBlock)]
  var namedParts: [(name: String, part: any Module)] { _blocks }
  let fc, out: EqualisedLinear
  /// Running mean `[latent]` and covariance `[latent, latent]` of what is said; not trained.
  let center, covariance: Tensor
  private let _signalShare: Double

  init(_ c: PriorConfiguration, _ generator: Generator) {
    func channels(_ side: Int) -> Int { min(c.reconstruction.channelBase / side, c.reconstruction.channelMax) }
    _blocks = sequence(first: c.size) { $0 / 2 }.prefix { $0 > 4 }.map { side in
      ("b\(side)", DiscriminatorBlock(channels(side), channels(side / 2), images: side == c.size ? 3 : nil, clamp: nil, generator))
    }
    fc = EqualisedLinear(channels(4) * 16, 2 * channels(4), activation: .lrelu, generator)
    out = EqualisedLinear(2 * channels(4), c.generator.latent, generator)
    (center, covariance) = (Tensor.zeros([c.generator.latent]), Tensor.zeros([c.generator.latent, c.generator.latent]))
    _signalShare = c.reconstruction.signalShare
  }

  /// What it says of images `[N, 3, S, S]` in -1...1: `[N, latent]`, of any mean and covariance.
  func encoded(_ images: Tensor) -> Tensor { out(fc(_blocks.reduce(images) { $1.part($0) }.flatten(1))) }

  /// Moves mean and covariance towards those of what was said of some images, `[N, latent]`, and keeps `share` of them.
  func follow(_ encoded: Tensor, keeping share: Double) {
    withoutGradient {
      let mean = encoded.mean(0), apart = encoded - center
      center.lerp_(mean, 1 - share)
      covariance.lerp_(apart.t().matmul(apart) / Double(encoded.size(0)), 1 - share)
    }
  }

  /// What makes t of what is said less the mean, `[latent, latent]`: the inverse of the covariance's Cholesky factor, without history.
  func whitening() -> Tensor {
    withoutGradient {
      // What varies by less than a thousandth of the mean variance is not made as loud as the rest.
      let n = covariance.size(0), least = (covariance.diagonal().mean() * 1e-3 + 1e-12) * Tensor.eye(n, device: covariance.device)
      return (covariance + least).cholesky().inverse()
    }
  }
  /// t of what is said, `[N, latent]`.
  func whitened(_ encoded: Tensor, by whitening: Tensor) -> Tensor { (encoded - center).matmul(whitening.t()) }

  /// z of t, `[N, latent]` each.
  func latents(_ t: Tensor, _ random: Generator) -> Tensor {
    t * _signalShare + Tensor.randn(t.shape, random).to(t.device) * (1 - _signalShare * _signalShare).squareRoot()
  }
}
