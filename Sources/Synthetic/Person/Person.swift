import Face
import Foundation

/// Somebody who does not exist: how they look, wear their hair, dress and are lit, all drawn at random.
struct Person: Sendable {
  struct Beard: Sendable {
    /// Shadow of shaved hair, 0...1.
    var stubble: Float = 0
    /// Length of grown hair in head units; 0 for none. What of the face it grows on, 0...1 each.
    var length: Float = 0
    var moustache: Float = 0
    var chin: Float = 0
    var cheeks: Float = 0
  }
  struct MakeUp: Sendable {
    var lipstick: SIMD3<Float>?
    var eyeShadow: Float = 0
    var eyeliner: Float = 0
  }

  let seed: UInt64
  let number: Int
  /// 0 man, 1 woman.
  var femininity: Float
  var age: Float
  /// -1 slim ... 1 stout.
  var weight: Float
  /// 0 the lightest skin ... 1 the darkest.
  var tone: Float
  var skin: SIMD3<Float>
  var blush: SIMD3<Float>
  var lips: SIMD3<Float>
  var redness: Float
  var freckles: Float
  var moles: Int
  /// How deep lines are, 0...1.
  var lines: Float
  var shadows: Float
  var gloss: Float
  var hair: HairStyle
  var hairColor: SIMD3<Float>
  /// Share of grey hairs.
  var grey: Float
  var browColor: SIMD3<Float>
  /// How dense and how wide the brows are.
  var browDensity: Float
  var browWidth: Float
  var iris: SIMD3<Float>
  var beard = Beard()
  var beardColor: SIMD3<Float>
  var makeUp = MakeUp()
  var glasses: GlassesStyle?
  var clothes: ClothesStyle
  /// Shoulders at rest to shoulders as they are.
  var torso: Rigid
  var light: Lighting

  init(seed: UInt64, number: Int) {
    self.seed = seed
    self.number = number
    var random = SeededRandom(seed: seed, stream: "person \(number)")
    femininity = random.unit() < 0.5 ? 0 : 1
    age = 18 + 62 * pow(random.unit(), 1.5)
    weight = clamp(0.5 * random.normal(), -1, 1)
    tone = random.unit() < 0.6 ? 0.45 * random.unit() : random.unit()
    let old = smoothstep(30, 75, age)
    let warmth = clamp(random.normal() * 0.5, -1, 1)
    skin = Palette.skin(tone, warmth: warmth) * random.within(0.94, 1.06)
    redness = clamp(random.within(0.1, 0.9) - 0.3 * tone + 0.2 * old, 0, 1)
    blush = skin * SIMD3(1.04, mix(0.62, 0.74, tone), mix(0.58, 0.7, tone))
    lips = skin * mix(SIMD3(0.8, 0.42, 0.44), SIMD3(0.8, 0.56, 0.56), tone) * random.within(0.85, 1.1)
    freckles = tone < 0.35 && random.unit() < 0.3 ? random.within(0.3, 1) : 0
    moles = max(0, Int(random.within(-2, 5)))
    lines = clamp(old * random.within(0.6, 1.2) + random.within(-0.05, 0.12))
    shadows = clamp(random.within(0, 0.5) + 0.4 * old)
    gloss = random.within(0.2, 0.5)
    hair = HairStyle.draw(femininity: femininity, age: age, tone: tone, &random)
    hairColor = Palette.hair(tone: tone, &random)
    let greying = smoothstep(random.within(32, 60), random.within(62, 85), age)
    grey = femininity > 0.5 && random.unit() < 0.5 ? 0 : greying
    let dark = min(1, 0.055 / max(0.02, dot(hairColor, [0.3, 0.6, 0.1])))
    browColor = mix(hairColor * mix(1, 0.75, dark), Palette.linear(150, 145, 140), 0.5 * grey) * 0.62
    browDensity = clamp(random.within(0.6, 1.05) - 0.1 * femininity - 0.15 * old, 0.4, 1)
    browWidth = random.within(0.75, 1.25) * (femininity > 0.5 ? 0.8 : 1.1)
    iris = Palette.iris(tone: tone, &random)
    beardColor = mix(hairColor * random.within(0.7, 1), Palette.linear(190, 186, 180), clamp(1.3 * grey))
    if femininity < 0.5 { beard = Self.beard(&random) } else { makeUp = Self.makeUp(lips: lips, &random) }
    glasses = random.unit() < 0.17 + 0.15 * old ? GlassesStyle(&random) : nil
    clothes = ClothesStyle(femininity: femininity, &random)
    torso = Self.torso(&random)
    light = Lighting(&random)
  }

