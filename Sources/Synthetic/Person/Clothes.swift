import Face
import Foundation

/// What somebody wears.
struct ClothesStyle: Sendable {
  enum Kind: CaseIterable, Sendable {
    case crew, vNeck, collar, jacket, turtleneck, hood, scarf, bare
  }
  enum Pattern: Sendable {
    case plain, stripes, checks, knit
  }
  var kind: Kind
  var pattern: Pattern
  var color: SIMD3<Float>
  /// Of stripes, and of what is worn below.
  var second: SIMD3<Float>
  /// Depth of the neckline, and how high a collar stands, in head units.
  var depth: Float
  var stand: Float

  init(femininity: Float, _ random: inout SeededRandom) {
    let weights: [(Kind, Float)] = [
      (.crew, 1), (.vNeck, 0.5), (.collar, 1.2 - 0.6 * femininity), (.jacket, 0.6), (.turtleneck, 0.45), (.hood, 0.5), (.scarf, 0.25),
      (.bare, 0.4 * femininity),
    ]
    var lot = random.unit() * weights.reduce(0) { $0 + $1.1 }
    kind = .crew
    for (candidate, weight) in weights {
      kind = candidate
      lot -= weight
      if lot < 0 { break }
    }
    color = Palette.cloth(&random)
    second = Palette.cloth(&random)
    let pick = random.unit()
    pattern =
      kind == .turtleneck || kind == .scarf
      ? (pick < 0.6 ? .knit : .stripes) : pick < 0.55 ? .plain : pick < 0.7 ? .stripes : pick < 0.85 ? .checks : .knit
    if kind == .jacket {
      color *= 0.35
      second = random.unit() < 0.6 ? Palette.linear(232, 232, 236) : Palette.cloth(&random)
      pattern = .plain
    }
    depth = random.within(0.1, 0.5)
    stand = random.within(0.75, 1.25)
  }
}

/// Clothes on one body: what lies around the neck as a mesh, and what the torso's own surface is covered with. At rest, in head space.
struct Clothes: Sendable {
  private(set) var points: [SIMD3<Float>] = []
  private(set) var corners: [Int32] = []
  let style: ClothesStyle
  /// Where the neckline is lowest.
  private let notch: SIMD3<Float>
  private let noise: NoiseTable
  private static let columns = 72

  /// Around the ring of points where neck and torso meet.
  init(_ style: ClothesStyle, ring: [SIMD3<Float>], noise: NoiseTable) {
    self.style = style
    self.noise = noise
    let middle = ring.reduce(.zero, +) / Float(max(1, ring.count))
    let sorted = ring.map { (angle: atan2($0.x - middle.x, $0.z - middle.z), point: $0) }.sorted { $0.angle < $1.angle }
    func base(_ angle: Float) -> SIMD3<Float> {
      guard let first = sorted.first, let last = sorted.last else { return middle }
      var a = (angle: last.angle - 2 * .pi, point: last.point)
      for b in sorted + [(angle: first.angle + 2 * .pi, point: first.point)] {
        if angle <= b.angle { return mix(a.point, b.point, (angle - a.angle) / max(1e-6, b.angle - a.angle)) }
        a = b
      }
      return last.point
    }
    notch = base(0) - [0, style.kind == .vNeck || style.kind == .jacket ? 0.3 + style.depth : 0.05, 0]
    loft(base)
  }

