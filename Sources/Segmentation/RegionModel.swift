import Foundation

/// The large regions of a person, as lanes of a vector; what is not a person is the lane after them.
enum Region: Int, CaseIterable {
  case face, hair, ears, neck, torso
  static let background = 5
}

/// What is where on a person: the colours of each region, learnt from frames of the clip, and where on a head or under it regions lie.
struct RegionModel {
  /// A frame to learn from, at work size.
  struct Sample {
    let image: WorkImage
    /// How much of each pixel is a person.
    let mask: [Float]
    let geometry: HeadGeometry
    /// Pixels of eyes, brows and lips, whose colours are not the skin's.
    let features: [Bool]
  }

  /// Whether hair reaches the shoulders beside the face, 0...1, and how much of each ear shows, the right one first.
  private var longHair: Float = 0
  private var showingEars: [Float] = [1, 1]
  private(set) var colors = [ColorHistogram](repeating: ColorHistogram(), count: Region.allCases.count)

  /// Learns the colours: first from places that belong to one region for sure, then, in rounds, from what these say about all others.
  mutating func learn(_ samples: [Sample], rounds: Int = 4) {
    guard !samples.isEmpty else { return }
    // Skin first: the middle of the face. Ears share it, and the neck is skin that may lie in shadow.
    var skin = Self.noCounts, lit = Self.noCounts, shaded = Self.noCounts
    each(samples) { sample, k, p in
      guard !sample.features[k], sample.mask[k] > 0.5, sample.geometry.outside(p) < -0.05 else { return }
      let place = Place(p, sample.geometry)
      guard place.v > -0.8 else { return }
      let color = sample.image.colors[k]
      skin[ColorHistogram.bin(color)] += 1
      for shade in [1, 0.85, 0.7] as [Float] { lit[ColorHistogram.bin(color * shade)] += 1 }
      for shade in [1, 0.85, 0.7, 0.55, 0.4] as [Float] { shaded[ColorHistogram.bin(color * shade)] += 1 }
    }
    colors[Region.face.rawValue].learn(skin, floor: 0.02)
    colors[Region.ears.rawValue].learn(lit, floor: 0.03)
    colors[Region.neck.rawValue].learn(shaded, floor: 0.05)
    let shade = colors[Region.neck.rawValue]
    // Hair where hair grows and it is not skin; cloth well below the chin, where it is not skin either.
    var hair = Self.noCounts, cloth = Self.noCounts
    each(samples) { sample, k, p in
      guard sample.mask[k] > 0.7 else { return }
      let place = Place(p, sample.geometry), bin = ColorHistogram.bin(sample.image.colors[k])
      if place.outside > 0.03, place.head < 1, place.v < -1.1 { hair[bin] += 1 }
      if place.v > 0.4 || place.v > 0.12 && abs(place.u) > 1.15 { cloth[bin] += 1 / (1 + colors[Region.neck.rawValue].density[bin]) }
    }
    colors[Region.hair.rawValue].learn(hair, floor: 0.03)
    let crown = colors[Region.hair.rawValue]
    colors[Region.torso.rawValue].learn(cloth, floor: 0.08)
    for _ in 0..<rounds {
      measureHair(samples)
      var counts = [[Float]](repeating: Self.noCounts, count: Region.allCases.count)
      for sample in samples {
        let beliefs = beliefs(sample)
        for k in beliefs.indices where sample.mask[k] > 0.5 && !sample.features[k] {
          let bin = ColorHistogram.bin(sample.image.colors[k])
          for region in Region.allCases { counts[region.rawValue][bin] += beliefs[k][region.rawValue] }
        }
      }
      for region in [Region.hair, .neck, .torso] {
        // What was sure at first keeps some weight, so that no region drifts into another.
        let seed = region == .hair ? hair : region == .neck ? shaded : cloth
        let then = seed.reduce(0, +)
        guard then > 0 else { continue }
        var mixed = counts[region.rawValue]
        for k in mixed.indices {
          // A neck has colours of skin, and hair has not.
          if region == .neck { mixed[k] *= min(1, max(0, shade.density[k] - 0.3)) }
          if region == .hair { mixed[k] *= crown.density[k] / (crown.density[k] + colors[Region.face.rawValue].density[k]) }
        }
        let now = max(mixed.reduce(0, +), 1e-6)
        for k in mixed.indices { mixed[k] = 0.75 * mixed[k] / now + 0.25 * seed[k] / then }
        colors[region.rawValue].learn(mixed, floor: region == .torso ? 0.08 : 0.03)
      }
    }
  }
  /// Judges by colour alone whether hair hangs beside the neck, and whether ears are skin-coloured or covered.
  private mutating func measureHair(_ samples: [Sample]) {
    var beside: (hair: Float, all: Float) = (0, 0), ears: [(skin: Float, all: Float)] = [(0, 0), (0, 0)]
    each(samples) { sample, k, p in
      let place = Place(p, sample.geometry)
      guard place.v > -0.7, place.v < -0.02, abs(place.u) < 2 else { return }
      let bin = ColorHistogram.bin(sample.image.colors[k])
      let (skin, hair) = (colors[Region.ears.rawValue].density[bin], colors[Region.hair.rawValue].density[bin])
      if place.v > -0.35, (1.05...1.5).contains(abs(place.u)) {
        beside.all += 1
        if hair > 1, hair > skin { beside.hair += sample.mask[k] }
      }
      for (side, ear) in sample.geometry.ears.enumerated() where ear.seen > 0.3 && place.outside > 0 {
        let d = (p - ear.center) / sample.geometry.width
        guard abs(d.x) < 0.08, abs(d.y) < 0.14, sample.mask[k] > 0.5 else { continue }
        ears[side].all += 1
        if skin > hair { ears[side].skin += 1 }
      }
    }
    longHair = beside.all > 0 ? min(max((beside.hair / beside.all - 0.2) / 0.2, 0), 1) : 0
    showingEars = ears.map { $0.all > 20 ? min(max(($0.skin / $0.all - 0.25) / 0.3, 0), 1) : 1 }
  }

