import Foundation

/// Skull, neck and shoulders as one smooth solid; lengths in cm.
struct HeadVolume {
  /// The signed distance, roughly, from the surface: negative inside.
  func distance(_ p: SIMD3<Float>) -> Float {
    let q = SIMD3<Float>(abs(p.x), p.y, p.z)
    let skull = ellipsoid(q, center: [0, 4.3, -1.9], radii: [7.65, 9.3, 9.5])
    let jaw = ellipsoid(q, center: [0, -2.5, 0.6], radii: [6.6, 6.0, 6.0])
    let head = smoothMinimum(skull, jaw, 2)
    let neck = cone(q, from: [0, -3, -3.6], to: [0, -17, -5.4], radii: (5.0, 5.7))
    let shoulders = smoothMinimum(
      cone(q, from: [0, -10.5, -7.4], to: [14.5, -20, -7], radii: (3.0, 3.0)),
      cone(q, from: [16.3, -23.5, -7], to: [18.5, -48, -7], radii: (4.7, 4.2)), 3)
    let chest = ellipsoid(q, center: [0, -35.5, -5.5], radii: [18.5, 17.5, 10.5])
    return smoothMinimum(smoothMinimum(head, neck, 2.5), smoothMinimum(shoulders, chest, 5), 4)
  }
  func normal(_ p: SIMD3<Float>) -> SIMD3<Float> {
    let e: Float = 0.05
    let here = distance(p)
    return normalized([distance(p + [e, 0, 0]) - here, distance(p + [0, e, 0]) - here, distance(p + [0, 0, e]) - here])
  }
  /// The point near `p` whose distance is `level`.
  func onSurface(_ p: SIMD3<Float>, level: Float = 0) -> SIMD3<Float> {
    var q = p
    for _ in 0..<6 { q -= normal(q) * ((distance(q) - level) * 0.9) }
    return q
  }

  private func ellipsoid(_ p: SIMD3<Float>, center: SIMD3<Float>, radii: SIMD3<Float>) -> Float {
    let a = length((p - center) / radii)
    let b = length((p - center) / (radii * radii))
    return b > 1e-6 ? a * (a - 1) / b : -radii.min()
  }
  /// A cone with round ends.
  private func cone(_ p: SIMD3<Float>, from a: SIMD3<Float>, to b: SIMD3<Float>, radii: (Float, Float)) -> Float {
    let axis = b - a
    let t = min(1, max(0, dot(p - a, axis) / dot(axis, axis)))
    return length(p - a - axis * t) - mix(radii.0, radii.1, t)
  }
  private func smoothMinimum(_ a: Float, _ b: Float, _ k: Float) -> Float {
    let h = max(0, k - abs(a - b)) / k
    return min(a, b) - h * h * k / 4
  }
}
