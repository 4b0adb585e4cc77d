import Face
import Foundation

/// What is far behind somebody, out of focus: a wall, a gradient, a room, something green, or lights; light by direction.
struct Backdrop: Sendable {
  private struct Shape: Sendable {
    /// Azimuth and elevation in radians.
    var center: SIMD2<Float>
    var half: SIMD2<Float>
    var soft: Float
    var color: SIMD3<Float>
    var round: Bool
    var share: Float
  }
  private let lower: SIMD3<Float>
  private let upper: SIMD3<Float>
  private let sides: SIMD3<Float>
  private let mottle: Float
  private var shapes: [Shape] = []
  private let noise: NoiseTable
  private let offset: Float
  /// The grid on which it is computed, blurred as it is.
  private static let cells = 64

  init(_ person: Person, noise: NoiseTable) {
    self.noise = noise
    var random = SeededRandom(seed: person.seed, stream: "backdrop \(person.number)")
    offset = random.within(0, 256)
    let lot = random.unit()
    let value = pow(random.unit(), 1.4) * 0.8 + 0.02
    func muted(_ value: Float) -> SIMD3<Float> {
      let c = Palette.cloth(&random), mean = (c.x + c.y + c.z) / 3
      return mix(SIMD3(repeating: value), c * (value / max(0.02, mean)), random.within(0.05, 0.5))
    }
    let base = muted(value)
    if lot < 0.25 {
      (lower, upper, sides, mottle) = (base, base * random.within(0.85, 1.2), .zero, 0.02)
    } else if lot < 0.45 {
      (lower, upper, sides, mottle) = (base, muted(pow(random.unit(), 1.3) * 0.8 + 0.02), random.within(-0.4, 0.4) * base, 0.05)
    } else if lot < 0.8 {
      (lower, upper, sides, mottle) = (base * 0.7, base, .zero, 0.06)
      for _ in 0..<70 {
        let tall = random.unit() < 0.5
        let size = SIMD2(random.within(0.015, tall ? 0.05 : 0.16), random.within(tall ? 0.06 : 0.012, tall ? 0.25 : 0.05))
        let bright: Float = random.unit() < 0.12 ? random.within(1, 2.2) : random.within(0.15, 1.3)
        shapes.append(
          Shape(
            center: [random.within(-1.4, 1.4), random.within(-0.5, 0.5)], half: size, soft: random.within(0.012, 0.035),
            color: muted(value * bright), round: false, share: random.within(0.5, 1)))
      }
    } else {
      // Leaves, sky, lamps: discs.
      let green = random.unit() < 0.6
      let ground = green ? Palette.linear(70, 92, 48) * random.within(0.4, 1.4) : muted(random.within(0.01, 0.08))
      (lower, upper, sides, mottle) = (ground * 0.7, green && random.unit() < 0.5 ? Palette.linear(190, 208, 225) : ground, .zero, 0.25)
      for _ in 0..<90 {
        let size = random.within(0.012, 0.05)
        let glow =
          green
          ? mix(ground, Palette.linear(150, 170, 90), random.unit()) * random.within(0.3, 1.6)
          : random.within(0.2, 1.3) * Palette.light(kelvin: random.within(2600, 8000))
        shapes.append(
          Shape(
            center: [random.within(-1.4, 1.4), random.within(-0.5, 0.5)], half: [size, size], soft: size * (green ? 0.9 : 0.3), color: glow,
            round: true, share: random.within(0.25, 0.8)))
      }
    }
  }

  /// Light on every pixel of an image, row-major.
  func image(_ camera: Camera) -> [SIMD3<Float>] {
    let grid = grid(camera), (width, height) = (camera.width, camera.height)
    return [SIMD3<Float>](unsafeUninitializedCapacity: width * height) { out, count in
      for row in 0..<height {
        for column in 0..<width {
          out[row * width + column] = Self.interpolate(grid, (Float(column) + 0.5) / Float(width), (Float(row) + 0.5) / Float(height))
        }
      }
      count = width * height
    }
  }

  /// Light on a coarse grid over an image, `[(cells + 1)^2]`, for `interpolate`.
  private func grid(_ camera: Camera) -> [SIMD3<Float>] {
    let n = Self.cells
    let seen = shapes.filter { shape in
      let ahead = camera.cameraToWorld.rotation * SIMD3<Float>(0, 0, -1), p = Self.angles(ahead)
      let reach = SIMD2<Float>(repeating: 0.2) + shape.half + SIMD2(repeating: shape.soft)
      return abs(shape.center.x - p.x) < reach.x && abs(shape.center.y - p.y) < reach.y
    }
    var out = [SIMD3<Float>](repeating: .zero, count: (n + 1) * (n + 1))
    for j in 0...n {
      for i in 0...n {
        let x = Float(i) / Float(n) * Float(camera.width), y = Float(j) / Float(n) * Float(camera.height)
        let inCamera = SIMD3((x - camera.center.x) / camera.focal.x, -(y - camera.center.y) / camera.focal.y, -1)
        out[j * (n + 1) + i] = color(Self.angles(camera.cameraToWorld.rotation * inCamera), seen)
      }
    }
    return out
  }
  @inline(__always) private static func interpolate(_ grid: [SIMD3<Float>], _ x: Float, _ y: Float) -> SIMD3<Float> {
    let u = x * Float(cells), v = y * Float(cells), i = min(cells - 1, Int(u)), j = min(cells - 1, Int(v)), at = j * (cells + 1) + i
    let fx = u - Float(i), fy = v - Float(j)
    return mix(mix(grid[at], grid[at + 1], fx), mix(grid[at + cells + 1], grid[at + cells + 2], fx), fy)
  }

  /// Azimuth and elevation of what lies in a direction, 0 straight behind the head.
  private static func angles(_ d: SIMD3<Float>) -> SIMD2<Float> { [atan2(d.x, -d.z), atan2(d.y, (d.x * d.x + d.z * d.z).squareRoot())] }

  private func color(_ p: SIMD2<Float>, _ shapes: [Shape]) -> SIMD3<Float> {
    var color = mix(lower, upper, smoothstep(-0.3, 0.35, p.y)) + sides * clamp(p.x, -1, 1)
    for shape in shapes {
      let d = SIMD2(abs(p.x - shape.center.x), abs(p.y - shape.center.y))
      let inside: Float
      if shape.round {
        inside = smoothstep(shape.half.x + shape.soft, shape.half.x - shape.soft, (d * d).sum().squareRoot())
      } else {
        inside = smoothstep(shape.soft, -shape.soft, d.x - shape.half.x) * smoothstep(shape.soft, -shape.soft, d.y - shape.half.y)
      }
      color = mix(color, shape.color, inside * shape.share)
    }
    let n = noise.sample(p.x * 120 + offset, p.y * 120)
    return (color * (1 + mottle * n.x)).clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 4))
  }
}
