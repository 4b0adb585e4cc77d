import Face
import Foundation

/// How hair is cut and combed; lengths in head units (10 cm).
struct HairStyle: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case bald, shaved, short, combedBack, fringe, curly, bob, long, tied
  }
  var kind: Kind
  /// Length of a hair on top and at the sides.
  var top: Float
  var side: Float
  /// How far it stands off the head on top and at the sides.
  var lift: Float
  var sideLift: Float
  /// Amplitude of its waves, and waves along a head unit.
  var curl: Float = 0.004
  var curlRate: Float = 2
  /// Where it is parted, along x; and how much it is combed to both sides of that.
  var parting: Float
  var sideways: Float = 1
  /// Combed backwards (1) or into the forehead (-1).
  var back: Float = 1
  /// How far below the hairline it may hang in front.
  var fringe: Float = 0
  /// How strongly it falls where it is free.
  var gravity: Float = 0
  /// How closely it lies on the head, 0...1.
  var hug: Float = 1
  /// Hairs that are drawn, pieces of each, and half the width of one.
  var strands: Int = 8000
  var pieces: Int = 7
  var width: Float = 0.0045
  /// How far the hairline has moved up at the temples, how bald the crown is (0...1), and a peak in the middle.
  var receding: Float = 0
  var crown: Float = 0
  var peak: Float = 0
  /// How little neighbouring hairs agree, 0...1.
  var mess: Float = 0.15
  /// Up or down of the whole hairline.
  var height: Float = 0

  init(_ kind: Kind, _ random: inout SeededRandom) {
    self.kind = kind
    parting = random.within(-0.32, 0.32)
    let thick = random.within(0.75, 1.3)
    switch kind {
    case .bald: (top, side, lift, sideLift, strands) = (0.03, 0.05, 0.008, 0.01, 4500)
    case .shaved: (top, side, lift, sideLift, strands, width) = (0.045, 0.035, 0.014, 0.012, 9000, 0.0035)
    case .short:
      (top, side, lift, sideLift) = (
        random.within(0.3, 0.62), random.within(0.08, 0.3), random.within(0.07, 0.22), random.within(0.02, 0.07)
      )
    case .combedBack:
      (top, side, lift, sideLift) = (random.within(0.5, 0.9), random.within(0.15, 0.35), 0.15 * thick, random.within(0.03, 0.06))
      (sideways, back) = (0.25, 1.6)
    case .fringe:
      (top, side, lift, sideLift) = (random.within(0.55, 0.8), random.within(0.25, 0.45), 0.12 * thick, 0.07 * thick)
      (back, sideways, fringe) = (-1, random.within(0.2, 0.7), random.within(0.12, 0.36))
    case .curly:
      (top, side, lift, sideLift) = (0.6, 0.45, random.within(0.16, 0.5), random.within(0.05, 0.3))
      sideLift = min(sideLift, lift)
      // From soft curls to tight coils.
      let tight = random.unit()
      (curl, curlRate) = (mix(0.055, 0.022, tight), mix(3, 8, tight))
      (hug, width, strands, pieces, back) = (0, 0.006, 5600, 14, 0.2)
    case .bob:
      (top, side, lift, sideLift) = (random.within(0.95, 1.35), random.within(0.55, 0.95), 0.12 * thick, 0.1 * thick)
      (gravity, hug, pieces, strands, width) = (1.4, 0.8, 12, 6500, 0.0058)
    case .long:
      (top, side, lift, sideLift) = (random.within(1.9, 2.6), random.within(1.5, 2.1), 0.11 * thick, 0.1 * thick)
      (gravity, hug, pieces, strands, width) = (1.6, 0.75, 16, 6000, 0.006)
    case .tied: (top, side, lift, sideLift, hug) = (1.1, 0.9, 0.06 * thick, 0.035, 1)
    }
    if kind == .bob || kind == .long {
      let wave = random.unit()
      if wave > 0.4 { (curl, curlRate) = (0.012 + 0.06 * (wave - 0.4), random.within(0.8, 2.2)) }
      if random.unit() < 0.3 { (fringe, back) = (random.within(0.2, 0.36), 0) }
      sideways = random.within(0.9, 1.4)
    }
    if kind == .short || kind == .fringe, random.unit() < 0.5 { (mess, hug) = (random.within(0.3, 0.9), random.within(0.3, 0.9)) }
    if kind == .short || kind == .combedBack, random.unit() < 0.3 { (curl, curlRate) = (random.within(0.008, 0.02), random.within(2, 4)) }
    peak = max(0, random.within(-0.08, 0.07))
    height = random.within(-0.07, 0.06)
  }

  /// Lots drawn by sex (0 man, 1 woman) and age in years.
  static func draw(femininity: Float, age: Float, tone: Float, _ random: inout SeededRandom) -> HairStyle {
    let old = smoothstep(25, 70, age)
    let weights: [(Kind, Float)] =
      femininity < 0.5
      ? [
        (.bald, 0.05 + 0.22 * old), (.shaved, 0.12 + 0.1 * tone), (.short, 0.62), (.combedBack, 0.3), (.fringe, 0.22 * (1 - old)),
        (.curly, 0.14 + 0.3 * tone), (.bob, 0.05), (.long, 0.05), (.tied, 0.03),
      ]
      : [
        (.shaved, 0.02), (.short, 0.1 + 0.14 * old), (.combedBack, 0.05), (.fringe, 0.06), (.curly, 0.1 + 0.25 * tone), (.bob, 0.36),
        (.long, 0.6 - 0.35 * old), (.tied, 0.26),
      ]
    var lot = random.unit() * weights.reduce(0) { $0 + $1.1 }, kind = Kind.short
    for (candidate, weight) in weights {
      kind = candidate
      lot -= weight
      if lot < 0 { break }
    }
    var style = HairStyle(kind, &random)
    if femininity < 0.5 {
      style.receding = max(0, random.within(-0.5, 0.6) + 0.5 * old) * 0.24
      if kind == .bald { style.crown = random.within(0.55, 1) }
      if kind != .bald, kind != .curly, kind != .fringe, old > 0.4, random.unit() < 0.25 { style.crown = random.within(0.15, 0.5) }
    }
    if femininity > 0.5, kind == .short || kind == .combedBack { style.lift *= 1.25 }
    return style
  }
}
