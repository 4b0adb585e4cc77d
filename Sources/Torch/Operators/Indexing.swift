/// One place in an index, as PyTorch's brackets take it.
package enum Index: ExpressibleByIntegerLiteral {
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
  package init(integerLiteral value: Int) { self = .at(value) }
}

extension Index {
  package static func `in`(_ bounds: Range<Int>) -> Index { .slice(bounds.lowerBound, bounds.upperBound, step: 1) }
  package static func from(_ first: Int) -> Index { .slice(first, nil, step: 1) }
  /// Up to but without `end`; a negative one counts from the end.
  package static func to(_ end: Int) -> Index { .slice(nil, end, step: 1) }
}

extension Tensor {
  /// A view: `t[0]`, `t[.all, .in(1..<3)]`, `t[.ellipsis, .new]`.
  package subscript(_ places: Index...) -> Tensor {
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

  package func select(_ dim: Int, _ index: Int) -> Tensor { call("aten::select.int", self, dim, index) }
  /// `length` elements of a dimension from `start`.
  package func narrow(_ dim: Int, _ start: Int, _ length: Int) -> Tensor { call("aten::narrow", self, dim, start, length) }
  package func indexSelect(_ dim: Int, _ indices: Tensor) -> Tensor { call("aten::index_select", self, dim, indices) }
  package func gather(_ dim: Int, _ indices: Tensor) -> Tensor { call("aten::gather", self, dim, indices) }
  /// Elements by one tensor of indices (or a mask) a dimension; nil takes the whole dimension.
  package func index(_ indices: [Tensor?]) -> Tensor { call("aten::index.Tensor", self, indices) }
  /// Elements where the mask holds, flat.
  package func maskedSelect(_ mask: Tensor) -> Tensor { call("aten::masked_select", self, mask) }
  package func maskedFill(_ mask: Tensor, _ value: Double) -> Tensor { call("aten::masked_fill.Scalar", self, mask, value) }
  /// Where elements are not zero, `[n, dim]`.
  package func nonzero() -> Tensor { call("aten::nonzero", self) }
  /// `self` with `source` added at `indices` of a dimension.
  package func indexAdd(_ dim: Int, _ indices: Tensor, _ source: Tensor) -> Tensor { call("aten::index_add", self, dim, indices, source) }
  package func oneHot(_ classes: Int) -> Tensor { call("aten::one_hot", self, classes) }
  /// A copy with elements from `source` put where the indices of a dimension say.
  package func scatter(_ dim: Int, _ indices: Tensor, _ source: Tensor) -> Tensor { call("aten::scatter.src", self, dim, indices, source) }
  /// A copy with elements from `source` added where the indices of a dimension say.
  package func scatterAdd(_ dim: Int, _ indices: Tensor, _ source: Tensor) -> Tensor {
    call("aten::scatter_add", self, dim, indices, source)
  }
  /// A copy with `values` at the places that one tensor of indices (or a mask) a dimension names; added up there if asked.
  package func indexPut(_ indices: [Tensor?], _ values: Tensor, accumulate: Bool = false) -> Tensor {
    call("aten::index_put", self, indices, values, accumulate)
  }
  /// The different elements in rising order, and with them which of these each element is.
  package func unique() -> (values: Tensor, inverse: Tensor) {
    let (values, inverse, _) = call3("aten::_unique2", self, true, true, false)
    return (values, inverse)
  }
  /// Rows of a table `[n, d]` at whole numbers of any shape: `[..., d]`.
  package func embedding(_ indices: Tensor) -> Tensor { call("aten::embedding", self, indices) }
}
