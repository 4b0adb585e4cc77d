import Face
import Foundation

/// Colours that people have, in linear light 0...1.
enum Palette {
  /// Linear light of an sRGB colour.
  static func linear(_ r: Float, _ g: Float, _ b: Float) -> SIMD3<Float> {
    func one(_ v: Float) -> Float {
      let x = v / 255
      return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4)
    }
    return [one(r), one(g), one(b)]
  }

  private static let skins =
    ([
      [246, 218, 201], [240, 204, 182], [228, 184, 154], [209, 158, 124], [184, 130, 96], [150, 101, 72], [113, 73, 52], [80, 52, 39],
    ] as [SIMD3<Float>]).map { linear($0.x, $0.y, $0.z) }
  /// Skin from the lightest (0) to the darkest (1); `warmth` -1...1 runs from rosy to olive.
  static func skin(_ tone: Float, warmth: Float) -> SIMD3<Float> {
    let x = clamp(tone) * Float(skins.count - 1), i = min(skins.count - 2, Int(x))
    let plain = mix(skins[i], skins[i + 1], x - Float(i))
    return plain * SIMD3(1 - 0.03 * warmth, 1 + 0.03 * warmth, 1 - 0.09 * warmth)
  }

  private static func pick(_ all: [(Float, SIMD3<Float>)], _ random: inout SeededRandom) -> SIMD3<Float> {
    var lot = random.unit() * all.reduce(0) { $0 + $1.0 }
    for (weight, color) in all {
      lot -= weight
      if lot < 0 { return linear(color.x, color.y, color.z) }
    }
    return linear(all[0].1.x, all[0].1.y, all[0].1.z)
  }
  /// Hair of somebody with skin of a tone, before it turns grey.
  static func hair(tone: Float, _ random: inout SeededRandom) -> SIMD3<Float> {
    let fair = max(0, 1 - 2.2 * tone)
    let color = pick(
      [
        (0.35 + 1.6 * tone, [24, 20, 20]), (0.6 + tone, [44, 31, 25]), (0.7, [70, 47, 34]), (0.6 * fair + 0.1, [101, 69, 45]),
        (0.45 * fair, [136, 98, 62]), (0.35 * fair, [178, 140, 92]), (0.2 * fair, [212, 182, 134]), (0.16 * fair, [126, 62, 32]),
        (0.12 * fair, [160, 84, 42]), (0.03, [104, 40, 40]),
      ], &random)
    return color * random.within(0.85, 1.2)
  }
  static func iris(tone: Float, _ random: inout SeededRandom) -> SIMD3<Float> {
    let fair = max(0, 1 - 2.4 * tone)
    let color = pick(
      [
        (0.8 + 2 * tone, [74, 48, 30]), (0.5 + tone, [54, 36, 26]), (0.5 * fair + 0.1, [110, 82, 46]), (0.5 * fair, [94, 104, 66]),
        (0.7 * fair, [98, 128, 150]), (0.35 * fair, [120, 146, 164]), (0.3 * fair, [112, 118, 118]),
      ], &random)
    return color * random.within(0.8, 1.25)
  }
  static func cloth(_ random: inout SeededRandom) -> SIMD3<Float> {
    // Most clothes are muted; some are not.
    let hue = random.unit() * 6, vivid = random.unit() < 0.25 ? random.within(0.5, 0.9) : random.within(0, 0.4)
    let value = pow(random.unit(), 1.3) * 0.75 + 0.015
    func channel(_ offset: Float) -> Float {
      let h = abs((hue + offset).truncatingRemainder(dividingBy: 6) - 3) - 1
      return value * mix(1, clamp(h), vivid)
    }
    return [channel(0), channel(4), channel(2)]
  }
  /// Light of a black body of about 2500 to 12000 kelvin, brightest channel near one.
  static func light(kelvin: Float) -> SIMD3<Float> {
    let t = clamp((kelvin - 2500) / 7500)
    return mix(mix(SIMD3(1, 0.72, 0.44), SIMD3(1, 0.97, 0.94), smoothstep(0, 0.55, t)), SIMD3(0.82, 0.91, 1), smoothstep(0.45, 1, t))
  }
}