  /// Points of a profile: how far out from the neck's ring, how far up, for a share `front` of being in front.
  private func profile(_ front: Float, _ angle: Float) -> [SIMD2<Float>] {
    let s = style.stand
    switch style.kind {
    case .crew, .vNeck:
      return [[-0.03, -0.03], [-0.005, 0.05 * s], [0.02, 0.065 * s], [0.045, 0.04], [0.07, -0.06], [0.06, -0.2]]
    case .collar, .jacket:
      let stand = (0.22 - 0.06 * front) * s, fall = 0.24 + 0.24 * front, wide = 0.2 - 0.03 * front
      return [
        [0.0, -0.1], [-0.01, stand], [0.02, stand + 0.025], [0.05, stand], [0.5 * wide + 0.04, stand - 0.5 * fall],
        [wide + 0.06, stand - fall],
      ]
    case .turtleneck:
      let up = 0.46 * s
      return [[-0.1, up - 0.06], [-0.075, up], [-0.03, up + 0.02], [0.0, up - 0.03], [0.015, 0.18], [0.04, 0.02], [0.09, -0.16]]
    case .hood:
      let fat = 0.15 * s * (1 - 0.45 * front), up = 0.12 + 0.16 * (1 - front)
      return (0..<9).map { k in
        let a = Float(k) / 8 * 1.35 * .pi - 0.2
        return SIMD2(0.1 - fat * 0.9 * cos(a) * 1.1, up * s - 0.05 + fat * sin(a))
      }
    case .scarf:
      let fat = 0.17 * s * (1 + 0.18 * sin(3 * angle) + 0.1 * sin(7 * angle + 1))
      return (0..<10).map { k in
        let a = Float(k) / 9 * 1.5 * .pi - 0.3
        return SIMD2(0.06 - fat * 0.8 * cos(a), 0.1 + fat * sin(a) + 0.04 * sin(2 * angle))
      }
    case .bare: return []
    }
  }
  private mutating func loft(_ base: (Float) -> SIMD3<Float>) {
    let n = Int32(profile(0, 0).count)
    guard n > 0 else { return }
    let isOpen = style.kind == .collar || style.kind == .jacket, gap: Float = isOpen ? 0.16 : 0
    for c in 0...Self.columns {
      // Counted from the back, so that both ends of an open collar lie in front.
      let t = 2 * Float(c) / Float(Self.columns) - 1, around = t * (.pi - gap), front = smoothstep(1.5, 3.0, abs(around))
      let angle = around + .pi
      let out = SIMD3<Float>(sin(angle), 0, cos(angle)), b = base(angle > .pi ? angle - 2 * .pi : angle)
      let dip = style.kind == .vNeck ? style.depth * power(front, 2) : style.kind == .crew ? 0.1 * front : 0
      let tip = SIMD3<Float>(cos(angle), 0, -sin(angle)) * (t < 0 ? 1 : -1) * (isOpen ? 0.14 * power(front, 2) : 0)
      for (k, p) in profile(front, angle).enumerated() {
        points.append(b + p.x * out + SIMD3(0, p.y - dip, dip * 0.25) + tip * max(0, Float(k) - 3) / 2)
      }
    }
    for c in 0..<Int32(Self.columns) {
      for k in 0..<n - 1 {
        let a = c * n + k, b = a + 1, d = a + n, e = d + 1
        corners += [a, d, b, b, d, e]
      }
    }
  }

  /// Whether skin shows at a place of the resting torso.
  @inline(__always) func isOpen(_ rest: SIMD3<Float>) -> Bool {
    switch style.kind {
    case .bare: rest.y > -2.6
    case .collar: rest.z > 0 && rest.y > notch.y - 0.35 && abs(rest.x) < (rest.y - notch.y + 0.35) * 0.4
    case .vNeck: rest.z > -0.3 && rest.y > notch.y && abs(rest.x) < (rest.y - notch.y) * 0.85
    default: false
    }
  }
  /// The cloth's colour at a place of the resting torso, or of what lies around the neck.
  @inline(__always) func albedo(_ rest: SIMD3<Float>, collar: Bool) -> SIMD3<Float> {
    let n = noise.sample(rest.x * 130 + rest.z * 90, rest.y * 130)
    var color = style.color * (1 + 0.07 * n.y + 0.05 * n.w)
    if style.kind == .jacket, collar || (rest.z > -0.2 && abs(rest.x) < (rest.y - notch.y) * 0.55) {
      color = style.second * (1 + 0.03 * n.y)
    }
    switch style.pattern {
    case .plain: break
    case .stripes: color = mix(color, style.second, stripe(rest.y * 4.5, 0.22))
    case .checks: color = mix(color, style.second, 0.5 * stripe(rest.x * 4, 0.2) + 0.4 * stripe(rest.y * 4, 0.2))
    case .knit:
      let rib = cos((collar ? atan2(rest.x, rest.z + 0.5) * 40 : rest.x * 40))
      color *= 0.9 + 0.13 * rib
    }
    return color
  }
  @inline(__always) private func stripe(_ x: Float, _ width: Float) -> Float { smoothstep(width, width * 0.7, abs(x - x.rounded())) }
}
