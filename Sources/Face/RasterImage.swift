import Torch

/// What the rasteriser leaves behind: for every pixel the triangle that is seen there, where on it, and how far away.
///
/// Plain memory, row-major, reused from frame to frame by whoever draws many.
package final class RasterImage {
  package let width: Int
  package let height: Int
  /// `[height * width]` index of the triangle seen, -1 for none.
  package let triangle: UnsafeMutableBufferPointer<Int32>
  /// `[height * width]` distance along the viewing axis, infinity where nothing is seen.
  package let depth: UnsafeMutableBufferPointer<Float>
  /// `[height * width]` perspective-correct weights of the triangle's three corners.
  package let barycentrics: UnsafeMutableBufferPointer<SIMD3<Float>>

  package init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "an image of \(width) x \(height) pixels")
    self.width = width
    self.height = height
    triangle = .allocate(capacity: width * height)
    depth = .allocate(capacity: width * height)
    barycentrics = .allocate(capacity: width * height)
    triangle.initialize(repeating: -1)
    depth.initialize(repeating: .infinity)
    barycentrics.initialize(repeating: .zero)
  }

  deinit {
    triangle.deallocate()
    depth.deallocate()
    barycentrics.deallocate()
  }

  /// `[H, W]` int32 triangle indices, -1 where nothing is seen.
  package var triangleTensor: Tensor { Tensor(bytes: UnsafeRawBufferPointer(triangle), [height, width], .int32) }
  /// `[H, W]` distances along the viewing axis, infinity where nothing is seen.
  package var depthTensor: Tensor { Tensor(bytes: UnsafeRawBufferPointer(depth), [height, width], .float32) }
  /// `[H, W, 3]` weights of the corners, zero where nothing is seen.
  package var barycentricTensor: Tensor {
    var packed = [Float](repeating: 0, count: width * height * 3)
    for i in 0..<width * height {
      for k in 0..<3 { packed[3 * i + k] = barycentrics[i][k] }
    }
    return Tensor(packed, [height, width, 3])
  }

  /// Values given per vertex, `[V, C]`, carried over to the pixels: `[H, W, C]`, `background` where nothing is seen.
  package func interpolate(_ attributes: Tensor, triangles: Tensor, background: Float = 0) -> Tensor {
    precondition(attributes.dim == 2 && triangles.dim == 2 && triangles.size(1) == 3, "attributes [V, C] on triangles [F, 3]")
    let channels = attributes.size(1)
    let corners = triangles.array(Int32.self)
    var out = [Float](repeating: background, count: width * height * channels)
    attributes.withElements(Float.self) { values in
      for i in 0..<width * height where triangle[i] >= 0 {
        let f = 3 * Int(triangle[i])
        let weight = barycentrics[i]
        let a = Int(corners[f]) * channels
        let b = Int(corners[f + 1]) * channels
        let c = Int(corners[f + 2]) * channels
        for k in 0..<channels { out[i * channels + k] = weight.x * values[a + k] + weight.y * values[b + k] + weight.z * values[c + k] }
      }
    }
    return Tensor(out, [height, width, channels])
  }

  /// The class of the triangle seen at every pixel, `[H, W]` uint8, from one class per triangle; `background` where nothing is seen.
  package func labels(_ classes: [UInt8], background: UInt8 = 0) -> Tensor {
    Tensor(triangle.map { $0 < 0 ? background : classes[Int($0)] }, [height, width])
  }
}
