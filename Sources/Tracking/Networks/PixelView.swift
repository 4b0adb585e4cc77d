import Foundation
import Torch

/// Borrowed pixels of an image, row by row, three bytes each.
package struct PixelView {
  package let base: UnsafePointer<UInt8>
  package let width, height: Int

  /// Lends the pixels of `image`, `[H, W, 3]` uint8.
  package static func lend<R>(_ image: Tensor, _ body: (PixelView) throws -> R) rethrows -> R {
    precondition(image.dim == 3 && image.size(2) == 3 && image.dtype == .uint8, "an image is [H, W, 3] uint8, not \(image.shape)")
    return try image.withElements(UInt8.self) { pixels in
      guard let base = pixels.baseAddress else { fatalError("an image of no pixels") }
      return try body(PixelView(base: base, width: image.size(1), height: image.size(0)))
    }
  }
}

/// A square of an image that may be turned: what a network is shown.
package struct TurnedSquare: Equatable, Sendable {
  /// The centre in pixels; the image's corner is (0, 0), its first pixel's centre (0.5, 0.5).
  package var center: SIMD2<Float>
  /// The length of a side in pixels.
  package var side: Float
  /// The turn in radians, clockwise as seen, since y points down.
  package var angle: Float

  package init(center: SIMD2<Float>, side: Float, angle: Float) {
    (self.center, self.side, self.angle) = (center, side, angle)
  }

  /// Directions of the square's own x and y axes in the image.
  package var axes: (x: SIMD2<Float>, y: SIMD2<Float>) {
    let (c, s) = (Foundation.cos(angle), Foundation.sin(angle))
    return (SIMD2(c, s), SIMD2(-s, c))
  }
  /// The image point at `p`, where the square spans 0...1 both ways.
  package func image(of p: SIMD2<Float>) -> SIMD2<Float> {
    let (x, y) = axes
    return center + side * ((p.x - 0.5) * x + (p.y - 0.5) * y)
  }
}

/// What lies outside the image for a network.
package enum Border {
  case black, repeated
}

extension PixelView {
  /// Resamples `square` to `size` x `size` pixels into `out`, `[size, size, 3]`, each value v as v * `scale` + `offset`.
  ///
  /// Bilinear; where the square has more pixels than `out`, the mean of a grid of samples each.
  package func sample(
    _ square: TurnedSquare, size: Int, scale: Float = 1 / 255, offset: Float = 0, border: Border = .repeated,
    into out: UnsafeMutableBufferPointer<Float>
  ) {
    let grid = max(1, min(6, Int((square.side / Float(size) + 0.3).rounded(.down))))
    let step = square.side / Float(size * grid)
    let axes = square.axes
    let (dx, dy) = (axes.x * step, axes.y * step)
    let half = Float(size * grid) / 2 - 0.5
    // Pixel centres lie at +0.5, so that sample coordinates are half a pixel less.
    let first = square.center - 0.5 - half * dx - half * dy
    let gain = scale / Float(grid * grid)
    for row in 0..<size {
      var write = row * size * 3
      for column in 0..<size {
        var sum = SIMD4<Float>.zero
        for sub in 0..<grid {
          var p = first + Float(row * grid + sub) * dy + Float(column * grid) * dx
          for _ in 0..<grid {
            sum += pixel(at: p, border)
            p += dx
          }
        }
        sum = sum * gain + offset
        out[write] = sum.x
        out[write + 1] = sum.y
        out[write + 2] = sum.z
        write += 3
      }
    }
  }

  /// The colour between pixels: `p` is (0, 0) at the first pixel's centre. Red, green, blue in 0...255; the fourth means nothing.
  @inline(__always)
  func pixel(at p: SIMD2<Float>, _ border: Border) -> SIMD4<Float> {
    let floor = p.rounded(.down)
    let f = p - floor
    let x = Int(floor.x)
    let y = Int(floor.y)
    if x >= 0, y >= 0, x < width - 1, y < height - 2 {
      // One byte beyond the second pixel is read, which the next row always has.
      let a = base + (y * width + x) * 3
      let b = a + width * 3
      let top = four(a) + (four(a + 3) - four(a)) * f.x
      let bottom = four(b) + (four(b + 3) - four(b)) * f.x
      return top + (bottom - top) * f.y
    }
    let a = one(x, y, border)
    let b = one(x + 1, y, border)
    let c = one(x, y + 1, border)
    let d = one(x + 1, y + 1, border)
    let top = a + (b - a) * f.x
    let bottom = c + (d - c) * f.x
    return top + (bottom - top) * f.y
  }

  @inline(__always)
  private func four(_ p: UnsafePointer<UInt8>) -> SIMD4<Float> {
    SIMD4<Float>(UnsafeRawPointer(p).loadUnaligned(as: SIMD4<UInt8>.self))
  }
  private func one(_ x: Int, _ y: Int, _ border: Border) -> SIMD4<Float> {
    if border == .black, x < 0 || y < 0 || x >= width || y >= height { return .zero }
    let p = base + (min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)) * 3
    return SIMD4(Float(p[0]), Float(p[1]), Float(p[2]), 0)
  }
}
