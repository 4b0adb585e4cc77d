import Foundation
import Media
import Segmentation
import Torch

/// Tells whether the camera moves, from what is behind the person.
///
/// Every few frames, small blocks of the background are found again in the next sample (Lucas and Kanade, 1981). A moving camera moves
/// them all alike: by a shift, a turn and a zoom that most blocks agree on. Moving images on a studio wall, leaves and people do not.
package final class CameraMotion {
  /// How far the background has wandered from where it was first seen, at most, over the image's longer side.
  package private(set) var wandering: Float = 0
  /// In how many samples blocks could be compared, and in how many most of them agreed on a motion.
  package private(set) var samples = 0
  package private(set) var moving = 0
  /// A camera that wanders further than this is said to move: a hundredth of the image blurs a background plate visibly.
  package static let tolerance: Float = 0.012

  /// Whether the camera moves.
  package var isMoving: Bool { wandering > Self.tolerance && moving >= 3 }

  private let interval: Int
  private var frame = 0
  private var last: (luma: [Float], person: [Bool], width: Int, height: Int)?
  private var path: [SIMD2<Float>] = [.zero]
  private static let longSide = 192, block = 14

  /// Compares every `interval`-th frame.
  package init(interval: Int = 5) { self.interval = interval }

  /// Starts again after a cut, keeping what was found.
  package func reset() { (last, path) = (nil, [.zero]) }

  /// Takes the next frame, `[H, W, 3]` uint8, and how much of each pixel is a person, `[H, W]` in 0...1.
  package func add(_ rgb: Tensor, alpha: Tensor) {
    defer { frame += 1 }
    guard frame % interval == 0 else { return }
    let factor = Float(Self.longSide) / Float(max(rgb.size(0), rgb.size(1)))
    let height = max(16, Int((Float(rgb.size(0)) * factor).rounded())), width = max(16, Int((Float(rgb.size(1)) * factor).rounded()))
    let luma = Self.blurred(Segmentation.luma(rgb, width: width, height: height), width, height)
    var person = [Bool](repeating: false, count: width * height)
    let (rows, columns) = (alpha.size(0), alpha.size(1))
    alpha.withElements(Float.self) { alpha in
      for y in 0..<height {
        for x in 0..<width where alpha[(y * rows / height) * columns + x * columns / width] > 0.05 { person[y * width + x] = true }
      }
    }
    if let last, last.width == width, last.height == height { compare(last, luma, person) }
    last = (luma, person, width, height)
  }

  private func compare(_ last: (luma: [Float], person: [Bool], width: Int, height: Int), _ luma: [Float], _ person: [Bool]) {
    let (width, height) = (last.width, last.height)
    var moves: [(at: SIMD2<Float>, by: SIMD2<Float>)] = []
    let margin = 6
    for y in stride(from: margin, to: height - margin - Self.block, by: Self.block - 4) {
      for x in stride(from: margin, to: width - margin - Self.block, by: Self.block - 4) {
        var free = true
        for row in y - 3..<y + Self.block + 3 where free {
          for column in x - 3..<x + Self.block + 3 where last.person[row * width + column] || person[row * width + column] { free = false }
        }
        guard free, let by = Self.displacement(last.luma, luma, width, height, x, y) else { continue }
        moves.append((SIMD2(Float(x - width / 2), Float(y - height / 2)) + Float(Self.block) / 2, by))
      }
    }
    guard moves.count >= 5 else { return }
    samples += 1
    let (motion, share) = Self.similarity(moves)
    let size = Float(max(width, height))
    // What the image's rim moves by; a tenth of a pixel here is noise.
    let rim = (motion.shift * motion.shift).sum().squareRoot() + size / 2 * (motion.linear * motion.linear).sum().squareRoot()
    guard share > 0.6, rim > 0.12 else { return }
    moving += 1
    let now = (path.last ?? .zero) + motion.shift
    path.append(now)
    for before in path {
      let d = now - before
      wandering = max(wandering, (d * d).sum().squareRoot() / size)
    }
    // A zoom or a turn leaves the middle where it is.
    turned += motion.linear
    wandering = max(wandering, 0.5 * (turned * turned).sum().squareRoot())
  }
  private var turned = SIMD2<Float>.zero

  /// A 5-pixel binomial blur.
  private static func blurred(_ v: [Float], _ width: Int, _ height: Int) -> [Float] {
    func pass(_ v: [Float], _ step: Int, _ length: Int) -> [Float] {
      v.indices.map { k in
        let place = k / step % length
        func at(_ d: Int) -> Float { v[k + (min(max(place + d, 0), length - 1) - place) * step] }
        return (at(-2) + at(2) + 4 * (at(-1) + at(1)) + 6 * v[k]) / 16
      }
    }
    return pass(pass(v, 1, width), width, height)
  }

  /// Where the block at (x, y) of `a` went in `b`; nil where it has too little texture or is not found.
  private static func displacement(_ a: [Float], _ b: [Float], _ width: Int, _ height: Int, _ x: Int, _ y: Int) -> SIMD2<Float>? {
    var (xx, xy, yy): (Float, Float, Float) = (0, 0, 0)
    for row in y..<y + block {
      for column in x..<x + block {
        let k = row * width + column
        let gx = (a[k + 1] - a[k - 1]) / 2, gy = (a[k + width] - a[k - width]) / 2
        (xx, xy, yy) = (xx + gx * gx, xy + gx * gy, yy + gy * gy)
      }
    }
    let count = Float(block * block)
    let middle = (xx + yy) / 2, weakest = middle - (((xx - yy) / 2) * ((xx - yy) / 2) + xy * xy).squareRoot()
    guard weakest / count > 0.5 else { return nil }
    let determinant = xx * yy - xy * xy
    var d = SIMD2<Float>.zero
    var (first, error): (Float, Float) = (0, 0)
    for round in 0..<12 {
      var (ex, ey): (Float, Float) = (0, 0)
      error = 0
      let (fx, fy) = (d.x.rounded(.down), d.y.rounded(.down))
      let (wx, wy) = (d.x - fx, d.y - fy)
      for row in y..<y + block {
        for column in x..<x + block {
          let k = row * width + column
          let (u, v) = (column + Int(fx), row + Int(fy))
          guard u >= 0, v >= 0, u < width - 1, v < height - 1 else { return nil }
          let m = v * width + u
          let top = b[m] + (b[m + 1] - b[m]) * wx, bottom = b[m + width] + (b[m + width + 1] - b[m + width]) * wx
          let e = a[k] - top - (bottom - top) * wy
          ex += e * (a[k + 1] - a[k - 1]) / 2
          ey += e * (a[k + width] - a[k - width]) / 2
          error += e * e
        }
      }
      if round == 0 { first = error }
      let step = SIMD2(yy * ex - xy * ey, xx * ey - xy * ex) / determinant
      d += step
      if (d * d).sum() > 100 { return nil }
      if (step * step).sum() < 1e-4 { break }
    }
    // Found again, or never moved.
    guard error / count < 40, error < 0.5 * first || first / count < 4 else { return nil }
    return d
  }

  /// The shift, and the zoom and turn about the middle, that most moves agree on, and the share that does.
  private static func similarity(
    _ moves: [(at: SIMD2<Float>, by: SIMD2<Float>)]
  ) -> (motion: (shift: SIMD2<Float>, linear: SIMD2<Float>), share: Float) {
    func predicted(_ m: (shift: SIMD2<Float>, linear: SIMD2<Float>), _ p: SIMD2<Float>) -> SIMD2<Float> {
      m.shift + SIMD2(m.linear.x * p.x - m.linear.y * p.y, m.linear.y * p.x + m.linear.x * p.y)
    }
    let middle = SIMD2(moves.map(\.by.x).sorted()[moves.count / 2], moves.map(\.by.y).sorted()[moves.count / 2])
    var motion = (shift: middle, linear: SIMD2<Float>.zero)
    func misses(_ move: (at: SIMD2<Float>, by: SIMD2<Float>)) -> Float {
      let e = move.by - predicted(motion, move.at)
      return (e * e).sum().squareRoot()
    }
    for round in 0..<6 {
      let limit: Float = round < 3 ? 0.6 : 0.3
      var weights: Float = 0, p = SIMD2<Float>.zero, q = SIMD2<Float>.zero
      for move in moves {
        let w = 1 / (1 + pow(misses(move) / limit, 2))
        (weights, p, q) = (weights + w, p + w * move.at, q + w * move.by)
      }
      (p, q) = (p / weights, q / weights)
      var (zoom, turn, size): (Float, Float, Float) = (0, 0, 200 * weights)
      for move in moves {
        let w = 1 / (1 + pow(misses(move) / limit, 2))
        let a = move.at - p, b = move.by - q
        (zoom, turn, size) = (zoom + w * (a * b).sum(), turn + w * (a.x * b.y - a.y * b.x), size + w * (a * a).sum())
      }
      motion.linear = SIMD2(zoom, turn) / size
      motion.shift = q - (predicted((.zero, motion.linear), p))
    }
    let length = (motion.shift * motion.shift).sum().squareRoot()
    let near = moves.count { misses($0) < 0.25 + 0.2 * length }
    return (motion, Float(near) / Float(moves.count))
  }
}
