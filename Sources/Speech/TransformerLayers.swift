import Torch

/// Looks at sound in ever longer steps: the first part of HuBERT and wav2vec 2.0.
final class SoundConvolutions: Module {
  static var checkpointNames: [String: String] { ["layers": "conv_layers"] }
  let layers: [SoundConvolution]

  /// Kernels of `kernels` steps to `width` channels each.
  init(width: [Int], kernels: [Int], _ generator: Generator) {
    layers = width.indices.map { i in
      SoundConvolution(i == 0 ? 1 : width[i - 1], width[i], kernel: kernels[i], stride: Self.strides[i], isFirst: i == 0, generator)
    }
  }
  static let strides = [5, 2, 2, 2, 2, 2, 2]
}

/// A convolution without bias; in the first layer each channel is then brought to mean 0 and variance 1 over the whole sound.
final class SoundConvolution: Module {
  static var checkpointNames: [String: String] { ["norm": "layer_norm"] }
  let conv: Conv1d
  let norm: GroupNorm?

  init(_ input: Int, _ output: Int, kernel: Int, stride: Int, isFirst: Bool, _ generator: Generator) {
    conv = Conv1d(input, output, kernel: kernel, stride: stride, bias: false, generator)
    norm = isFirst ? GroupNorm(output, output) : nil
  }
}

/// The width of the convolutions to that of the transformer.
final class SoundProjection: Module {
  static var checkpointNames: [String: String] { ["norm": "layer_norm"] }
  let norm: LayerNorm
  let projection: Linear

  init(_ input: Int, _ output: Int, _ generator: Generator) {
    norm = LayerNorm(input)
    projection = Linear(input, output, generator)
  }
  func callAsFunction(_ x: Tensor) -> Tensor { projection(norm(x)) }
}

/// Tells steps where they are by what surrounds them: a grouped convolution, its weight kept as direction and length.
final class PlaceConvolution: Module {
  static var checkpointNames: [String: String] { ["length": "weight_g", "direction": "weight_v"] }
  /// `[1, 1, k]`, `[out, in / groups, k]`, `[out]`
  let length, direction, bias: Tensor

  init(width: Int, perGroup: Int, kernel: Int) {
    length = .ones([1, 1, kernel])
    direction = .ones([width, perGroup, kernel])
    bias = .zeros([width])
  }
  /// `[1, width, n]`, from as many.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let weight = direction * (length / direction.norm(0, 1, keepdim: true))
    let kernel = weight.size(2)
    let found = x.conv1d(weight, bias, padding: kernel / 2, groups: weight.size(0) / weight.size(1))
    // An even kernel gives one step too many.
    return found.narrow(2, 0, x.size(2)).gelu()
  }
}
final class PlaceEmbedding: Module {
  let conv: PlaceConvolution
  init(_ conv: PlaceConvolution) { self.conv = conv }
}

/// Every step looks at all others.
final class SelfAttention: Module {
  static var checkpointNames: [String: String] { ["key": "k_proj", "value": "v_proj", "query": "q_proj", "out": "out_proj"] }
  let key, value, query, out: Linear
  private let _heads: Int

  init(_ width: Int, heads: Int, _ generator: Generator) {
    key = Linear(width, width, generator)
    value = Linear(width, width, generator)
    query = Linear(width, width, generator)
    out = Linear(width, width, generator)
    _heads = heads
  }
  /// `[n, width]` to the same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let parts = [query, key, value].map { $0(x).unflatten(1, [_heads, -1]).transpose(0, 1).unsqueeze(0) }
    let seen = call("aten::scaled_dot_product_attention", parts[0], parts[1], parts[2])
    return out(seen.squeeze(0).transpose(0, 1).reshape(x.size(0), -1))
  }
}

final class FeedForward: Module {
  static var checkpointNames: [String: String] { ["wide": "intermediate_dense", "narrow": "output_dense"] }
  let wide, narrow: Linear
  init(_ width: Int, inner: Int, _ generator: Generator) {
    wide = Linear(width, inner, generator)
    narrow = Linear(inner, width, generator)
  }
  func callAsFunction(_ x: Tensor) -> Tensor { narrow(wide(x).gelu()) }
}

/// Attention and two dense layers, each added to what came in and then normalised.
final class TransformerLayer: Module {
  static var checkpointNames: [String: String] {
    ["norm": "layer_norm", "feedForward": "feed_forward", "finalNorm": "final_layer_norm"]
  }
  let attention: SelfAttention
  let norm: LayerNorm
  let feedForward: FeedForward
  let finalNorm: LayerNorm

  init(_ width: Int, heads: Int, inner: Int, _ generator: Generator) {
    attention = SelfAttention(width, heads: heads, generator)
    (norm, finalNorm) = (LayerNorm(width), LayerNorm(width))
    feedForward = FeedForward(width, inner: inner, generator)
  }
  func callAsFunction(_ x: Tensor) -> Tensor {
    let seen = norm(x + attention(x))
    return finalNorm(seen + feedForward(seen))
  }
}

final class TransformerEncoder: Module {
  static var checkpointNames: [String: String] { ["places": "pos_conv_embed", "norm": "layer_norm"] }
  let places: PlaceEmbedding
  let norm: LayerNorm
  let layers: [TransformerLayer]

  init(_ places: PlaceEmbedding, width: Int, layers: [TransformerLayer]) {
    (self.places, self.layers) = (places, layers)
    norm = LayerNorm(width)
  }
  /// `[n, width]` to the same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let placed = norm(x + places.conv(x.t().unsqueeze(0)).squeeze(0).t())
    return layers.reduce(placed) { $1($0) }
  }
}
