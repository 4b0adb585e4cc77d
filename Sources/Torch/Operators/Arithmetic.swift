extension Tensor {
  // A number makes whole numbers float32, as 1.0 does in PyTorch; `&+`, `&-`, `&*` keep them whole.
  package static func + (a: Tensor, b: Tensor) -> Tensor { call("aten::add.Tensor", a, b) }
  package static func + (a: Tensor, b: Double) -> Tensor { call("aten::add.Scalar", a, b) }
  package static func + (a: Double, b: Tensor) -> Tensor { call("aten::add.Scalar", b, a) }
  package static func - (a: Tensor, b: Tensor) -> Tensor { call("aten::sub.Tensor", a, b) }
  package static func - (a: Tensor, b: Double) -> Tensor { call("aten::sub.Scalar", a, b) }
  package static func - (a: Double, b: Tensor) -> Tensor { call("aten::rsub.Scalar", b, a) }
  package static func * (a: Tensor, b: Tensor) -> Tensor { call("aten::mul.Tensor", a, b) }
  package static func * (a: Tensor, b: Double) -> Tensor { call("aten::mul.Scalar", a, b) }
  package static func * (a: Double, b: Tensor) -> Tensor { call("aten::mul.Scalar", b, a) }
  package static func / (a: Tensor, b: Tensor) -> Tensor { call("aten::div.Tensor", a, b) }
  package static func / (a: Tensor, b: Double) -> Tensor { call("aten::div.Scalar", a, b) }
  package static func / (a: Double, b: Tensor) -> Tensor { call("aten::mul.Scalar", b.reciprocal(), a) }
  package static prefix func - (a: Tensor) -> Tensor { call("aten::neg", a) }
  package static func += (a: inout Tensor, b: Tensor) { a = a + b }

  package static func &+ (a: Tensor, b: Int) -> Tensor { call("aten::add.Scalar", a, b) }
  package static func &- (a: Tensor, b: Int) -> Tensor { call("aten::sub.Scalar", a, b) }
  package static func &* (a: Tensor, b: Int) -> Tensor { call("aten::mul.Scalar", a, b) }
  /// The quotient rounded down; whole numbers stay whole.
  package func floorDivide(_ divisor: Int) -> Tensor { call("aten::div.Scalar_mode", self, divisor, "floor") }
  /// What is left over division, with the divisor's sign; whole numbers stay whole.
  package func remainder(_ divisor: Int) -> Tensor { call("aten::remainder.Scalar", self, divisor) }
  /// What is left over division, with the divisor's sign.
  package func remainder(_ divisor: Double) -> Tensor { call("aten::remainder.Scalar", self, divisor) }

  package static func .< (a: Tensor, b: Tensor) -> Tensor { call("aten::lt.Tensor", a, b) }
  package static func .< (a: Tensor, b: Double) -> Tensor { call("aten::lt.Scalar", a, b) }
  package static func .<= (a: Tensor, b: Tensor) -> Tensor { call("aten::le.Tensor", a, b) }
  package static func .<= (a: Tensor, b: Double) -> Tensor { call("aten::le.Scalar", a, b) }
  package static func .> (a: Tensor, b: Tensor) -> Tensor { call("aten::gt.Tensor", a, b) }
  package static func .> (a: Tensor, b: Double) -> Tensor { call("aten::gt.Scalar", a, b) }
  package static func .>= (a: Tensor, b: Tensor) -> Tensor { call("aten::ge.Tensor", a, b) }
  package static func .>= (a: Tensor, b: Double) -> Tensor { call("aten::ge.Scalar", a, b) }
  package static func .== (a: Tensor, b: Tensor) -> Tensor { call("aten::eq.Tensor", a, b) }
  package static func .== (a: Tensor, b: Double) -> Tensor { call("aten::eq.Scalar", a, b) }
  package static func .!= (a: Tensor, b: Tensor) -> Tensor { call("aten::ne.Tensor", a, b) }
  package static func .!= (a: Tensor, b: Double) -> Tensor { call("aten::ne.Scalar", a, b) }
  package static func .& (a: Tensor, b: Tensor) -> Tensor { call("aten::logical_and", a, b) }
  package static func .| (a: Tensor, b: Tensor) -> Tensor { call("aten::logical_or", a, b) }
  package func logicalNot() -> Tensor { call("aten::logical_not", self) }

  package func exp() -> Tensor { call("aten::exp", self) }
  package func expm1() -> Tensor { call("aten::expm1", self) }
  package func log() -> Tensor { call("aten::log", self) }
  package func log1p() -> Tensor { call("aten::log1p", self) }
  package func log2() -> Tensor { call("aten::log2", self) }
  package func log10() -> Tensor { call("aten::log10", self) }
  package func sin() -> Tensor { call("aten::sin", self) }
  package func cos() -> Tensor { call("aten::cos", self) }
  package func tan() -> Tensor { call("aten::tan", self) }
  package func asin() -> Tensor { call("aten::asin", self) }
  package func acos() -> Tensor { call("aten::acos", self) }
  package func atan() -> Tensor { call("aten::atan", self) }
  package func atan2(_ x: Tensor) -> Tensor { call("aten::atan2", self, x) }
  package func erf() -> Tensor { call("aten::erf", self) }
  package func sqrt() -> Tensor { call("aten::sqrt", self) }
  package func rsqrt() -> Tensor { call("aten::rsqrt", self) }
  package func reciprocal() -> Tensor { call("aten::reciprocal", self) }
  package func square() -> Tensor { call("aten::square", self) }
  package func pow(_ exponent: Double) -> Tensor { call("aten::pow.Tensor_Scalar", self, exponent) }
  package func pow(_ exponent: Tensor) -> Tensor { call("aten::pow.Tensor_Tensor", self, exponent) }
  package func abs() -> Tensor { call("aten::abs", self) }
  package func sign() -> Tensor { call("aten::sign", self) }
  package func floor() -> Tensor { call("aten::floor", self) }
  package func ceil() -> Tensor { call("aten::ceil", self) }
  /// The nearest whole number; halves go to the even one.
  package func round() -> Tensor { call("aten::round", self) }
  package func clamp(_ low: Double? = nil, _ high: Double? = nil) -> Tensor { call("aten::clamp", self, low, high) }
  package func maximum(_ other: Tensor) -> Tensor { call("aten::maximum", self, other) }
  package func minimum(_ other: Tensor) -> Tensor { call("aten::minimum", self, other) }
  /// `self` + `weight` * (`end` - `self`).
  package func lerp(_ end: Tensor, _ weight: Double) -> Tensor { call("aten::lerp.Scalar", self, end, weight) }
  package func lerp(_ end: Tensor, _ weight: Tensor) -> Tensor { call("aten::lerp.Tensor", self, end, weight) }
  package func isFinite() -> Tensor { call("aten::isfinite", self) }
  package func isNaN() -> Tensor { call("aten::isnan", self) }
  /// `self` where the condition holds, `other` elsewhere.
  package func `where`(_ condition: Tensor, else other: Tensor) -> Tensor { call("aten::where.self", condition, self, other) }
}

infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .& : LogicalConjunctionPrecedence
infix operator .| : LogicalDisjunctionPrecedence
