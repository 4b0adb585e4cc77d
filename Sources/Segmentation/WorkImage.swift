import Media
import Torch

/// An image at the size at which masks are thought out: 256 pixels along its longer side.
struct WorkImage: Sendable {
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

/// The grey levels, 0...255, of `rgb`, `[H, W, 3]` uint8, scaled to `width` x `height`, in row-major order.
package func luma(_ rgb: Tensor, width: Int, height: Int) -> [Float] {
  resize(rgb, width: width, height: height).withElements(UInt8.self) { p in
    (0..<width * height).map { k -> Float in
      let red = Float(p[3 * k]), green = Float(p[3 * k + 1]), blue = Float(p[3 * k + 2])
      return 0.299 * red + 0.587 * green + 0.114 * blue
    }
  }
}
