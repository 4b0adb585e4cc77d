import Face
import Foundation

/// What a pair of glasses looks like.
struct GlassesStyle: Sendable {
  /// Exponent of the rims' outline: 2 is round, more is squarer.
  var square: Float
  /// Half the width and height of a lens in head units, and how far its outer upper corner is drawn up.
  var half: SIMD2<Float>
  var cat: Float
  /// Half the thickness of the rims.
  var rim: Float
  var color: SIMD3<Float>
  var gloss: Float
  /// The share of light that the lenses let through.
  var through: SIMD3<Float>

  init(_ random: inout SeededRandom) {
    let lot = random.unit()
    square = lot < 0.3 ? 2 : random.within(2.6, 4.5)
    half = lot < 0.3 ? SIMD2(repeating: random.within(0.21, 0.25)) : SIMD2(random.within(0.24, 0.285), random.within(0.16, 0.22))
    cat = random.unit() < 0.2 ? random.within(0.02, 0.06) : 0
    let wire = random.unit() < 0.4
    rim = wire ? random.within(0.008, 0.012) : random.within(0.016, 0.03)
    let inks: [SIMD3<Float>] = [
      [18, 17, 18], [22, 20, 22], [64, 42, 28], [110, 70, 40], [34, 44, 70], [96, 26, 34], [150, 140, 130],
    ]
    let metals: [SIMD3<Float>] = [[140, 138, 134], [176, 146, 92], [60, 60, 62], [30, 30, 32]]
    let ink = wire ? metals[Int(random.next() % 4)] : inks[Int(random.next() % UInt64(inks.count))]
    color = Palette.linear(ink.x, ink.y, ink.z)
    gloss = wire ? 0.9 : 0.6
    if random.unit() < 0.13 {
      through = random.within(0.06, 0.28) * SIMD3(1, random.within(0.8, 1), random.within(0.65, 1))
      half *= 1.1
    } else {
      through = SIMD3(0.96, 0.965, 0.97)
    }
  }
  var isDark: Bool { through.y < 0.5 }
}

/// Glasses that sit on one nose: rims, bridge and arms as tubes, and the lenses.
struct Glasses: Sendable {
  private(set) var points: [SIMD3<Float>] = []
  private(set) var normals: [SIMD3<Float>] = []
  private(set) var corners: [Int32] = []
  private(set) var lensPoints: [SIMD3<Float>] = []
  private(set) var lensCorners: [Int32] = []
  let style: GlassesStyle
  private static let around = 8

  /// Fitted to 478 landmarks of a resting face; `lashes` is how far the eyes' hairs reach before them.
  init(_ style: GlassesStyle, landmarks: [SIMD3<Float>]) {
    self.style = style
    let eyes = [[33, 133], [263, 362]].map { (landmarks[$0[0]] + landmarks[$0[1]]) / 2 }
    let bridge = landmarks[168], temple = [landmarks[127], landmarks[356]]
    // Wide enough for the face, the lenses' middles a little outside the pupils.
    let size = clamp((eyes[1].x - eyes[0].x) / 0.63, 0.85, 1.2)
    let half = style.half * size
    // Before the lids and brows, and tilted as faces are: lower rims nearer to the cheeks.
    let front = max(max(landmarks[159].z, landmarks[386].z) + 0.14, max(landmarks[105].z, landmarks[334].z) + 0.05, landmarks[6].z - 0.02)
    let height = (eyes[0].y + eyes[1].y) / 2 - 0.03
    let gap = max(0.09, 0.5 * length(landmarks[193] - landmarks[417]) * 0.9)
    func wrap(_ x: Float, _ y: Float) -> SIMD3<Float> { [x, y, front - 0.16 * x * x + 0.18 * (y - height) - 0.02] }
    var hinges: [SIMD3<Float>] = []
    for (k, side) in [Float(-1), 1].enumerated() {
      let middle = side * max(abs(eyes[k].x) * 1.02, gap + half.x)
      let count = 36
      let outline = (0..<count).map { i -> SIMD3<Float> in
        let a = 2 * Float.pi * Float(i) / Float(count), c = cos(a), s = sin(a)
        let x = half.x * (c < 0 ? -1 : 1) * pow(abs(c), 2 / style.square), y = half.y * (s < 0 ? -1 : 1) * pow(abs(s), 2 / style.square)
        let outer = max(0, x * side / half.x)
        return wrap(middle + x, height + y * (y < 0 ? 1.05 : 1) + style.cat * outer * outer * max(0, y / half.y))
      }
      tube(outline, closed: true, half: style.rim)
      addLens(outline)
      let outer = wrap(middle + side * (half.x + style.rim), height + 0.45 * half.y + style.cat)
      hinges.append(outer)
    }
    let nose = max(bridge.z + 0.03, front - 0.02)
    let inner = max(abs(eyes[1].x) * 1.02, gap + half.x) - half.x
    tube(
      [-1, -0.5, 0, 0.5, 1].map { t in SIMD3(t * inner, height + 0.05 + 0.035 * (1 - t * t), mix(wrap(inner, height).z, nose, 1 - t * t)) },
      closed: false,
      half: style.rim * 1.05)
    for (k, side) in [Float(-1), 1].enumerated() {
      let ear = SIMD3(side * max(abs(temple[k].x) + 0.05, abs(hinges[k].x) + 0.02), hinges[k].y + 0.02, -0.05)
      tube(
        [
          hinges[k], hinges[k] + SIMD3(side * 0.025, 0, -0.05), mix(hinges[k], ear, 0.5) + SIMD3(side * 0.02, 0, 0), ear,
          ear + SIMD3(-side * 0.02, -0.12, -0.2),
        ], closed: false, half: style.rim * 0.9)
    }
  }

  private mutating func tube(_ path: [SIMD3<Float>], closed: Bool, half: Float) {
    let n = path.count, first = Int32(points.count), ring = Int32(Self.around)
    for i in 0..<n {
      let before = path[closed ? (i + n - 1) % n : max(0, i - 1)], after = path[closed ? (i + 1) % n : min(n - 1, i + 1)]
      let along = normalized(after - before)
      let side = normalized(cross(along, abs(along.z) > 0.8 ? SIMD3(0, 1, 0) : SIMD3(0, 0, 1))), up = cross(side, along)
      for k in 0..<Self.around {
        let a = 2 * Float.pi * Float(k) / Float(Self.around), out = cos(a) * side + sin(a) * up
        points.append(path[i] + half * out)
        normals.append(out)
      }
    }
    for i in 0..<Int32(closed ? n : n - 1) {
      let next = (i + 1) % Int32(n)
      for k in 0..<ring {
        let l = (k + 1) % ring, a = first + i * ring + k, b = first + i * ring + l, c = first + next * ring + k, d = first + next * ring + l
        corners += [a, b, c, b, d, c]
      }
    }
  }
  private mutating func addLens(_ outline: [SIMD3<Float>]) {
    let first = Int32(lensPoints.count), n = Int32(outline.count)
    lensPoints += outline
    lensPoints.append(outline.reduce(.zero, +) / Float(n) + SIMD3(0, 0, 0.015))
    for i in 0..<n { lensCorners += [first + i, first + (i + 1) % n, first + n] }
  }
}
