import Foundation

/// sRGB values of linear light, from a table.
struct DisplayCurve: Sendable {
  private static let steps = 4096
  private let values: [Float]
  init() {
    values = (0...Self.steps).map { i in
      let x = Float(i) / Float(Self.steps)
      return 255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055)
    }
  }
  /// 0...255, not rounded.
  @inline(__always) func callAsFunction(_ c: SIMD3<Float>) -> SIMD3<Float> {
    let t = c.clamped(lowerBound: .zero, upperBound: .one) * Float(Self.steps)
    return SIMD3(values[Int(t.x + 0.5)], values[Int(t.y + 0.5)], values[Int(t.z + 0.5)])
  }
}
