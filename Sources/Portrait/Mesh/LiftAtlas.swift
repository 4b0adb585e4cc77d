import Torch

/// A lifted photo's colors as one texture for all poses, each triangle with a place in it.
///
/// What shows the photo alone keeps its place there. What is mixed of several colors is painted into half squares below; of what changes
/// with lids and mouth there are several, for some steps of closing and of light, and a pose takes the nearest.
struct LiftAtlas {
  /// `[H, W, 4]` uint8: red, green, blue, opacity.
  let image: Tensor
  private let width, height: Int
  /// Where half squares begin.
  private let top: Int
  /// Of each triangle: its first half square, -1 where the photo itself shows it, and what that changes with.
  private let first: [Int]
  private let change: [Change]
  private let corners: [SIMD3<Int32>]
  /// Of each vertex in the photo, then of each painted triangle, one behind the other.
  private let texels: [SIMD2<Float>]
  private let painted: [Int]

  private enum Change: Int {
    case nothing, rightLid, leftLid, mouth, lips

    /// The `controls` that are painted.
    var steps: [SIMD4<Float>] {
      switch self {
      case .nothing: [[0, 0, 1, 0]]
      case .rightLid: [0, 0.25, 0.5, 0.75, 1].map { [$0, 0, 1, 0] }
      case .leftLid: [0, 0.25, 0.5, 0.75, 1].map { [0, $0, 1, 0] }
      case .mouth: [0.65, 0.825, 1].map { [0, 0, $0, 0] }
      case .lips: [0, 0.5, 1].map { [0, 0, 1, $0] }
      }
    }
    func step(_ controls: SIMD4<Float>) -> Int {
      let steps = steps
      func far(_ k: Int) -> Float { abs((steps[k] - controls)[axis]) }
      return steps.indices.min { far($0) < far($1) } ?? 0
    }
    private var axis: Int { self == .leftLid ? 1 : self == .mouth ? 2 : self == .lips ? 3 : 0 }
  }

  /// Texels along a square's side; of the two triangles in it, legs are 4 shorter, so that neither bleeds into another.
  private static let side = 12

  /// Of the tensors of a `PortraitLift`.
  init(_ tensors: [String: Tensor]) {
    let numbers = tensors["numbers"]!.floats, flat = tensors["triangles"]!.array(Int32.self)
    let paint = LiftPaint(tensors["texture"]!)
    let count = numbers.count / LiftVertex.numbers
    let rows = (0..<count).map { Array(numbers[LiftVertex.numbers * $0..<LiftVertex.numbers * ($0 + 1)]) }
    let corners = (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    var first: [Int] = [], change: [Change] = [], painted: [Int] = [], squares = 0
    for (f, t) in corners.enumerated() {
      let n = (0..<3).map { rows[Int(t[$0])] }
      let isPhoto = n.allSatisfy { $0[4] > 0.999 && $0[9] > 0.999 && $0[13] == 0 && $0[14] == 0 && $0[15] <= 0 && $0[10] == n[0][10] }
      let kind: Change =
        n.contains { $0[13] > 0 }
        ? .rightLid
        : n.contains { $0[14] > 0 } ? .leftLid : n.contains { $0[12] > 0 } ? .mouth : n.contains { $0[15] > 0 } ? .lips : .nothing
      change.append(kind)
      first.append(isPhoto ? -1 : squares)
      guard !isPhoto else { continue }
      painted.append(f)
      squares += kind.steps.count
    }
    let s = Self.side, perRow = max(paint.width / s, 1)
    (width, top) = (paint.width, paint.height)
    height = paint.height + (squares + 2 * perRow - 1) / (2 * perRow) * s
    var bytes = paint.bytes + [UInt8](repeating: 0, count: (height - paint.height) * width * 4)
    (self.first, self.change, self.corners, self.painted) = (first, change, corners, painted)
    let texels = rows.map { SIMD2($0[0], $0[1]) }
    self.texels = texels

    // Where opacity does not count the texture must not say any: programs take it from there.
    for (f, t) in corners.enumerated() where first[f] < 0 && rows[Int(t.x)][10] == 0 {
      let p = (0..<3).map { texels[Int(t[$0])] }
      let low = p.reduce(p[0]) { pointwiseMin($0, $1) }, high = p.reduce(p[0]) { pointwiseMax($0, $1) }
      let columns = (Int(low.x) - 1..<Int(high.x) + 2).clamped(to: 0..<paint.width)
      for y in (Int(low.y) - 1..<Int(high.y) + 2).clamped(to: 0..<paint.height) {
        for x in columns { bytes[4 * (y * width + x) + 3] = 255 }
      }
    }
    for f in painted {
      for (step, controls) in change[f].steps.enumerated() {
        let n = (0..<3).map { LiftPaint.controlled(rows[Int(corners[f][$0])], controls, light: controls.z) }
        let half = Half(first[f] + step, perRow: perRow, top: paint.height)
        for y in 0..<s {
          for x in 0..<s where half.holds(x, y) {
            let w = half.shares(Float(x) + 0.5, Float(y) + 0.5)
            var mixed = [Float](repeating: 0, count: LiftVertex.numbers)
            for i in mixed.indices { mixed[i] = w.x * n[0][i] + w.y * n[1][i] + w.z * n[2][i] }
            let (color, opacity) = paint.color(mixed)
            let at = 4 * ((half.y + y) * width + half.x + x)
            for c in 0..<4 { bytes[at + c] = UInt8((min(max(c < 3 ? color[c] : opacity, 0), 1) * 255).rounded()) }
          }
        }
      }
    }
    image = Tensor(bytes, [height, width, 4])
  }

  /// Places in the texture, (0, 0) at its lower left, and which each corner of each triangle has, with the `controls` of a frame.
  func places(_ controls: SIMD4<Float>) -> (places: [SIMD2<Float>], corners: [SIMD3<Int32>]) {
    var places = texels, all = corners
    let perRow = max(width / Self.side, 1)
    for f in painted {
      let half = Half(first[f] + change[f].step(controls), perRow: perRow, top: top)
      let number = Int32(places.count)
      places += half.corners
      all[f] = [number, number + 1, number + 2]
    }
    let size = SIMD2(Float(width), Float(height))
    return (places.map { SIMD2($0.x / size.x, 1 - $0.y / size.y) }, all)
  }

  /// One of the two triangles of a square.
  private struct Half {
    /// The square's corner in the texture.
    let x, y: Int
    private let isSecond: Bool

    init(_ number: Int, perRow: Int, top: Int) {
      let square = number / 2
      (x, y) = (square % perRow * LiftAtlas.side, top + square / perRow * LiftAtlas.side)
      isSecond = number % 2 == 1
    }
    func holds(_ x: Int, _ y: Int) -> Bool { (x + y + 1 < LiftAtlas.side) != isSecond }
    /// Shares of the corners at a place in the square; they go on beyond the triangle.
    func shares(_ x: Float, _ y: Float) -> SIMD3<Float> {
      let side = Float(LiftAtlas.side)
      let a = ((isSecond ? side - x : x) - 1) / (side - 4), b = ((isSecond ? side - y : y) - 1) / (side - 4)
      return [1 - a - b, a, b]
    }
    var corners: [SIMD2<Float>] {
      let side = Float(LiftAtlas.side), origin = SIMD2(Float(x), Float(y))
      let own: [SIMD2<Float>] = [[1, 1], [side - 3, 1], [1, side - 3]]
      return own.map { origin + (isSecond ? side - $0 : $0) }
    }
  }
}
