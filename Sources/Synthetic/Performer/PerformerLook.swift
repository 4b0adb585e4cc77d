import Face
import Foundation

/// What one performer looks like: colours in linear light, 0...1, drawn from the seed.
struct PerformerLook: Sendable {
  var skin: SIMD3<Float>
  var blush: SIMD3<Float>
  var lips: SIMD3<Float>
  var hair: SIMD3<Float>
  var iris: SIMD3<Float>
  var shirt: SIMD3<Float>
  var collar: SIMD3<Float>
  /// Strengths, 0...1.
  var freckles: Float
  var stubble: Float
  /// Side of the parting: 1 is the subject's left.
  var parting: Float
  var seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    var random = PerformerRandom(seed: seed, stream: "look")
    let skins: [SIMD3<UInt8>] = [[236, 190, 164], [222, 170, 140], [198, 142, 110], [158, 104, 76], [241, 205, 184]]
    let hairs: [SIMD3<UInt8>] = [[62, 40, 27], [36, 25, 20], [104, 68, 40], [26, 23, 24], [140, 96, 56]]
    let irises: [SIMD3<UInt8>] = [[86, 120, 132], [92, 66, 40], [96, 110, 66], [70, 46, 28], [110, 140, 160]]
    let shirts: [SIMD3<UInt8>] = [[44, 78, 112], [116, 44, 50], [52, 92, 74], [88, 84, 96], [150, 120, 76]]
    // The first performer is the one in the README; others draw lots.
    func pick<T>(_ all: [T]) -> T { all[seed == 0 ? 0 : Int(random.next() % UInt64(all.count))] }
    skin = Self.linear(pick(skins))
    hair = Self.linear(pick(hairs))
    iris = Self.linear(pick(irises))
    shirt = Self.linear(pick(shirts))
    collar = Self.linear([214, 210, 202])
    blush = skin * SIMD3(1.06, 0.66, 0.62)
    lips = skin * SIMD3(0.74, 0.4, 0.46)
    freckles = seed == 0 ? 0.55 : random.unit()
    stubble = seed == 0 ? 0.0 : max(0, random.within(-0.6, 1))
    parting = random.unit() < 0.5 ? -1 : 1
  }

  /// Light of an sRGB colour.
  static func linear(_ c: SIMD3<UInt8>) -> SIMD3<Float> {
    func one(_ v: UInt8) -> Float {
      let x = Float(v) / 255
      return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4)
    }
    return SIMD3(one(c.x), one(c.y), one(c.z))
  }
}

/// sRGB values of linear light, from a table.
struct SRGBTable: Sendable {
  private static let steps = 4096
  private let values: [Float]
  init() {
    values = (0...Self.steps).map { i in
      let x = Float(i) / Float(Self.steps)
      return 255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055)
    }
  }
  /// 0...255, not rounded.
  @inline(__always) func encode(_ c: SIMD3<Float>) -> SIMD3<Float> {
    // Squares of even steps put the table's entries where sRGB is steep.
    let t = c.clamped(lowerBound: .zero, upperBound: .one) * Float(Self.steps)
    return SIMD3(values[Int(t.x + 0.5)], values[Int(t.y + 0.5)], values[Int(t.z + 0.5)])
  }
}
