import Torch

/// What a picture tells of the latent vector that makes it: a normal distribution for each number (Kingma and Welling 2014).
///
/// It only serves to train the generator. Each nat that it tells costs, so that what it tells of all pictures together comes to look like
/// z ~ N(0, 1), and new z make new people.
final class LatentEncoder: Module, NamedParts {
  private let _blocks: [(name: String, part: DiscriminatorBlock)]
  var namedParts: [(name: String, part: any Module)] { _blocks }
  let fc, mean, logVariance: EqualisedLinear

  init(_ c: PriorConfiguration, _ generator: Generator) {
    func channels(_ side: Int) -> Int { min(c.reconstruction.channelBase / side, c.reconstruction.channelMax) }
    _blocks = sequence(first: c.size) { $0 / 2 }.prefix { $0 > 4 }.map { side in
      ("b\(side)", DiscriminatorBlock(channels(side), channels(side / 2), pictures: side == c.size ? 3 : nil, clamp: nil, generator))
    }
    fc = EqualisedLinear(channels(4) * 16, 2 * channels(4), activation: .lrelu, generator)
    mean = EqualisedLinear(2 * channels(4), c.generator.latent, generator)
    // In the beginning it should be heard through its own noise.
    logVariance = EqualisedLinear(2 * channels(4), c.generator.latent, initialBias: -3, generator)
  }

  /// Of pictures `[N, 3, S, S]` in -1...1, `[N, latent]` each.
  func callAsFunction(_ pictures: Tensor) -> (mean: Tensor, logVariance: Tensor) {
    let x = fc(_blocks.reduce(pictures) { $1.part($0) }.flatten(1))
    return (mean(x), logVariance(x).clamp(-12, 6))
  }

  /// Nats that a picture's distribution tells beyond N(0, 1), `[N]`: `sum (m^2 + v - log v - 1) / 2`.
  static func divergence(mean: Tensor, logVariance: Tensor) -> Tensor {
    ((mean.square() + logVariance.exp() - logVariance - 1) * 0.5).sum(1)
  }
}
