import Foundation

/// Ears: a shell with a folded rim, a hollow and a lobe.
extension HeadMesh {
  /// Grows the ear of one side (-1 the subject's right, +1 the left).
  mutating func addEar(side: Float) {
    let segments = 20
    // Height of the shell over its base plane (cm) at parts of the way from the hollow's middle to the rim.
    let profile: [(r: Float, h: Float)] = [
      (0.2, -0.35), (0.38, -0.1), (0.5, 0.55), (0.62, 0.72), (0.74, 0.4), (0.86, 0.45), (0.94, 0.95), (1.0, 0.85), (1.0, 0.45),
      (0.84, -0.1), (0.66, -0.7),
    ]
    // The tragus; the ear leans back and stands off the head more at its rear edge.
    let up = normalized(SIMD3<Float>(0.10, 1, -0.22))
    let out = normalized(SIMD3<Float>(0.91, 0, 0.41))
    let back = normalized(cross(up, out))
    let origin = SIMD3<Float>(7.5, 1.35, -1.35)
    func place(_ u: Float, _ v: Float, _ h: Float) -> SIMD3<Float> {
      let p = origin + back * u + up * v + out * h
      return [p.x * side, p.y, p.z]
    }
    let hollow = add(place(-0.35, 0, -0.15))
    var last: [Int] = []
    for (k, ring) in profile.enumerated() {
      let row = (0..<segments).map { s in
        let a = Float(s) / Float(segments) * 2 * .pi
        // The outline: an egg, broad above, with a lobe below; 0 points backwards, pi/2 up.
        let (c, n) = (cos(a), sin(a))
        let height: Float = n > 0 ? 3.15 : 3.0
        let width: Float = (c > 0 ? 1.95 : 1.3) * (n > 0 ? 1 : 1 - 0.42 * n * n)
        let u = c * width * ring.r - 0.35 * (1 - ring.r)
        let v = n * height * ring.r
        // The front edge lies on the cheek: no rim there. The lobe is flat.
        let front = smoothstep(-0.2, -0.95, c) * (k < 9 ? 1 : 0.3)
        let lobe = smoothstep(-0.55, -0.95, n)
        let flat = mix(0.3, 0.3 + (ring.h - 0.95) * 0.6, smoothstep(6.5, 8, Float(k)))
        let rim = mix(mix(ring.h, -0.15, front), flat, lobe * 0.85)
        return add(place(u, v, rim))
      }
      let inner = last.isEmpty ? Array(repeating: hollow, count: segments) : last
      // Seen from outside the loop runs counter-clockwise at the left ear.
      if side > 0 { join(row, inner, closed: true, .ear) } else { join(inner, row, closed: true, .ear) }
      last = row
    }
  }
}
