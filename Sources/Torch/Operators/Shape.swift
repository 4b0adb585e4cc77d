extension Tensor {
  public func reshape(_ shape: [Int]) -> Tensor { call("aten::reshape", self, shape) }
  public func reshape(_ shape: Int...) -> Tensor { reshape(shape) }
  public func view(_ shape: Int...) -> Tensor { call("aten::view", self, shape) }
  public func flatten(_ start: Int = 0, _ end: Int = -1) -> Tensor { call("aten::flatten.using_ints", self, start, end) }
  /// One dimension taken apart into several.
  public func unflatten(_ dim: Int, _ sizes: [Int]) -> Tensor { call("aten::unflatten.int", self, dim, sizes) }
  public func permute(_ dims: Int...) -> Tensor { call("aten::permute", self, dims) }
  public func transpose(_ a: Int, _ b: Int) -> Tensor { call("aten::transpose.int", self, a, b) }
  public func movedim(_ from: Int, _ to: Int) -> Tensor { call("aten::movedim.int", self, from, to) }
  public func t() -> Tensor { call("aten::t", self) }
  public func squeeze(_ dim: Int) -> Tensor { call("aten::squeeze.dim", self, dim) }
  public func unsqueeze(_ dim: Int) -> Tensor { call("aten::unsqueeze", self, dim) }
  public func expand(_ shape: [Int]) -> Tensor { call("aten::expand", self, shape) }
  public func expand(_ shape: Int...) -> Tensor { expand(shape) }
  public func repeated(_ times: Int...) -> Tensor { call("aten::repeat", self, times) }
  public func flip(_ dims: Int...) -> Tensor { call("aten::flip", self, dims) }
  /// Shifted along a dimension; what leaves at the end comes in at the start.
  public func roll(_ shift: Int, _ dim: Int) -> Tensor { call("aten::roll", self, [shift], [dim]) }
  /// Windows of `length` every `step` elements of a dimension, as a new last dimension; a view.
  public func windows(_ dim: Int, _ length: Int, step: Int) -> Tensor { call("aten::unfold", self, dim, length, step) }
  /// What lies on and below the `diagonal`, zero above.
  public func tril(_ diagonal: Int = 0) -> Tensor { call("aten::tril", self, diagonal) }
  /// What lies on and above the `diagonal`, zero below.
  public func triu(_ diagonal: Int = 0) -> Tensor { call("aten::triu", self, diagonal) }
  /// `[b, c r r, h, w]` to `[b, c, h r, w r]`.
  public func pixelShuffle(_ r: Int) -> Tensor { call("aten::pixel_shuffle", self, r) }
  public func contiguous() -> Tensor { call("aten::contiguous", self) }
  public func clone() -> Tensor { call("aten::clone", self) }
  /// Pieces of `length` (the last may be shorter), as views.
  public func split(_ length: Int, _ dim: Int = 0) -> [Tensor] { callList("aten::split.Tensor", self, length, dim) }
  public func split(_ lengths: [Int], _ dim: Int = 0) -> [Tensor] { callList("aten::split_with_sizes", self, lengths, dim) }
  /// One tensor an element of the dimension, as views.
  public func unbind(_ dim: Int = 0) -> [Tensor] { callList("aten::unbind.int", self, dim) }

  public func to(_ dtype: DType) -> Tensor { dtype == self.dtype ? self : call("aten::to.dtype", self, dtype) }
  public func to(_ device: Device) -> Tensor {
    device == self.device ? self : call("aten::to.device", self, device, dtype)
  }
}

/// Tensors one after another along a dimension.
public func cat(_ tensors: [Tensor], _ dim: Int = 0) -> Tensor { call("aten::cat", tensors, dim) }
/// Tensors of one shape along a new dimension.
public func stack(_ tensors: [Tensor], _ dim: Int = 0) -> Tensor { call("aten::stack", tensors, dim) }
/// Coordinates of a grid over vectors, one tensor a vector, each `[a.numel, b.numel, ...]`.
public func meshgrid(_ vectors: Tensor...) -> [Tensor] { callList("aten::meshgrid.indexing", vectors, "ij") }
