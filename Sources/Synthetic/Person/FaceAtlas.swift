import Face
import Foundation

/// The front of a model's mean head unrolled, with what lies where: the same for everybody, as people's features move with their vertices.
///
/// Places are those of `HeadChart` on the mean head: arc length about a vertical axis and height, in head units.
struct FaceAtlas: Sendable {
  static let size = 512
  static let left: Float = -1.28
  static let top: Float = 1.12
  static let texel: Float = 0.005

  /// What is known of one texel: distances in head units, shares in 0...1.
  struct Texel: Sendable {
    /// Inside the lips' outline (positive) or outside.
    var lips: Float = -1
    var seam: Float = 1
    var upperLid: Float = 1
    var lowerLid: Float = 1
    var crease: Float = 1
    var underEye: Float = 1
    /// Along a brow from its tail (0) to the nose (1), and across it, -1 and 1 being its rims; -9 elsewhere.
    var browAlong: Float = -9
    var browAcross: Float = -9
    var nose = false
    var cheek: Float = 0
    var noseTip: Float = 0
    var chin: Float = 0
    var nostril: Float = 0
    var moustache: Float = 0
    var chinBeard: Float = 0
    var cheekBeard: Float = 0
    /// Distance from the folds beside nose and mouth, and how deep the line is there.
    var fold: Float = 1
    var foldDepth: Float = 0
    /// Fine lines of age: at the outer corners of the eyes, on the forehead, between the brows.
    var crowsFeet: Float = 0
    var forehead: Float = 0
    var frown: Float = 0
  }
  let texels: [Texel]

  @inline(__always) static func place(column: Int, row: Int) -> SIMD2<Float> {
    SIMD2(left + (Float(column) + 0.5) * texel, top - (Float(row) + 0.5) * texel)
  }
  /// Continuous texel coordinates of a place; centres lie at +0.5.
  @inline(__always) static func coordinates(_ place: SIMD2<Float>) -> SIMD2<Float> {
    SIMD2((place.x - left) / texel, (top - place.y) / texel)
  }

  /// From the 468 mesh points of a model's mean.
  init(landmarks: [SIMD3<Float>]) {
    let lines = Lines(landmarks)
    texels = (0..<Self.size * Self.size).map { i in lines.texel(Self.place(column: i % Self.size, row: i / Self.size)) }
  }

  /// The lines of the face; the subject's right side first where there are two.
  private struct Lines {
    let lips, nose: ChartOutline
    let seam, jaw: ChartLine
    let upperLids, lowerLids, creases, underEyes, folds: [ChartLine]
    let browLines: [ChartLine]
    let browWidth: Float
    let cheeks, nostrils, eyeCorners: [SIMD2<Float>]
    let noseTip, chin, underNose, mouthCorner, browMiddle: SIMD2<Float>

    init(_ landmarks: [SIMD3<Float>]) {
      typealias Mesh = FaceMeshTopology
      func at(_ i: Int) -> SIMD2<Float> { HeadChart.place(landmarks[i]) }
      func line(_ points: [Int]) -> ChartLine { ChartLine(points.map(at)) }
      func both(_ right: [Int]) -> [ChartLine] { [line(right), line(right.map { Mesh.mirror[$0] })] }
      lips = ChartOutline(Mesh.lipsOuter.map(at))
      nose = ChartOutline(Mesh.nose.map(at))
      seam = line([61] + Mesh.lipsInner.prefix(11) + [291])
      jaw = line(Array(Mesh.faceOval[8...28]))
      upperLids = both(Array(Mesh.rightEye.prefix(9)))
      lowerLids = both(Array(Mesh.rightEye[8...]) + Mesh.rightEye.prefix(1))
      creases = both(Array(Mesh.rightLid.prefix(9)))
      underEyes = both([31, 228, 229, 230, 231, 232, 233])
      folds = both([129, 203, 206, 216, 212, 202])
      // A brow's middle line, from the tail to the nose.
      browLines = [Mesh.rightBrow, Mesh.leftBrow].map { loop in
        let n = loop.count / 2
        return ChartLine((0..<n).map { (at(loop[$0]) + at(loop[loop.count - 1 - $0])) / 2 })
      }
      browWidth = abs(at(105).y - at(52).y) / 2
      cheeks = [at(50), at(280)]
      nostrils = [(at(98) + at(97)) / 2, (at(327) + at(326)) / 2]
      eyeCorners = [at(33), at(263)]
      noseTip = at(4)
      chin = at(199)
      underNose = at(2)
      mouthCorner = at(291)
      browMiddle = at(9)
    }

