/// A head under construction, in centimetres: the 468 face points first, then everything grown onto them.
struct HeadMesh {
  var positions: [SIMD3<Float>] = []
  var triangles: [SIMD3<Int32>] = []
  var parts: [FacePart] = []
  /// How a vertex goes along with movements of the 468 points.
  var follows: [[Follow]] = []
  /// Its share in the movement of the jaw bone, for what is no skin.
  var jaw: [Float] = []
  /// 0 on the head, 1 on the torso.
  var torso: [Float] = []
  /// The vertices of each eyeball, right then left; the first is its front pole, the last its back pole.
  var eyes: [Range<Int>] = []

  struct Follow {
    var point: Int
    var weight: Float
  }

  @discardableResult
  mutating func add(_ p: SIMD3<Float>, follows: [Follow] = [], jaw: Float = 0, torso: Float = 0) -> Int {
    positions.append(p)
    self.follows.append(follows)
    self.jaw.append(jaw)
    self.torso.append(torso)
    return positions.count - 1
  }
  mutating func add(_ a: Int, _ b: Int, _ c: Int, _ part: FacePart) {
    guard a != b, b != c, c != a else { return }
    triangles.append([Int32(a), Int32(b), Int32(c)])
    parts.append(part)
  }
  /// The quadrilaterals between two rows; seen from outside, `far` lies to the left of one who walks along `near`.
  mutating func join(_ near: [Int], _ far: [Int], closed: Bool, _ part: (Int) -> FacePart) {
    for i in 0..<(closed ? near.count : near.count - 1) {
      let j = (i + 1) % near.count
      add(near[i], near[j], far[i], part(i))
      add(near[j], far[j], far[i], part(i))
    }
  }
  mutating func join(_ near: [Int], _ far: [Int], closed: Bool, _ part: FacePart) { join(near, far, closed: closed) { _ in part } }
}

/// 0 below `a`, 1 above `b`, smooth between.
func smoothstep(_ a: Float, _ b: Float, _ x: Float) -> Float {
  let t = min(1, max(0, (x - a) / (b - a)))
  return t * t * (3 - 2 * t)
}
func mix(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ t: Float) -> SIMD3<Float> { a + (b - a) * t }
func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }
func mirrored(_ p: SIMD3<Float>) -> SIMD3<Float> { [-p.x, p.y, p.z] }
