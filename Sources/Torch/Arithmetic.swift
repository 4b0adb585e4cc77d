extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor { call("aten::add.Tensor", a, b) }
  public static func + (a: Tensor, b: Double) -> Tensor { call("aten::add.Scalar", a, b) }
  public static func + (a: Double, b: Tensor) -> Tensor { call("aten::add.Scalar", b, a) }
  public static func - (a: Tensor, b: Tensor) -> Tensor { call("aten::sub.Tensor", a, b) }
  public static func - (a: Tensor, b: Double) -> Tensor { call("aten::sub.Scalar", a, b) }
  public static func - (a: Double, b: Tensor) -> Tensor { call("aten::rsub.Scalar", b, a) }
  public static func * (a: Tensor, b: Tensor) -> Tensor { call("aten::mul.Tensor", a, b) }
  public static func * (a: Tensor, b: Double) -> Tensor { call("aten::mul.Scalar", a, b) }
  public static func * (a: Double, b: Tensor) -> Tensor { call("aten::mul.Scalar", b, a) }
  public static func / (a: Tensor, b: Tensor) -> Tensor { call("aten::div.Tensor", a, b) }
  public static func / (a: Tensor, b: Double) -> Tensor { call("aten::div.Scalar", a, b) }
  public static func / (a: Double, b: Tensor) -> Tensor { call("aten::mul.Scalar", b.reciprocal(), a) }
  public static prefix func - (a: Tensor) -> Tensor { call("aten::neg", a) }
  public static func += (a: inout Tensor, b: Tensor) { a = a + b }

  public static func .< (a: Tensor, b: Tensor) -> Tensor { call("aten::lt.Tensor", a, b) }
  public static func .< (a: Tensor, b: Double) -> Tensor { call("aten::lt.Scalar", a, b) }
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { call("aten::le.Tensor", a, b) }
  public static func .<= (a: Tensor, b: Double) -> Tensor { call("aten::le.Scalar", a, b) }
  public static func .> (a: Tensor, b: Tensor) -> Tensor { call("aten::gt.Tensor", a, b) }
  public static func .> (a: Tensor, b: Double) -> Tensor { call("aten::gt.Scalar", a, b) }
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { call("aten::ge.Tensor", a, b) }
  public static func .>= (a: Tensor, b: Double) -> Tensor { call("aten::ge.Scalar", a, b) }
  public static func .== (a: Tensor, b: Tensor) -> Tensor { call("aten::eq.Tensor", a, b) }
  public static func .== (a: Tensor, b: Double) -> Tensor { call("aten::eq.Scalar", a, b) }
  public static func .!= (a: Tensor, b: Double) -> Tensor { call("aten::ne.Scalar", a, b) }
  public static func .& (a: Tensor, b: Tensor) -> Tensor { call("aten::logical_and", a, b) }
  public static func .| (a: Tensor, b: Tensor) -> Tensor { call("aten::logical_or", a, b) }
  public func logicalNot() -> Tensor { call("aten::logical_not", self) }

  public func exp() -> Tensor { call("aten::exp", self) }
  public func log() -> Tensor { call("aten::log", self) }
  public func sin() -> Tensor { call("aten::sin", self) }
  public func cos() -> Tensor { call("aten::cos", self) }
  public func asin() -> Tensor { call("aten::asin", self) }
  public func atan2(_ x: Tensor) -> Tensor { call("aten::atan2", self, x) }
  public func sqrt() -> Tensor { call("aten::sqrt", self) }
  public func rsqrt() -> Tensor { call("aten::rsqrt", self) }
  public func reciprocal() -> Tensor { call("aten::reciprocal", self) }
  public func square() -> Tensor { call("aten::square", self) }
  public func pow(_ exponent: Double) -> Tensor { call("aten::pow.Tensor_Scalar", self, exponent) }
  public func abs() -> Tensor { call("aten::abs", self) }
  public func sign() -> Tensor { call("aten::sign", self) }
  public func floor() -> Tensor { call("aten::floor", self) }
  public func round() -> Tensor { call("aten::round", self) }
  public func relu() -> Tensor { call("aten::relu", self) }
  public func leakyRelu(_ slope: Double = 0.01) -> Tensor { call("aten::leaky_relu", self, slope) }
  public func sigmoid() -> Tensor { call("aten::sigmoid", self) }
  public func tanh() -> Tensor { call("aten::tanh", self) }
  public func softplus(beta: Double = 1, threshold: Double = 20) -> Tensor { call("aten::softplus", self, beta, threshold) }
  public func softmax(_ dim: Int) -> Tensor { call("aten::softmax.int", self, dim) }
  public func logSoftmax(_ dim: Int) -> Tensor { call("aten::log_softmax.int", self, dim) }
  public func clamp(_ low: Double? = nil, _ high: Double? = nil) -> Tensor { call("aten::clamp", self, low, high) }
  public func maximum(_ other: Tensor) -> Tensor { call("aten::maximum", self, other) }
  public func minimum(_ other: Tensor) -> Tensor { call("aten::minimum", self, other) }
  public func isFinite() -> Tensor { call("aten::isfinite", self) }
  /// `self` where the condition holds, `other` elsewhere.
  public func `where`(_ condition: Tensor, else other: Tensor) -> Tensor { call("aten::where.self", condition, self, other) }

  public func matmul(_ other: Tensor) -> Tensor { call("aten::matmul", self, other) }
  public func bmm(_ other: Tensor) -> Tensor { call("aten::bmm", self, other) }
  /// `self` + `a` times `b`, in one pass.
  public func addmm(_ a: Tensor, _ b: Tensor) -> Tensor { call("aten::addmm", self, a, b) }

  public func sum() -> Tensor { call("aten::sum", self) }
  public func sum(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::sum.dim_IntList", self, dims, keepdim) }
  public func mean() -> Tensor { call("aten::mean", self) }
  public func mean(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::mean.dim", self, dims, keepdim) }
  /// The variance over `dims`, divided by n - `correction`.
  public func variance(_ dims: Int..., correction: Int = 1, keepdim: Bool = false) -> Tensor {
    call("aten::var.correction", self, dims, correction, keepdim)
  }
  public func norm() -> Tensor { call("aten::linalg_vector_norm", self) }
  public func norm(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::linalg_vector_norm", self, 2, dims, keepdim) }
  public func max() -> Tensor { call("aten::max", self) }
  public func min() -> Tensor { call("aten::min", self) }
  public func max(_ dim: Int, keepdim: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::max.dim", self, dim, keepdim)
    return (values, indices)
  }
  public func min(_ dim: Int, keepdim: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::min.dim", self, dim, keepdim)
    return (values, indices)
  }
  public func median(_ dim: Int) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::median.dim", self, dim)
    return (values, indices)
  }
  public func argmax(_ dim: Int, keepdim: Bool = false) -> Tensor { call("aten::argmax", self, dim, keepdim) }
  public func amax(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::amax", self, dims, keepdim) }
  public func amin(_ dims: Int..., keepdim: Bool = false) -> Tensor { call("aten::amin", self, dims, keepdim) }
  public func any() -> Bool { call("aten::any", self).item != 0 }
  public func all() -> Bool { call("aten::all", self).item != 0 }
  public func cumsum(_ dim: Int) -> Tensor { call("aten::cumsum", self, dim) }
  public func cumprod(_ dim: Int) -> Tensor { call("aten::cumprod", self, dim) }
  public func sort(_ dim: Int, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = call2("aten::sort", self, dim, descending)
    return (values, indices)
  }
  /// For each value, where it would stand in the sorted last dimension of `self`.
  public func searchsorted(_ values: Tensor, right: Bool = false) -> Tensor {
    call("aten::searchsorted.Tensor", self, values, false, right)
  }
}

infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .& : LogicalConjunctionPrecedence
infix operator .| : LogicalDisjunctionPrecedence