    func texel(_ p: SIMD2<Float>) -> Texel {
      var t = Texel()
      let side = p.x < 0 ? 0 : 1
      func bump(_ c: SIMD2<Float>, _ size: Float) -> Float {
        let d = (p - c) / size
        return exp(-(d * d).sum())
      }
      t.cheek = bump(cheeks[0], 0.26) + bump(cheeks[1], 0.26)
      t.noseTip = bump(noseTip, 0.17)
      t.chin = bump(chin, 0.2)
      t.nose = nose.holds(p)
      for n in nostrils { t.nostril = max(t.nostril, bump(SIMD2(n.x, n.y + (p.y - n.y) * -1.2), 0.05)) }
      if abs(p.x) < 0.62, p.y > lips.low.y - 0.15, p.y < lips.high.y + 0.15 {
        t.lips = lips.inside(p)
        t.seam = seam.distance(p)
      }
      if abs(p.x) > 0.05, abs(p.x) < 0.8, p.y > -0.05, p.y < 0.65 {
        t.upperLid = upperLids[side].distance(p)
        t.lowerLid = lowerLids[side].distance(p)
        t.crease = creases[side].distance(p)
        t.underEye = underEyes[side].distance(p)
      }
      if abs(p.x) < 0.95, p.y > 0.25, p.y < 0.75 { brow(p, side, &t) }
      if p.y < 0.05 { beard(p, &t) }
      if abs(p.x) < 0.8, p.y < 0.1, p.y > -0.75 {
        t.fold = folds[side].distance(p)
        t.foldDepth = smoothstep(-0.72, -0.4, p.y) * smoothstep(0.02, -0.06, p.y)
      }
      let away = SIMD2((p.x - eyeCorners[side].x) * (side == 0 ? -1 : 1), p.y - eyeCorners[side].y), far = (away * away).sum().squareRoot()
      if away.x > 0, far < 0.4 {
        t.crowsFeet =
          smoothstep(0.06, 0.12, far) * smoothstep(0.34, 0.16, far) * max(0, cos(atan2(away.y, away.x) * 10))
          * smoothstep(0, 0.5, away.x / far)
      }
      if p.y > 0.52, abs(p.x) < 0.7 {
        let wave = cos((p.y - 0.02 * cos(p.x * 5)) * 2 * .pi / 0.088)
        t.forehead = power(max(0, wave), 3) * smoothstep(0.55, 0.62, p.y) * smoothstep(0.9, 0.8, p.y) * smoothstep(0.68, 0.35, abs(p.x))
      }
      let lineAt = abs(abs(p.x) - 0.045)
      t.frown =
        smoothstep(0.02, 0.004, lineAt) * smoothstep(browMiddle.y - 0.14, browMiddle.y - 0.05, p.y)
        * smoothstep(browMiddle.y + 0.12, browMiddle.y + 0.02, p.y)
      return t
    }

    private func brow(_ p: SIMD2<Float>, _ side: Int, _ t: inout Texel) {
      let points = browLines[side].points
      var best = Float.infinity
      for k in 1..<points.count {
        let a = points[k - 1], b = points[k], ab = b - a
        // Ends run on a little, so that the rims' ends are known too.
        let low: Float = k == 1 ? -1.5 : 0, high: Float = k == points.count - 1 ? 1.8 : 1
        let s = max(low, min(high, ((p - a) * ab).sum() / max(1e-9, (ab * ab).sum())))
        let d = p - a - s * ab, far = (d * d).sum()
        guard far < best else { continue }
        best = far
        t.browAlong = (Float(k - 1) + s) / Float(points.count - 1)
        // Above is positive.
        t.browAcross = far.squareRoot() * (d.y >= 0 ? 1 : -1) / browWidth
      }
      if best > 0.04 { (t.browAlong, t.browAcross) = (-9, -9) }
    }

    private func beard(_ p: SIMD2<Float>, _ t: inout Texel) {
      let outside = smoothstep(0.012, -0.02, t.lips), a = abs(p.x), corner = abs(mouthCorner.x)
      t.moustache =
        outside * smoothstep(underNose.y - 0.02, underNose.y - 0.09, p.y) * smoothstep(corner + 0.12, corner + 0.02, a)
        * smoothstep(mouthCorner.y - 0.16, mouthCorner.y - 0.02, p.y)
      let throat = smoothstep(-1.0, -0.84, p.y)
      t.chinBeard =
        outside * throat * smoothstep(corner + 0.06, corner - 0.08, a) * smoothstep(mouthCorner.y - 0.14, mouthCorner.y - 0.26, p.y)
      // From the ears to the corners of the mouth, and down over the jaw.
      let upper = mix(mouthCorner.y + 0.02, 0.12, smoothstep(corner, 0.98, a))
      let sides = smoothstep(1.2, 1.08, a) * smoothstep(corner - 0.05, corner + 0.12, a)
      t.cheekBeard =
        outside * throat * sides * smoothstep(upper + 0.05, upper - 0.1, p.y)
        * smoothstep(jaw.height(p.x) - 0.3, jaw.height(p.x) - 0.1, p.y)
    }
  }
}
