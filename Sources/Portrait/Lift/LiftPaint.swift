import Torch

/// What color and opacity numbers of a vertex mean, between vertices too.
struct LiftPaint {
  let width, height: Int
  /// RGBA.
  let bytes: [UInt8]

  /// `[H, W, 4]` uint8.
  init(_ texture: Tensor) { (bytes, width, height) = (texture.array(UInt8.self), texture.size(1), texture.size(0)) }

  /// The texture at a place in texels, bilinear, 0...1.
  func read(_ u: Float, _ v: Float) -> SIMD4<Float> {
    let x = min(max(u - 0.5, 0), Float(width - 1)), y = min(max(v - 0.5, 0), Float(height - 1))
    let x0 = min(Int(x), width - 2), y0 = min(Int(y), height - 2)
    let fx = x - Float(x0), fy = y - Float(y0)
    func at(_ x: Int, _ y: Int) -> SIMD4<Float> {
      let k = 4 * (y * width + x)
      return [Float(bytes[k]), Float(bytes[k + 1]), Float(bytes[k + 2]), Float(bytes[k + 3])]
    }
    let top = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx, bottom = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx
    return (top * (1 - fy) + bottom * fy) / 255
  }

  /// Color and opacity of `LiftVertex.numbers` numbers; the color is not clamped.
  func color(_ n: [Float]) -> (SIMD3<Float>, Float) {
    var color = SIMD3(n[6], n[7], n[8]), opacity = n[9]
    if n[5] > 0.001, n[4] < 0.999 {
      let other = read(n[2], n[3])
      color += SIMD3(other.x, other.y, other.z) * n[5]
    }
    if n[4] > 0.001 {
      let own = read(n[0], n[1])
      color += (SIMD3(own.x, own.y, own.z) - color) * n[4]
      opacity *= 1 + n[10] * (own.w - 1)
    }
    return (color, min(max(opacity, 0), 1))
  }
}

extension LiftPaint {
  /// A vertex's numbers as a frame changes them: `controls` are those of `LiftFrame`, `light` is what falls in between the lips.
  static func controlled(_ numbers: [Float], _ controls: SIMD4<Float>, light: Float) -> [Float] {
    var n = numbers
    n[4] *= 1 - n[13] * controls.x - n[14] * controls.y - max(n[15], 0) * controls.w
    for c in 6..<9 { n[c] *= 1 + n[12] * (light + (c == 6 ? 0.08 * (1 - light) : 0) - 1) }
    return n
  }
}

extension LiftFrame {
  /// A vertex's numbers as the frame changes them, at its place in head space.
  func numbers(_ numbers: [Float], at place: SIMD3<Float>) -> [Float] {
    LiftPaint.controlled(numbers, controls, light: numbers[12] > 0 ? controls.z * Self.light(lips, [place.x, place.y]) : 1)
  }

  /// How much light comes in between the lips to a place behind them: the lips throw shadows, and the corners are dark.
  private static func light(_ lips: [SIMD2<Float>], _ p: SIMD2<Float>) -> Float {
    func height(_ border: [SIMD2<Float>]) -> Float {
      for (a, b) in zip(border, border.dropFirst()) where (a.x <= p.x) != (b.x <= p.x) {
        return a.y + (b.y - a.y) * (p.x - a.x) / (b.x - a.x)
      }
      return abs(p.x - border[0].x) < abs(p.x - border[10].x) ? border[0].y : border[10].y
    }
    func shade(_ least: Float, _ reach: Float, _ far: Float) -> Float { least + (1 - least) * smoothstep(0, reach, far) }
    let along = (p.x - lips[0].x) / (lips[10].x - lips[0].x + 1e-6)
    let upper = height(Array(lips[0...10])), lower = height([lips[0]] + lips[10...].reversed())
    return shade(0.55, 0.05, upper - p.y) * shade(0.7, 0.03, p.y - lower) * shade(0.25, 0.7, 4 * along * (1 - along))
  }
}
