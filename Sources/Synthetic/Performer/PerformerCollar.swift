import Face
import Foundation

/// A shirt's folded collar around the neck's base, open in front, and the shirt's pattern.
struct PerformerCollar: Sendable {
  private(set) var points: [SIMD3<Float>] = []
  private(set) var corners: [Int32] = []
  /// Where the opening ends, below the throat.
  let notch: SIMD3<Float>
  let look: PerformerLook
  private static let profile = 6

  /// Around the ring of points where the model's neck meets its torso.
  init(ring: [SIMD3<Float>], look: PerformerLook) {
    self.look = look
    let middle = ring.reduce(.zero, +) / Float(max(1, ring.count))
    // The ring by angle: 0 at the throat, positive to the subject's left.
    let sorted = ring.map { (angle: atan2($0.x - middle.x, $0.z - middle.z), point: $0) }.sorted { $0.angle < $1.angle }
    func base(_ angle: Float) -> SIMD3<Float> {
      guard let first = sorted.first, let last = sorted.last else { return middle }
      var a = (angle: last.angle - 2 * .pi, point: last.point)
      for b in sorted + [(angle: first.angle + 2 * .pi, point: first.point)] {
        if angle <= b.angle { return a.point + (angle - a.angle) / max(1e-6, b.angle - a.angle) * (b.point - a.point) }
        a = b
      }
      return last.point
    }
    notch = base(0) - [0, 0.42, 0]
    let columns = 64, gap: Float = 0.2
    for c in 0...columns {
      let t = 2 * Float(c) / Float(columns) - 1, angle = t * (.pi - gap) + (t < 0 ? -gap : gap)
      // Counted from the back, so that both ends of the collar lie in front.
      let around = angle > 0 ? .pi - (angle - gap) : -.pi - (angle + gap)
      let front = smoothstep(1.3, 0.15, abs(around))
      let out = normalized(SIMD3<Float>(sin(around), 0, cos(around))), b = base(around) - [0, 0.04 + 0.1 * front, 0]
      let stand: Float = 0.2 - 0.05 * front, fall: Float = 0.26 + 0.24 * front, wide: Float = 0.2 - 0.05 * front
      let side = SIMD3<Float>(cos(around), 0, -sin(around)) * (around > 0 ? 1 : -1)
      let tip = side * (0.12 * front)
      points += [
        b + out * 0.01, b + out * 0.035 + [0, stand, 0], b + out * 0.06 + [0, stand + 0.02, 0], b + out * 0.085 + [0, stand, 0],
        b + out * (0.6 * wide + 0.04) + [0, stand - 0.5 * fall, 0] + 0.4 * tip, b + out * (wide + 0.04) + [0, stand - fall, 0] + tip,
      ]
    }
    let n = Int32(Self.profile)
    for c in 0..<Int32(columns) {
      for k in 0..<n - 1 {
        let a = c * n + k, b = a + 1, d = a + n, e = d + 1
        corners += [a, b, d, b, e, d]
      }
    }
  }

  /// Whether the shirt lies open at a place of the resting torso.
  func isOpen(_ rest: SIMD3<Float>) -> Bool { rest.z > 0 && rest.y > notch.y && abs(rest.x) < (rest.y - notch.y) * 0.42 }

  /// The cloth's colour at a place of the resting torso.
  func albedo(_ rest: SIMD3<Float>, collar: Bool) -> SIMD3<Float> {
    let weave = PerformerNoise.value(rest * SIMD3(160, 60, 160)) * 0.07 + PerformerNoise.fractal(rest * 9, octaves: 3) * 0.08
    if collar { return look.shirt * 1.12 * (1 + weave) }
    let across = rest.x * 5.5, down = rest.y * 5.5
    func stripe(_ x: Float, _ width: Float) -> Float { smoothstep(width, width * 0.6, abs(x - x.rounded())) }
    var color = look.shirt * (1 + weave)
    color = mix(color, look.shirt * 0.45, 0.6 * stripe(across, 0.16))
    color = mix(color, look.shirt * 0.45, 0.6 * stripe(down, 0.16))
    color = mix(color, look.collar, 0.55 * max(stripe(across + 0.5, 0.035), stripe(down + 0.5, 0.035)))
    // The placket with its seams and buttons.
    if rest.z > 0, abs(rest.x) < 0.14, rest.y < notch.y {
      color *= 1 - 0.35 * smoothstep(0.012, 0.004, abs(abs(rest.x) - 0.12))
      let button = SIMD2(rest.x, (notch.y - 0.12 - rest.y) / 0.42)
      let d = SIMD2(button.x, (button.y - button.y.rounded()) * 0.42)
      color = mix(color, look.collar, smoothstep(0.042, 0.034, (d * d).sum().squareRoot()))
    }
    return color
  }
}
