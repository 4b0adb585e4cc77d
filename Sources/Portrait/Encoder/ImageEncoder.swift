import Torch

/// A vision transformer that tells which of a generator's faces a photo shows (Eq 1 of NOFA++: w = w_avg + encoder(photo)).
///
/// Squares of the image become tokens with learned places; behind them stand learned queries, one for each latent, which look at the
/// squares and at each other in every block. A query's last state goes through one linear layer, shared by all, plus a bias of its own.
/// Both start at zero, so that an untrained encoder says exactly the average face.
package final class ImageEncoder: Module {
  package static var checkpointNames: [String: String] { ["slotBias": "slot_bias"] }
  /// `[width, 3, patch, patch]`: a square to a token.
  let patch: Conv2d
  /// Where a square lies, `[1, grid * grid, width]`, row by row.
  let positions: Tensor
  /// `[1, slots, width]`
  let queries: Tensor
  let blocks: [TransformerBlock]
  let norm: LayerNorm
  let head: Linear
  /// `[slots, latent]`
  let slotBias: Tensor
  package let configuration: EncoderConfiguration

  package init(_ configuration: EncoderConfiguration, _ generator: Generator) {
    let c = configuration
    self.configuration = c
    patch = Conv2d(3, c.width, kernel: c.patch, stride: c.patch, generator)
    positions = (Tensor.randn([1, c.grid * c.grid, c.width], generator) * 0.02).requiringGrad()
    queries = (Tensor.randn([1, c.slots, c.width], generator) * 0.02).requiringGrad()
    blocks = (0..<c.depth).map { _ in TransformerBlock(c.width, heads: c.heads, expansion: c.expansion, generator) }
    norm = LayerNorm(c.width, eps: 1e-6)
    head = Linear(c.width, c.latent, bias: false, generator)
    slotBias = Tensor.zeros([c.slots, c.latent]).requiringGrad()
    withoutGradient { head.weight.zero_() }
  }

  /// How far each latent lies from the average, `[N, slots, latent]`, for images `[N, 3, H, W]` in -1...1 of any size.
  package func callAsFunction(_ image: Tensor) -> Tensor {
    let side = configuration.imageResolution
    let fits = image.size(2) == side && image.size(3) == side
    let seen = fits ? image : image.interpolate(size: [side, side], .linear, antialias: true)
    let squares = patch(seen).flatten(2).transpose(1, 2) + positions
    var tokens = cat([squares, queries.expand(image.size(0), -1, -1)], 1)
    for block in blocks { tokens = block(tokens) }
    // The squares have done their work: queries alone are normalised and read.
    let answers = norm(tokens.narrow(1, squares.size(1), configuration.slots))
    return head(answers) + slotBias
  }

  /// Latents `[N, slots, latent]` about the generator's average `[latent]` (Eq 1).
  package func latents(_ image: Tensor, average: Tensor) -> Tensor { average + self(image) }

  /// What latents cost that go apart, the mean over images of sum_i |d_i - d_0|^2 for offsets `[N, slots, latent]`: with a small weight
  /// (2e-4) it keeps them where a generator's own lie.
  package static func spread(_ offsets: Tensor) -> Tensor {
    (offsets - offsets.narrow(1, 0, 1)).square().sum(1, 2).mean()
  }
}
