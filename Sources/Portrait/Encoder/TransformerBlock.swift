import Torch

/// One block of a vision transformer, normalised before its layers: x + attention(norm(x)), then x + dense(norm(x)).
///
/// Weights have timm's names.
final class TransformerBlock: Module {
  static var checkpointNames: [String: String] { ["attention": "attn", "dense": "mlp"] }
  let norm1: LayerNorm
  let attention: Attention
  let norm2: LayerNorm
  let dense: Dense

  init(_ width: Int, heads: Int, expansion: Int, _ generator: Generator) {
    (norm1, norm2) = (LayerNorm(width, eps: 1e-6), LayerNorm(width, eps: 1e-6))
    attention = Attention(width, heads: heads, generator)
    dense = Dense(width, inner: width * expansion, generator)
  }
  /// Tokens `[N, n, width]` to the same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let seen = x + attention(norm1(x))
    return seen + dense(norm2(seen))
  }

  /// Every token looks at all: softmax(Q K^T / sqrt(d)) V in each head.
  final class Attention: Module {
    static var checkpointNames: [String: String] { ["out": "proj"] }
    /// To queries, keys and values, one after the other.
    let qkv: Linear
    let out: Linear
    private let _heads: Int

    init(_ width: Int, heads: Int, _ generator: Generator) {
      qkv = Linear(width, 3 * width, generator)
      out = Linear(width, width, generator)
      _heads = heads
    }
    func callAsFunction(_ x: Tensor) -> Tensor {
      let (batch, count) = (x.size(0), x.size(1))
      // [3, N, heads, n, d]
      let parts = qkv(x).reshape(batch, count, 3, _heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
      let seen = call("aten::scaled_dot_product_attention", parts[0], parts[1], parts[2])
      return out(seen.transpose(1, 2).reshape(batch, count, -1))
    }
  }

  final class Dense: Module {
    let fc1, fc2: Linear
    init(_ width: Int, inner: Int, _ generator: Generator) {
      fc1 = Linear(width, inner, generator)
      fc2 = Linear(inner, width, generator)
    }
    func callAsFunction(_ x: Tensor) -> Tensor { fc2(fc1(x).gelu()) }
  }
}
