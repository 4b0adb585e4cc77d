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

  /// A vertex's numbers as a frame changes them; `controls` are those of `LiftFrame`.
  static func controlled(_ numbers: [Float], _ controls: SIMD3<Float>) -> [Float] {
    var n = numbers
    n[4] *= 1 - n[13] * controls.x - n[14] * controls.y
    for c in 6..<9 { n[c] *= 1 + n[12] * (controls.z - 1) }
    return n
  }
}
