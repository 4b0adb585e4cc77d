import Media
import Torch
import Tracking

/// An image at the size at which masks are thought out: 256 pixels along its longer side.
struct WorkImage {
  let width, height: Int
  /// Red, green, blue in 0...1, and 0.
  let colors: [SIMD4<Float>]
  /// How many of these pixels one pixel of the image is, each way.
  let scale: SIMD2<Float>

  static let longSide = 256

  /// Shrinks `rgb`, `[H, W, 3]` uint8.
  init(_ rgb: Tensor) {
    let (height, width) = (rgb.size(0), rgb.size(1))
    let factor = Float(Self.longSide) / Float(max(width, height))
    self.width = max(1, Int((Float(width) * factor).rounded()))
    self.height = max(1, Int((Float(height) * factor).rounded()))
    scale = SIMD2(Float(self.width) / Float(width), Float(self.height) / Float(height))
    colors = resize(rgb, width: self.width, height: self.height).withElements(UInt8.self) { pixels in
      (0..<pixels.count / 3).map { k -> SIMD4<Float> in
        let color = SIMD4(Float(pixels[3 * k]), Float(pixels[3 * k + 1]), Float(pixels[3 * k + 2]), 0)
        return color / 255
      }
    }
  }
}

/// Linear functions of colour on a coarse grid, between whose points they change linearly.
struct LinearFits {
  let fits: [SIMD4<Float>]
  let width, height: Int
  let scale: SIMD2<Float>

  init(_ fits: [SIMD4<Float>], _ image: WorkImage) {
    (self.fits, width, height, scale) = (fits, image.width, image.height, image.scale)
  }

  /// Calls `take` with each pixel's number and its function's value there (in all four lanes).
  func evaluate(_ view: PixelView, _ take: (Int, SIMD4<Float>) -> Void) {
    fits.withUnsafeBufferPointer { fits in
      for row in 0..<view.height {
        let y = max(0, (Float(row) + 0.5) * scale.y - 0.5), y0 = min(Int(y), height - 1), y1 = min(y0 + 1, height - 1)
        let fy = y - Float(y0)
        for column in 0..<view.width {
          let x = max(0, (Float(column) + 0.5) * scale.x - 0.5), x0 = min(Int(x), width - 1), x1 = min(x0 + 1, width - 1)
          let fx = x - Float(x0)
          let top = fits[y0 * width + x0] + (fits[y0 * width + x1] - fits[y0 * width + x0]) * fx
          let bottom = fits[y1 * width + x0] + (fits[y1 * width + x1] - fits[y1 * width + x0]) * fx
          let k = row * view.width + column, p = view.base + 3 * k
          let color = SIMD4(Float(p[0]) / 255, Float(p[1]) / 255, Float(p[2]) / 255, 1)
          take(k, SIMD4(repeating: ((top + (bottom - top) * fy) * color).sum()))
        }
      }
    }
  }
}

/// The grey levels, 0...255, of `rgb`, `[H, W, 3]` uint8, scaled to `width` x `height`, in row-major order.
package func luma(_ rgb: Tensor, width: Int, height: Int) -> [Float] {
  resize(rgb, width: width, height: height).withElements(UInt8.self) { p in
    (0..<width * height).map { k -> Float in
      let red = Float(p[3 * k]), green = Float(p[3 * k + 1]), blue = Float(p[3 * k + 2])
      return 0.299 * red + 0.587 * green + 0.114 * blue
    }
  }
}
