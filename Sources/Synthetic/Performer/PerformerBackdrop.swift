import Face
import Foundation

/// The room behind the performer, out of focus: a wall in warm light, a shelf with books and pots, a window's glow.
struct PerformerBackdrop: Sendable {
  let width: Int
  let height: Int
  /// `[height * width]` linear light.
  let pixels: [SIMD3<Float>]

  init(width: Int, height: Int, seed: UInt64, noise: NoiseTable) {
    self.width = width
    self.height = height
    var random = SeededRandom(seed: seed, stream: "backdrop")
    let tint = random.within(-0.06, 0.06)
    let offset = random.within(0, 256)
    let wall = SIMD3<Float>(0.33 + tint, 0.345, 0.36 - tint)
    // Painted in a square of 0...1 and spread over the image's longer side.
    let scale = Float(max(width, height))
    var canvas = Canvas(width: width, height: height, scale: scale)
    canvas.paint { p in
      let plaster = 1 + 0.035 * noise.sample(p.x * 448 + offset, p.y * 448).x
      let glow = exp(-8 * ((p.x - 0.05) * (p.x - 0.05) + 0.7 * (p.y - 0.2) * (p.y - 0.2)))
      return wall * plaster * (0.72 + 0.5 * (1 - p.y)) + glow * SIMD3(0.26, 0.2, 0.12)
    }
    Self.shelf(&canvas, &random, top: 0.1, left: 0.66)
    Self.shelf(&canvas, &random, top: 0.34, left: 0.7)
    Self.shelf(&canvas, &random, top: 0.58, left: 0.66)
    Self.image(&canvas, &random)
    canvas.blur(radius: scale * 0.008)
    canvas.grain(seed: seed)
    pixels = canvas.pixels
  }

  private static func shelf(_ canvas: inout Canvas, _ random: inout SeededRandom, top: Float, left: Float) {
    let bottom = top + 0.2
    canvas.rectangle(left - 0.02, bottom, 1.01, bottom + 0.02, SIMD3(0.2, 0.13, 0.08))
    canvas.rectangle(left - 0.02, bottom + 0.02, 1.01, bottom + 0.035, SIMD3(0.1, 0.09, 0.09))
    let inks: [SIMD3<Float>] = [
      [0.32, 0.08, 0.06], [0.07, 0.16, 0.3], [0.36, 0.3, 0.2], [0.08, 0.22, 0.15], [0.5, 0.42, 0.26], [0.13, 0.11, 0.14],
      [0.45, 0.2, 0.07],
    ]
    var x = left + random.within(0, 0.03)
    while x < 1 {
      let thick = random.within(0.014, 0.036), tall = random.within(0.1, 0.17)
      if random.unit() < 0.16 {
        x += random.within(0.02, 0.06)
        continue
      }
      let ink = inks[Int(random.next() % UInt64(inks.count))] * random.within(0.7, 1.2)
      canvas.rectangle(x, bottom - tall, x + thick, bottom, ink)
      canvas.rectangle(x, bottom - tall * 0.8, x + thick, bottom - tall * 0.74, ink * 1.7 + 0.04)
      x += thick + 0.002
    }
  }

  private static func image(_ canvas: inout Canvas, _ random: inout SeededRandom) {
    canvas.rectangle(0.06, 0.12, 0.3, 0.44, SIMD3(0.12, 0.085, 0.06))
    canvas.rectangle(0.075, 0.135, 0.285, 0.425, SIMD3(0.62, 0.6, 0.54))
    let sky = SIMD3<Float>(0.2, 0.34, 0.44), hill = SIMD3<Float>(0.16, 0.24, 0.13)
    let phase = random.within(0, 6)
    canvas.paint(within: (0.1, 0.16, 0.26, 0.4)) { p in
      let ridge = 0.3 + 0.025 * sin(40 * p.x + phase) + 0.015 * sin(95 * p.x)
      return p.y < ridge ? mix(sky, SIMD3(0.7, 0.55, 0.4), smoothstep(0.16, 0.3, p.y)) : hill * (1.2 - p.y)
    }
  }
}

/// Linear light on a grid, painted in coordinates that run from 0 to 1 over the longer side.
private struct Canvas {
  let width: Int
  let height: Int
  let scale: Float
  var pixels: [SIMD3<Float>]

  init(width: Int, height: Int, scale: Float) {
    self.width = width
    self.height = height
    self.scale = scale
    pixels = Array(repeating: .zero, count: width * height)
  }

  mutating func paint(
    within box: (Float, Float, Float, Float) = (0, 0, 2, 2), _ color: (SIMD2<Float>) -> SIMD3<Float>
  ) {
    let rows = max(0, Int(box.1 * scale))..<max(0, min(height, Int(box.3 * scale)))
    let columns = max(0, Int(box.0 * scale))..<max(0, min(width, Int(box.2 * scale)))
    for j in rows {
      for i in columns { pixels[j * width + i] = color(SIMD2(Float(i) + 0.5, Float(j) + 0.5) / scale) }
    }
  }
  mutating func rectangle(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ color: SIMD3<Float>) {
    // Lit from the left: each thing a little darker towards its right edge.
    paint(within: (left, top, right, bottom)) { p in color * (1.1 - 0.35 * (p.x - left) / (right - left)) }
  }

  /// Three box blurs, near to a lens's disc.
  mutating func blur(radius: Float) {
    let reach = max(1, Int(radius))
    for _ in 0..<3 {
      sweep(lines: height, length: width, stride: 1, jump: width, reach)
      sweep(lines: width, length: height, stride: width, jump: 1, reach)
    }
  }
  private mutating func sweep(lines: Int, length: Int, stride: Int, jump: Int, _ reach: Int) {
    var line = [SIMD3<Float>](repeating: .zero, count: length)
    let share = 1 / Float(2 * reach + 1)
    for l in 0..<lines {
      for i in 0..<length { line[i] = pixels[l * jump + i * stride] }
      var sum = (-reach...reach).reduce(SIMD3<Float>.zero) { $0 + line[min(max($1, 0), length - 1)] }
      for i in 0..<length {
        pixels[l * jump + i * stride] = sum * share
        sum += line[min(i + reach + 1, length - 1)] - line[max(i - reach, 0)]
      }
    }
  }
  /// The wall's own fine texture, which a sharp camera would still see.
  mutating func grain(seed: UInt64) {
    for j in 0..<height {
      for i in 0..<width {
        pixels[j * width + i] *= 1 + 0.05 * (NoiseTable.hash(UInt32((j / 2) * width + i / 2), UInt32(truncatingIfNeeded: seed)) - 0.5)
      }
    }
  }
}
