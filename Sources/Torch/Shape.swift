/// One place in an index, as PyTorch's brackets take it.
public enum Index: ExpressibleByIntegerLiteral {
  /// One element; the dimension goes away.
  case at(Int)
  /// A slice of half-open bounds with a step; nil is the end.
  case slice(Int?, Int?, step: Int)
  /// The whole dimension.
  case all
  /// A new dimension of length one.
  case new
  /// All dimensions that the other places leave.
  case ellipsis
  public init(integerLiteral value: Int) { self = .at(value) }
}

extension Index {
  public static func `in`(_ bounds: Range<Int>) -> Index { .slice(bounds.lowerBound, bounds.upperBound, step: 1) }
  public static func from(_ first: Int) -> Index { .slice(first, nil, step: 1) }
  /// Up to but without `end`; a negative one counts from the end.
  public static func to(_ end: Int) -> Index { .slice(nil, end, step: 1) }
}

extension Tensor {
  /// A view: `t[0]`, `t[.all, .in(1..<3)]`, `t[.ellipsis, .new]`.
  public subscript(_ places: Index...) -> Tensor {
    get { places.reduce(into: (self, 0, places.count)) { $0 = Self.step($0, $1, places) }.0 }
    set { callVoid("aten::copy_", places.reduce(into: (self, 0, places.count)) { $0 = Self.step($0, $1, places) }.0, newValue) }
  }
  private static func step(_ state: (Tensor, Int, Int), _ place: Index, _ places: [Index]) -> (Tensor, Int, Int) {
    let (t, dim, left) = state
    switch place {
    case .at(let i): return (t.select(dim, i), dim, left - 1)
    case .slice(let from, let to, let step): return (call("aten::slice.Tensor", t, dim, from, to, step), dim + 1, left - 1)
    case .all: return (t, dim + 1, left - 1)
    case .new: return (t.unsqueeze(dim), dim + 1, left - 1)
    case .ellipsis:
      let later = places.suffix(left - 1).count { if case .new = $0 { false } else { true } }
      return (t, t.dim - later, left - 1)
    }
  }

  public func select(_ dim: Int, _ index: Int) -> Tensor { call("aten::select.int", self, dim, index) }
  /// `length` elements of a dimension from `start`.
  public func narrow(_ dim: Int, _ start: Int, _ length: Int) -> Tensor { call("aten::narrow", self, dim, start, length) }
  public func indexSelect(_ dim: Int, _ indices: Tensor) -> Tensor { call("aten::index_select", self, dim, indices) }
  public func gather(_ dim: Int, _ indices: Tensor) -> Tensor { call("aten::gather", self, dim, indices) }
  /// Elements by one tensor of indices (or a mask) a dimension; nil takes the whole dimension.
  public func index(_ indices: [Tensor?]) -> Tensor { call("aten::index.Tensor", self, indices) }
  /// Elements where the mask holds, flat.
  public func maskedSelect(_ mask: Tensor) -> Tensor { call("aten::masked_select", self, mask) }
  public func maskedFill(_ mask: Tensor, _ value: Double) -> Tensor { call("aten::masked_fill.Scalar", self, mask, value) }
  /// Where elements are not zero, `[n, dim]`.
  public func nonzero() -> Tensor { call("aten::nonzero", self) }
  /// `self` with `source` added at `indices` of a dimension.
  public func indexAdd(_ dim: Int, _ indices: Tensor, _ source: Tensor) -> Tensor { call("aten::index_add", self, dim, indices, source) }
  public func oneHot(_ classes: Int) -> Tensor { call("aten::one_hot", self, classes) }

  public func reshape(_ shape: [Int]) -> Tensor { call("aten::reshape", self, shape) }
  public func reshape(_ shape: Int...) -> Tensor { reshape(shape) }
  public func view(_ shape: Int...) -> Tensor { call("aten::view", self, shape) }
  public func flatten(_ start: Int = 0, _ end: Int = -1) -> Tensor { call("aten::flatten.using_ints", self, start, end) }
  public func permute(_ dims: Int...) -> Tensor { call("aten::permute", self, dims) }
  public func transpose(_ a: Int, _ b: Int) -> Tensor { call("aten::transpose.int", self, a, b) }
  public func t() -> Tensor { call("aten::t", self) }
  public func squeeze(_ dim: Int) -> Tensor { call("aten::squeeze.dim", self, dim) }
  public func unsqueeze(_ dim: Int) -> Tensor { call("aten::unsqueeze", self, dim) }
  public func expand(_ shape: [Int]) -> Tensor { call("aten::expand", self, shape) }
  public func expand(_ shape: Int...) -> Tensor { expand(shape) }
  public func repeated(_ times: Int...) -> Tensor { call("aten::repeat", self, times) }
  public func flip(_ dims: Int...) -> Tensor { call("aten::flip", self, dims) }
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
