import Face
import Foundation

extension Person {
  /// Somebody for the studio: short hair, brows, lids and lips in plain view, a shirt, and lamps that stand still.
  ///
  /// The first seed's is the one in the README; others are drawn at random.
  static func performer(seed: UInt64) -> Person {
    var person = Person(seed: seed, number: 0)
    var random = SeededRandom(seed: seed, stream: "look")
    func pick(_ all: [SIMD3<Float>]) -> SIMD3<Float> {
      let color = all[seed == 0 ? 0 : Int(random.next() % UInt64(all.count))]
      return Palette.linear(color.x, color.y, color.z)
    }
    person.skin = pick([[236, 190, 164], [222, 170, 140], [198, 142, 110], [158, 104, 76], [241, 205, 184]])
    person.hairColor = pick([[62, 40, 27], [36, 25, 20], [104, 68, 40], [26, 23, 24], [140, 96, 56]])
    person.iris = pick([[86, 120, 132], [92, 66, 40], [96, 110, 66], [70, 46, 28], [110, 140, 160]])
    let shirt = pick([[44, 78, 112], [116, 44, 50], [52, 92, 74], [88, 84, 96], [150, 120, 76]])
    person.freckles = 0.35 * (seed == 0 ? 0.55 : random.unit())
    person.beard = Beard(stubble: seed == 0 ? 0 : max(0, random.within(-0.6, 1)))
    let side: Float = random.unit() < 0.5 ? -1 : 1
    (person.femininity, person.age, person.grey, person.lines, person.shadows, person.moles) = (0.5, 28, 0, 0.05, 0.15, 0)
    (person.redness, person.gloss) = (0.55, 0.32)
    person.blush = person.skin * SIMD3(1.06, 0.66, 0.62)
    person.lips = person.skin * SIMD3(0.8, 0.44, 0.47)
    (person.browColor, person.browDensity, person.browWidth) = (person.hairColor * 0.55, 1.2, 0.75)
    person.beardColor = person.hairColor
    (person.makeUp, person.glasses) = (MakeUp(), nil)
    person.hair = HairStyle(.short, &random)
    (person.hair.top, person.hair.side, person.hair.lift, person.hair.sideLift) = (0.55, 0.3, 0.16, 0.05)
    (person.hair.back, person.hair.sideways, person.hair.width) = (2.2, 0.65, 0.0058)
    (person.hair.curl, person.hair.mess, person.hair.hug, person.hair.parting) = (0.004, 0.12, 1, 0.26 * side)
    (person.hair.peak, person.hair.height) = (0, 0)
    (person.clothes.kind, person.clothes.pattern) = (.collar, .checks)
    (person.clothes.color, person.clothes.second, person.clothes.stand) = (shirt, mix(shirt, Palette.linear(214, 210, 202), 0.3), 1)
    person.light = .studio
    return person
  }
}

extension Lighting {
  /// A warm key light from the upper left, a cool fill, a rim light from behind, and light from all around.
  static let studio = Lighting(
    key: Lamp(direction: normalized([-0.62, 0.58, 0.78]), color: [1.06, 0.98, 0.87]),
    fill: Lamp(direction: normalized([0.85, 0.05, 0.65]), color: [0.2, 0.23, 0.28]),
    rim: Lamp(direction: normalized([0.75, 0.55, -0.7]), color: [0.5, 0.53, 0.6]), sky: [0.34, 0.36, 0.395], ground: [0.15, 0.13, 0.115],
    front: [0.075, 0.07, 0.068], shadowSize: 448)
}
