import Foundation

/// Finds how a part of an image has moved, grown and turned against a reference image, to fractions of a pixel.
///
/// Inverse compositional Lucas-Kanade with four unknowns: the warp is x -> c + (1 + s) R (x - c) + t, and the gradients are the reference's.
/// Residuals count by Huber's weights.
package struct ImageAligner {
  /// Grey values in 0...1, row by row.
  package struct Image {
    package let width, height: Int
    package let values: [Float]

    package init(width: Int, height: Int, values: [Float]) { (self.width, self.height, self.values) = (width, height, values) }

    /// The value at a continuous position whose pixel centres are whole numbers; nil outside.
    func value(_ x: Float, _ y: Float) -> Float? {
      guard x >= 0, y >= 0, x < Float(width - 1), y < Float(height - 1) else { return nil }
      let (i, j) = (Int(x), Int(y))
      let (fx, fy) = (x - Float(i), y - Float(j))
      let at = j * width + i
      let top = values[at] + (values[at + 1] - values[at]) * fx
      let bottom = values[at + width] + (values[at + width + 1] - values[at + width]) * fx
      return top + (bottom - top) * fy
    }
  }
  /// Shift in pixels, and relative growth and turn (radians, clockwise as seen) about the middle of the reference's part.
  package struct Motion: Equatable {
    package var shift: SIMD2<Float> = .zero
    package var growth: Float = 0
    package var turn: Float = 0
    /// The root of the mean square difference that is left, in grey values.
    package var error: Float = 0
    /// The share of the part's pixels that were found inside the image.
    package var seen: Float = 1

    package init(shift: SIMD2<Float> = .zero, growth: Float = 0, turn: Float = 0) {
      (self.shift, self.growth, self.turn) = (shift, growth, turn)
    }
    /// (1 + s) R as a complex number.
    package var factor: SIMD2<Float> { (1 + growth) * SIMD2(cos(turn), sin(turn)) }
  }

  private let reference: Image
  /// The middle of the reference's part.
  package let center: SIMD2<Float>
  /// Position, and gradient rows of the warp's four unknowns, of every pixel of the part that has texture around it.
  private var pixels: [(x: Float, y: Float, value: Float, row: SIMD4<Float>)] = []

  /// nil where the part, pixels with `mask` above zero, is too small or too smooth to be followed.
  package init?(_ reference: Image, mask: [Bool]) {
    self.reference = reference
    let (w, h) = (reference.width, reference.height)
    var sum = SIMD2<Float>.zero
    var count: Float = 0
    for y in 0..<h {
      for x in 0..<w where mask[y * w + x] {
        sum += [Float(x), Float(y)]
        count += 1
      }
    }
    guard count > 64 else { return nil }
    center = sum / count
    var strength: SIMD2<Float> = .zero
    for y in 1..<h - 1 {
      for x in 1..<w - 1 where mask[y * w + x] {
        let at = y * w + x
        let gx = (reference.values[at + 1] - reference.values[at - 1]) / 2
        let gy = (reference.values[at + w] - reference.values[at - w]) / 2
        let (dx, dy) = (Float(x) - center.x, Float(y) - center.y)
        pixels.append((Float(x), Float(y), reference.values[at], [gx, gy, gx * dx + gy * dy, gy * dx - gx * dy]))
        strength += [gx * gx, gy * gy]
      }
    }
    guard strength.min() > 0.02 else { return nil }
  }

  /// The motion from the reference to `image`, found from a `start` near it.
  package func align(_ image: Image, from start: Motion, iterations: Int = 12) -> Motion {
    var motion = start
    for _ in 0..<iterations {
      var hessian = [Double](repeating: 0, count: 16)
      var gradient = [Double](repeating: 0, count: 4)
      var squares: Double = 0
      let factor = motion.factor
      var seen = 0
      for p in pixels {
        let (dx, dy) = (p.x - center.x, p.y - center.y)
        let x = center.x + factor.x * dx - factor.y * dy + motion.shift.x
        let y = center.y + factor.x * dy + factor.y * dx + motion.shift.y
        guard let value = image.value(x, y) else { continue }
        let difference = value - p.value
        let weight = min(1, 0.04 / max(abs(difference), 1e-6))
        seen += 1
        squares += Double(min(abs(difference), 0.2) * min(abs(difference), 0.2))
        let row = p.row
        for a in 0..<4 {
          gradient[a] += Double(weight * row[a] * difference)
          for b in 0...a { hessian[4 * a + b] += Double(weight * row[a] * row[b]) }
        }
      }
      motion.seen = Float(seen) / Float(pixels.count)
      motion.error = Float((squares / Double(max(seen, 1))).squareRoot())
      guard seen > 32 else { return motion }
      // Growth and turn are drawn to none: smooth clothes do not tell them.
      hessian[10] += 1e-4 * Double(pixels.count)
      hessian[15] += 1e-4 * Double(pixels.count)
      guard let step = Self.solve(hessian, gradient) else { return motion }
      // The step warps the reference; its inverse goes onto the motion.
      let inverse = quotient(factor, [Float(1 + step[2]), Float(step[3])])
      motion.shift -= product(inverse, [Float(step[0]), Float(step[1])])
      motion.growth = min(0.3, max(-0.3, (inverse * inverse).sum().squareRoot() - 1))
      motion.turn = min(0.5, max(-0.5, atan2(inverse.y, inverse.x)))
      if abs(step[0]) + abs(step[1]) < 0.005, abs(step[2]) + abs(step[3]) < 1e-4 { break }
    }
    return motion
  }

  /// Solves a symmetric 4 x 4 system given by its lower triangle.
  private static func solve(_ h: [Double], _ g: [Double]) -> [Double]? {
    var system = BandedSystem(size: 4, bandwidth: 3)
    for a in 0..<4 {
      for b in 0...a { system.add(a, b, h[4 * a + b] + (a == b ? 1e-6 : 0)) }
      system.right[a] = g[a]
    }
    return system.solved()
  }
}

/// Products and quotients of complex numbers, which turn and grow the plane.
func product(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> SIMD2<Float> { [a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x] }
func quotient(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> SIMD2<Float> { product(a, [b.x, -b.y]) / (b * b).sum() }
