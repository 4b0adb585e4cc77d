extension Tensor {
  package func reshape(_ shape: [Int]) -> Tensor { call("aten::reshape", self, shape) }
  package func reshape(_ shape: Int...) -> Tensor { reshape(shape) }
  package func view(_ shape: Int...) -> Tensor { call("aten::view", self, shape) }
  package func flatten(_ start: Int = 0, _ end: Int = -1) -> Tensor { call("aten::flatten.using_ints", self, start, end) }
  /// One dimension taken apart into several.
  package func unflatten(_ dim: Int, _ sizes: [Int]) -> Tensor { call("aten::unflatten.int", self, dim, sizes) }
  package func permute(_ dims: Int...) -> Tensor { call("aten::permute", self, dims) }
  package func transpose(_ a: Int, _ b: Int) -> Tensor { call("aten::transpose.int", self, a, b) }
  package func movedim(_ from: Int, _ to: Int) -> Tensor { call("aten::movedim.int", self, from, to) }
  package func t() -> Tensor { call("aten::t", self) }
  package func squeeze(_ dim: Int) -> Tensor { call("aten::squeeze.dim", self, dim) }
  package func unsqueeze(_ dim: Int) -> Tensor { call("aten::unsqueeze", self, dim) }
  package func expand(_ shape: [Int]) -> Tensor { call("aten::expand", self, shape) }
  package func expand(_ shape: Int...) -> Tensor { expand(shape) }
  package func repeated(_ times: Int...) -> Tensor { call("aten::repeat", self, times) }
  package func flip(_ dims: Int...) -> Tensor { call("aten::flip", self, dims) }
  /// Shifted along a dimension; what leaves at the end comes in at the start.
  package func roll(_ shift: Int, _ dim: Int) -> Tensor { call("aten::roll", self, [shift], [dim]) }
  /// Windows of `length` every `step` elements of a dimension, as a new last dimension; a view.
  package func windows(_ dim: Int, _ length: Int, step: Int) -> Tensor { call("aten::unfold", self, dim, length, step) }
  /// What lies on and below the `diagonal`, zero above.
  package func tril(_ diagonal: Int = 0) -> Tensor { call("aten::tril", self, diagonal) }
  /// What lies on and above the `diagonal`, zero below.
  package func triu(_ diagonal: Int = 0) -> Tensor { call("aten::triu", self, diagonal) }
  /// `[b, c r r, h, w]` to `[b, c, h r, w r]`.
  package func pixelShuffle(_ r: Int) -> Tensor { call("aten::pixel_shuffle", self, r) }
  package func contiguous() -> Tensor { call("aten::contiguous", self) }
  package func clone() -> Tensor { call("aten::clone", self) }
  /// Pieces of `length` (the last may be shorter), as views.
  package func split(_ length: Int, _ dim: Int = 0) -> [Tensor] { callList("aten::split.Tensor", self, length, dim) }
  package func split(_ lengths: [Int], _ dim: Int = 0) -> [Tensor] { callList("aten::split_with_sizes", self, lengths, dim) }
  /// One tensor an element of the dimension, as views.
  package func unbind(_ dim: Int = 0) -> [Tensor] { callList("aten::unbind.int", self, dim) }

  package func to(_ dtype: DType) -> Tensor { dtype == self.dtype ? self : call("aten::to.dtype", self, dtype) }
  package func to(_ device: Device) -> Tensor {
    device == self.device ? self : call("aten::to.device", self, device, dtype)
  }
}

/// Tensors one after another along a dimension.
package func cat(_ tensors: [Tensor], _ dim: Int = 0) -> Tensor { call("aten::cat", tensors, dim) }
/// Tensors of one shape along a new dimension.
package func stack(_ tensors: [Tensor], _ dim: Int = 0) -> Tensor { call("aten::stack", tensors, dim) }
/// Coordinates of a grid over vectors, one tensor a vector, each `[a.numel, b.numel, ...]`.
package func meshgrid(_ vectors: Tensor...) -> [Tensor] { callList("aten::meshgrid.indexing", vectors, "ij") }
