extension Tensor {
  // A number makes whole numbers float32, as 1.0 does in PyTorch; `&+`, `&-`, `&*` keep them whole.
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

  public static func &+ (a: Tensor, b: Int) -> Tensor { call("aten::add.Scalar", a, b) }
  public static func &- (a: Tensor, b: Int) -> Tensor { call("aten::sub.Scalar", a, b) }
  public static func &* (a: Tensor, b: Int) -> Tensor { call("aten::mul.Scalar", a, b) }
  /// The quotient rounded down; whole numbers stay whole.
  public func floorDivide(_ divisor: Int) -> Tensor { call("aten::div.Scalar_mode", self, divisor, "floor") }
  /// What is left over division, with the divisor's sign; whole numbers stay whole.
  public func remainder(_ divisor: Int) -> Tensor { call("aten::remainder.Scalar", self, divisor) }
  /// What is left over division, with the divisor's sign.
  public func remainder(_ divisor: Double) -> Tensor { call("aten::remainder.Scalar", self, divisor) }

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
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { call("aten::ne.Tensor", a, b) }
  public static func .!= (a: Tensor, b: Double) -> Tensor { call("aten::ne.Scalar", a, b) }
  public static func .& (a: Tensor, b: Tensor) -> Tensor { call("aten::logical_and", a, b) }
  public static func .| (a: Tensor, b: Tensor) -> Tensor { call("aten::logical_or", a, b) }
  public func logicalNot() -> Tensor { call("aten::logical_not", self) }

  public func exp() -> Tensor { call("aten::exp", self) }
  public func expm1() -> Tensor { call("aten::expm1", self) }
  public func log() -> Tensor { call("aten::log", self) }
  public func log1p() -> Tensor { call("aten::log1p", self) }
  public func log2() -> Tensor { call("aten::log2", self) }
  public func log10() -> Tensor { call("aten::log10", self) }
  public func sin() -> Tensor { call("aten::sin", self) }
  public func cos() -> Tensor { call("aten::cos", self) }
  public func tan() -> Tensor { call("aten::tan", self) }
  public func asin() -> Tensor { call("aten::asin", self) }
  public func acos() -> Tensor { call("aten::acos", self) }
  public func atan() -> Tensor { call("aten::atan", self) }
  public func atan2(_ x: Tensor) -> Tensor { call("aten::atan2", self, x) }
  public func erf() -> Tensor { call("aten::erf", self) }
  public func sqrt() -> Tensor { call("aten::sqrt", self) }
  public func rsqrt() -> Tensor { call("aten::rsqrt", self) }
  public func reciprocal() -> Tensor { call("aten::reciprocal", self) }
  public func square() -> Tensor { call("aten::square", self) }
  public func pow(_ exponent: Double) -> Tensor { call("aten::pow.Tensor_Scalar", self, exponent) }
  public func pow(_ exponent: Tensor) -> Tensor { call("aten::pow.Tensor_Tensor", self, exponent) }
  public func abs() -> Tensor { call("aten::abs", self) }
  public func sign() -> Tensor { call("aten::sign", self) }
  public func floor() -> Tensor { call("aten::floor", self) }
  public func ceil() -> Tensor { call("aten::ceil", self) }
  /// The nearest whole number; halves go to the even one.
  public func round() -> Tensor { call("aten::round", self) }
  public func clamp(_ low: Double? = nil, _ high: Double? = nil) -> Tensor { call("aten::clamp", self, low, high) }
  public func maximum(_ other: Tensor) -> Tensor { call("aten::maximum", self, other) }
  public func minimum(_ other: Tensor) -> Tensor { call("aten::minimum", self, other) }
  /// `self` + `weight` * (`end` - `self`).
  public func lerp(_ end: Tensor, _ weight: Double) -> Tensor { call("aten::lerp.Scalar", self, end, weight) }
  public func lerp(_ end: Tensor, _ weight: Tensor) -> Tensor { call("aten::lerp.Tensor", self, end, weight) }
  public func isFinite() -> Tensor { call("aten::isfinite", self) }
  public func isNaN() -> Tensor { call("aten::isnan", self) }
  /// `self` where the condition holds, `other` elsewhere.
  public func `where`(_ condition: Tensor, else other: Tensor) -> Tensor { call("aten::where.self", condition, self, other) }
}

infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .& : LogicalConjunctionPrecedence
infix operator .| : LogicalDisjunctionPrecedence
