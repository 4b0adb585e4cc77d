// What every pixel needs, in this module so that it can be inlined.

@inline(__always) func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }
@inline(__always) func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}
@inline(__always) func length(_ v: SIMD3<Float>) -> Float { dot(v, v).squareRoot() }
/// `v` at length one; a zero vector stays zero. What a head is measured with once takes `Face.normalized`, which divides: its last bits
/// differ, and images of a seed stay what they were.
@inline(__always) func normalized(_ v: SIMD3<Float>) -> SIMD3<Float> {
  let l = length(v)
  return l > 0 ? v * (1 / l) : v
}
@inline(__always) func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }
@inline(__always) func mix(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ t: Float) -> SIMD3<Float> { a + (b - a) * t }
@inline(__always) func clamp(_ x: Float, _ low: Float = 0, _ high: Float = 1) -> Float { max(low, min(high, x)) }
/// Blends from 0 at `low` to 1 at `high`, flat at both ends; `low` may be the larger.
@inline(__always) func smoothstep(_ low: Float, _ high: Float, _ x: Float) -> Float {
  let t = clamp((x - low) / (high - low))
  return t * t * (3 - 2 * t)
}
/// The integer power of a share in 0...1.
@inline(__always) func power(_ x: Float, _ n: Int) -> Float {
  var (result, base, n) = (Float(1), x, n)
  while n > 0 {
    if n & 1 == 1 { result *= base }
    base *= base
    n >>= 1
  }
  return result
}
