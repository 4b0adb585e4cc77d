import Foundation

/// Fits coarse maps to the edges of an image: the guided filter of He, Sun and Tang (ECCV 2010) with a colour guide, in its fast form.
///
/// In each window the map is taken to be a linear function of colour, q = a . I + b, with the least squares fit a = (S + eps)^-1 cov(I, p)
/// and b = mean(p) - a . mean(I). The fit is made at low resolution and used at any.
final class JointFilter {
  let width, height: Int
  private let radius: Int
  private let epsilon: Float
  /// The guide: red, green, blue in 0...1, then 1.
  private(set) var guide: [SIMD4<Float>]
  private var means: [SIMD4<Float>]
  /// The inverse of the regularised covariance: xx, xy, xz, yy, yz, zz.
  private var inverse: [SIMD8<Float>]
  private let areas: [Float]

  /// Windows of 2 `radius` + 1 pixels a side; `epsilon` is the variance of colour, in 0...1 squared, below which nothing is an edge.
  init(width: Int, height: Int, radius: Int, epsilon: Float) {
    (self.width, self.height, self.radius, self.epsilon) = (width, height, radius, epsilon)
    guide = Array(repeating: .zero, count: width * height)
    means = guide
    inverse = Array(repeating: .zero, count: width * height)
    func spans(_ length: Int) -> [Float] { (0..<length).map { Float(min($0 + radius, length - 1) - max($0 - radius, 0) + 1) } }
    let (across, down) = (spans(width), spans(height))
    areas = down.flatMap { rows in across.map { 1 / (rows * $0) } }
  }

  /// Takes the image to follow: `[height, width]` colours in 0...1.
  func follow(_ colors: [SIMD4<Float>]) {
    guide = colors
    for k in guide.indices { guide[k].w = 1 }
    means = box(guide) { $0 }
    let products = box(guide) { c in SIMD8(c.x * c.x, c.x * c.y, c.x * c.z, c.y * c.y, c.y * c.z, c.z * c.z, 0, 0) }
    for k in products.indices {
      let m = means[k]
      var s = products[k] - SIMD8(m.x * m.x, m.x * m.y, m.x * m.z, m.y * m.y, m.y * m.z, m.z * m.z, 0, 0)
      s[0] += epsilon
      s[3] += epsilon
      s[5] += epsilon
      let (c0, c1, c2) = (s[3] * s[5] - s[4] * s[4], s[2] * s[4] - s[1] * s[5], s[1] * s[4] - s[2] * s[3])
      let determinant = s[0] * c0 + s[1] * c1 + s[2] * c2
      inverse[k] =
        SIMD8(c0, c1, c2, s[0] * s[5] - s[2] * s[2], s[1] * s[2] - s[0] * s[4], s[0] * s[3] - s[1] * s[1], 0, 0) / determinant
    }
  }

  /// The linear functions that give `map`, `[height, width]`, from colour: at each pixel the mean of those of its windows.
  func fit(_ map: [Float]) -> [SIMD4<Float>] {
    var fits = map.withUnsafeBufferPointer { map in
      guide.withUnsafeBufferPointer { guide in
        Self.box(width, height, radius, areas) { guide[$0] * map[$0] }
      }
    }
    for k in fits.indices {
      let m = means[k], v = inverse[k], p = fits[k].w
      let cx = fits[k].x - m.x * p, cy = fits[k].y - m.y * p, cz = fits[k].z - m.z * p
      let a = SIMD4(v[0] * cx + v[1] * cy + v[2] * cz, v[1] * cx + v[3] * cy + v[4] * cz, v[2] * cx + v[4] * cy + v[5] * cz, 0)
      let am = a * m
      fits[k] = SIMD4(a.x, a.y, a.z, p - am.x - am.y - am.z)
    }
    return box(fits) { $0 }
  }

  private func box<T, V: SIMD>(_ values: [T], _ take: (T) -> V) -> [V] where V.Scalar == Float {
    values.withUnsafeBufferPointer { values in Self.box(width, height, radius, areas) { take(values[$0]) } }
  }

  /// Means over windows, cut off at the border, of what `value` gives for each pixel: running sums down, then across.
  @inline(__always)
  private static func box<V: SIMD>(_ width: Int, _ height: Int, _ radius: Int, _ areas: [Float], _ value: (Int) -> V) -> [V]
  where V.Scalar == Float {
    let source = [V](unsafeUninitializedCapacity: width * height) { buffer, count in
      for k in 0..<width * height { (buffer.baseAddress! + k).initialize(to: value(k)) }
      count = width * height
    }
    return [V](unsafeUninitializedCapacity: width * height) { out, count in
      source.withUnsafeBufferPointer { source in
        areas.withUnsafeBufferPointer { areas in
          var columns = [V](repeating: .zero, count: width)
          columns.withUnsafeMutableBufferPointer { columns in
            for row in 0..<min(radius, height) { for x in 0..<width { columns[x] += source[row * width + x] } }
            for y in 0..<height {
              let (enters, leaves) = (y + radius, y - radius - 1)
              if enters < height { for x in 0..<width { columns[x] += source[enters * width + x] } }
              if leaves >= 0 { for x in 0..<width { columns[x] -= source[leaves * width + x] } }
              var sum = V.zero
              for x in 0..<min(radius, width) { sum += columns[x] }
              for x in 0..<width {
                if x + radius < width { sum += columns[x + radius] }
                if x > radius { sum -= columns[x - radius - 1] }
                (out.baseAddress! + y * width + x).initialize(to: sum * areas[y * width + x])
              }
            }
          }
        }
      }
      count = width * height
    }
  }
}
