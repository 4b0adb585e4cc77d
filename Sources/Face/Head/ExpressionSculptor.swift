/// Makes movements of the built-in head from a few strokes each, the way one would with clay.
///
/// Strokes are written for the subject's right side; the left one is their mirror image.
struct ExpressionSculptor {
  let head: BuiltInHead
  var surface: FaceSurface
  /// Each face point's share in what the jaw does: 1 on chin and lower lip, 0 on the upper half.
  let jawShare: [Float]

  typealias Mesh = FaceMeshTopology

  init(head: BuiltInHead) {
    self.head = head
    surface = FaceSurface(points: head.base.points)
    jawShare = Self.makeJawShare(surface)
  }

  /// A stroke: where a point goes, as (outwards from the face's middle, up, forward) in cm.
  struct Stroke {
    var points: [Int]
    var to: SIMD3<Float>
    init(_ points: Int..., to: SIMD3<Float>) {
      self.points = points
      self.to = to
    }
  }

  /// Strokes on the right side only.
  mutating func right(_ radius: Float, hold: [Int] = [], _ strokes: Stroke...) -> Movement { sculpt(radius, hold, strokes, both: false) }
  /// Strokes on the right side and mirrored on the left; the middle is stroked once.
  mutating func both(_ radius: Float, hold: [Int] = [], _ strokes: Stroke...) -> Movement { sculpt(radius, hold, strokes, both: true) }

  private mutating func sculpt(_ radius: Float, _ hold: [Int], _ strokes: [Stroke], both: Bool) -> Movement {
    var values: [Int: SIMD3<Float>] = [:]
    for v in hold {
      values[v] = .zero
      if both { values[Mesh.mirror[v]] = .zero }
    }
    for stroke in strokes {
      for v in stroke.points {
        let middle = Mesh.mirror[v] == v
        values[v] = [both && middle ? 0 : -stroke.to.x, stroke.to.y, stroke.to.z]
        if both && !middle { values[Mesh.mirror[v]] = stroke.to }
      }
    }
    let handles = values.sorted { $0.key < $1.key }.map { (point: $0.key, value: $0.value) }
    let made = Movement(face: surface.spread(handles, radius: radius))
    // MediaPipe's triangles are not quite symmetric.
    return both ? (made + mirror(made)) * 0.5 : made
  }

  /// The same on the other side.
  func mirror(_ m: Movement) -> Movement {
    var turned = Movement(face: Mesh.mirror.map { mirrored(m.face[$0]) }, jaw: m.jaw)
    turned.jaw.slide = mirrored(m.jaw.slide)
    for (v, d) in m.own { turned.own[head.opposite[v] ?? v] = mirrored(d) }
    return turned
  }

  /// Keeps the lips together: both borders go where they go on average, and the flesh beside them goes along.
  func sealed(_ m: Movement) -> Movement {
    var sealed = m
    let inner = Mesh.lipsInner
    for i in 1..<10 {
      let (upper, lower) = (inner[i], inner[20 - i])
      let mean = (m.face[upper] + m.face[lower]) / 2
      for (v, at) in [(upper, i), (lower, 20 - i)] {
        let change = mean - m.face[v]
        sealed.face[v] = mean
        sealed.face[BaseFace.lipRings[1][at]] += change * 0.6
        sealed.face[BaseFace.lipRings[0][at]] += change * 0.3
      }
    }
    return sealed
  }

  /// What the jaw's skin and bone do when it turns and slides.
  func jaw(_ motion: JawMotion) -> Movement {
    Movement(face: zip(surface.points, jawShare).map { motion.move($0) * $1 }, jaw: motion)
  }

  private static func makeJawShare(_ surface: FaceSurface) -> [Float] {
    var fixed: [Int: Float] = [:]
    // Bone to which the skin clings: all above the line from the ears under the cheekbones and the nose to the upper lip.
    let still = [
      127, 234, 93, 34, 227, 143, 116, 117, 118, 119, 100, 126, 209, 129, 64, 98, 97, 2, 137, 123, 50, 101, 36, 142, 203, 165, 167, 164,
      37, 0, 39, 11, 12, 13, 72, 73, 38, 41, 82, 81,
    ]
    for (v, p) in surface.points.enumerated() where p.y > 0.8 || abs(p.x) < 1.9 && p.y > -1.7 { fixed[v] = 0 }
    let moving = [
      152, 148, 176, 149, 150, 175, 171, 140, 170, 199, 208, 32, 200, 201, 18, 83, 17, 84, 194, 16, 85, 15, 86, 14, 87, 178, 179,
      180, 181, 182, 169, 211,
    ]
    for v in still { for w in [v, Mesh.mirror[v]] { fixed[w] = 0 } }
    for v in moving { for w in [v, Mesh.mirror[v]] { fixed[w] = 1 } }
    for (v, share) in [(78, Float(0.42)), (61, 0.42), (62, 0.42), (76, 0.42), (58, 0.2), (132, 0.07), (172, 0.55)] {
      for w in [v, Mesh.mirror[v]] { fixed[w] = share }
    }
    let field = surface.harmonic(fixed)
    return field.indices.map { (field[$0] + field[Mesh.mirror[$0]]) / 2 }
  }
}