  private static func beard(_ random: inout SeededRandom) -> Beard {
    var beard = Beard(stubble: max(0, random.within(-0.3, 0.8)))
    let lot = random.unit()
    if lot < 0.2 {
      (beard.moustache, beard.chin, beard.cheeks, beard.length) = (1, 1, 1, random.within(0.03, 0.07))
    } else if lot < 0.3 {
      (beard.moustache, beard.chin, beard.cheeks, beard.length) = (1, 1, 1, random.within(0.1, 0.28))
    } else if lot < 0.37 {
      (beard.moustache, beard.chin, beard.length) = (1, 1, random.within(0.04, 0.12))
    } else if lot < 0.42 {
      (beard.moustache, beard.length) = (1, random.within(0.04, 0.08))
    } else if lot < 0.45 {
      (beard.chin, beard.length) = (1, random.within(0.05, 0.15))
    }
    if beard.length > 0 { beard.stubble = max(beard.stubble, 0.45) }
    return beard
  }
  private static func makeUp(lips: SIMD3<Float>, _ random: inout SeededRandom) -> MakeUp {
    var made = MakeUp()
    let lot = random.unit()
    if lot < 0.45 {
      let inks: [SIMD3<Float>] = [[176, 44, 52], [150, 62, 72], [190, 92, 92], [132, 40, 60], [204, 112, 104], [120, 60, 56]]
      let ink = inks[Int(random.next() % UInt64(inks.count))]
      made.lipstick = mix(lips, Palette.linear(ink.x, ink.y, ink.z), random.within(0.4, 0.9))
    }
    made.eyeliner = max(0, random.within(-0.5, 1))
    made.eyeShadow = max(0, random.within(-0.7, 0.7))
    return made
  }
  /// Shoulders lean, turn and rise a little, each person's their own way.
  private static func torso(_ random: inout SeededRandom) -> Rigid {
    let turn = Matrix3(yaw: 0.2 * random.normal(), pitch: random.within(-0.05, 0.06), roll: 0.04 * random.normal())
    let pivot = SIMD3<Float>(0, -1.6, -0.5)
    let shift = SIMD3<Float>(0.05 * random.normal(), random.within(0.1, 0.42), random.within(-0.22, 0.05))
    return Rigid(rotation: turn, translation: pivot - turn * pivot + shift)
  }

  /// Coefficients of a model's identity for this person: chance, and what sex, age, weight and origin say of named modes.
  func identity(names: [String]) -> [Float] {
    var random = SeededRandom(seed: seed, stream: "identity \(number)")
    let m = 1 - 2 * femininity, old = smoothstep(25, 75, age), w = weight, dark = tone - 0.4
    let leanings: [String: Float] = [
      "jawWidth": 0.5 * m + 0.3 * w, "jawHeight": 0.3 * m, "chinLength": 0.4 * m, "chinWidth": 0.5 * m, "chinForward": 0.3 * m,
      "cheekFullness": -0.2 + 0.7 * w - 0.3 * old, "cheekboneWidth": -0.2 * m, "browRidge": 0.4 * m - 0.1,
      "browHeight": -0.5 * m - 0.2 * old,
      "noseWidth": 0.3 * m + 1.2 * dark, "noseLength": 0.25 * m + 0.3 * old, "noseProtrusion": 0.2 * m - 0.6 * dark,
      "noseBridge": 0.2 * m - 0.6 * dark, "eyeOpening": 0.45 - 0.25 * m - 0.4 * old, "foreheadSlope": 0.3 * m, "headWidth": -0.3 + 0.3 * w,
      "neckWidth": 0.9 * m + 0.7 * w, "shoulderWidth": 0.9 * m, "upperLip": -0.25 * m - 0.6 * old + 1.1 * dark,
      "lowerLip": -0.2 * m - 0.3 * old + 0.9 * dark, "earSize": 0.4 * old + 0.2 * m, "mouthWidth": 0.15 * m,
    ]
    return names.map { name in
      let draw = random.normal(), lean = leanings[name] ?? 0
      let spread: Float =
        if name.hasPrefix("uneven") { 0.3 } else if name.hasPrefix("identity") { 0.7 } else if name.hasPrefix("eye") { 0.5 } else { 0.58 }
      return clamp(spread * draw + lean, -1.9, 1.9)
    }
  }
}