  private static let noCounts = [Float](repeating: 0, count: ColorHistogram.bins)
  private func each(_ samples: [Sample], _ body: (Sample, Int, SIMD2<Float>) -> Void) {
    for sample in samples {
      for k in sample.mask.indices {
        body(sample, k, SIMD2(Float(k % sample.image.width) + 0.5, Float(k / sample.image.width) + 0.5))
      }
    }
  }

  /// Where a pixel lies relative to a head.
  private struct Place {
    /// Outside the face oval, over the head's width; and the square of the distance from the head's centre, 1 at its rim.
    let outside, head: Float
    /// Across, from the head's middle in half widths, and down from the chin in heights of the face.
    let u, v: Float

    @inline(__always)
    init(_ p: SIMD2<Float>, _ geometry: HeadGeometry) {
      outside = geometry.outside(p)
      head = geometry.headDistance(p)
      let down = SIMD2(geometry.down.x, geometry.down.y)
      let steep = max((down * down).sum().squareRoot(), 0.3)
      v = ((p - geometry.chin) * down).sum() / steep / geometry.height
      let right = SIMD2(down.y, -down.x)
      u = ((p - geometry.headCenter) * right).sum() / steep / (geometry.width / 2)
    }
  }

  /// For each pixel of `sample`, the probability of each region and of the background.
  func beliefs(_ sample: Sample) -> [SIMD8<Float>] {
    let (width, height) = (sample.image.width, sample.image.height)
    var result = [SIMD8<Float>](repeating: .zero, count: width * height)
    // Hair hangs down: how much of it was seen further up in the same column.
    var hanging = [Float](repeating: 0, count: width)
    let fade = exp(-1 / (0.35 * sample.geometry.height))
    for y in 0..<height {
      for x in 0..<width {
        let k = y * width + x
        let person = sample.mask[k]
        guard person > 0.02 else {
          result[k][Region.background] = 1
          hanging[x] = 0
          continue
        }
        let p = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
        var scores = prior(p, sample.geometry, hanging: hanging[x])
        let bin = ColorHistogram.bin(sample.image.colors[k])
        for lane in 0..<5 {
          // Neighbouring pixels are not independent evidence, so that the colour counts less than in full.
          let density = colors[lane].density[bin]
          scores[lane] *= density * density.squareRoot().squareRoot() / (1 + density.squareRoot())
        }
        scores *= person / max(scores.sum(), 1e-12)
        hanging[x] *= fade * (0.6 + 0.4 * min(1, 2 * scores[1]))
        if sample.geometry.isHead(p) { hanging[x] = max(hanging[x], scores[1]) }
        scores[Region.background] = 1 - person
        result[k] = scores
      }
    }
    return result
  }

  /// How likely each region is at `p` before its colour is seen, up to a factor.
  @inline(__always)
  private func prior(_ p: SIMD2<Float>, _ g: HeadGeometry, hanging: Float) -> SIMD8<Float> {
    let place = Place(p, g)
    let (s, v) = (place.outside, place.v), u = abs(place.u)
    let inside = logistic(-s / 0.012), out = 1 - inside
    var scores = SIMD8<Float>(repeating: 0)
    // The mesh ends below the hairline and before the ears.
    let around: Float = v < -0.25 ? 0.35 * exp(-max(s, 0) / 0.12) : 0.04 * exp(-max(s, 0) / 0.03)
    scores[Region.face.rawValue] = inside + out * around
    let fringe: Float = v < -0.45 ? 0.25 * logistic((-0.55 - v) / 0.05) : 0
    let beside: Float = v < -0.15 ? 0.15 * logistic((s + 0.07) / 0.015) : 0.01
    // Short hair ends above the jaw.
    let nape = longHair + (1 - longHair) * logistic((-0.3 - v) / 0.05)
    let crown = v < -0.1 ? 0.7 * nape * logistic((1.3 - place.head) / 0.15) : 0
    scores[Region.hair.rawValue] = inside * max(fringe, beside, 0.003) + out * max(crown, longHair * hanging, v < 0.3 ? 0.004 : 0.001)
    for (side, ear) in g.ears.enumerated() {
      let d = (p - ear.center) / g.width
      let far = (d.x / 0.10) * (d.x / 0.10) + (d.y / 0.17) * (d.y / 0.17)
      // Further off nothing of it is left, and most pixels are further off.
      if far < 6 { scores[Region.ears.rawValue] += out * ear.seen * showingEars[side] * 1.2 * exp(-0.5 * far * far) }
    }
    scores[Region.neck.rawValue] =
      out * logistic((0.85 - u) / 0.08) * logistic((v + 0.3) / 0.04) * exp(-max(0, v - 0.2) * max(0, v - 0.2) / 0.12) + 0.001
    scores[Region.torso.rawValue] = out * logistic((v - 0.12 + 0.2 * min(1, max(0, u - 0.9))) / 0.06) + 0.001
    return scores
  }
}

@inline(__always)
func logistic(_ x: Float) -> Float {
  // Where float32 can hardly tell it from 0 or 1, as in most places, the exponential is saved.
  abs(x) < 16 ? 1 / (1 + exp(-x)) : x < 0 ? 0 : 1
}
