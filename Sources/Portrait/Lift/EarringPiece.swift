import Foundation

/// Pixels of a zone that hang together and may be an earring or a part of one.
struct EarringPiece {
  /// What is surely none of what is around it, and what goes on from there in its color: numbers of pixels.
  let core, all: [Int]
  let isBright: Bool
  /// Its box, in head units from the lobe.
  let low, high: SIMD2<Float>
  private let middle: SIMD2<Float>

  /// How far it goes on from its core beside, and above and below it, head units.
  private static let aside: Float = 0.09, along: Float = 0.2
  /// What lies above that is the ear.
  static let top: Float = -0.07
  /// From which strength on wires and drops go on, and how far from the core's colors, whatever their brightness.
  private static let wire: Float = 0.06, drop: Float = 0.10, alike: Float = 0.09

  init(core: [Int], _ zone: EarringZone, _ contrast: EarringContrast) {
    let (drops, wires) = (contrast.drops, contrast.wires)
    let isBright = core.count { drops.bright[$0] > drops.dark[$0] } * 2 > core.count
    let samples = stride(from: 0, to: core.count, by: max(1, core.count / 24)).map { contrast.colors[core[$0]] }
    let box = Self.box(core, zone)
    let low = box.low - SIMD2(Self.aside, Self.along), high = box.high + SIMD2(Self.aside, Self.along)
    var seen = [Bool](repeating: false, count: zone.count)
    let all = Self.connected(to: core, gap: 2, zone, &seen) { k in
      let p = zone.place(k)
      guard p.y > Self.top, p.x > low.x, p.y > low.y, p.x < high.x, p.y < high.y else { return false }
      guard (isBright ? wires.bright : wires.dark)[k] > Self.wire || (isBright ? drops.bright : drops.dark)[k] > Self.drop else {
        return false
      }
      let color = contrast.colors[k]
      return samples.contains { s in
        let share = min(max((color * s).sum() / max((s * s).sum(), 1e-3), 0.45), 1.4), d = color - s * share
        return (d * d).sum() < Self.alike * Self.alike
      }
    }
    (self.core, self.all, self.isBright) = (core, all, isBright)
    (self.low, self.high) = Self.box(all, zone)
    middle = all.reduce(.zero) { $0 + zone.place($1) } / Float(all.count)
  }

  private static func box(_ pixels: [Int], _ zone: EarringZone) -> (low: SIMD2<Float>, high: SIMD2<Float>) {
    var low = SIMD2<Float>(repeating: .infinity), high = -low
    for k in pixels { (low, high) = (pointwiseMin(low, zone.place(k)), pointwiseMax(high, zone.place(k))) }
    return (low, high)
  }

  /// `pixels` and those that `accept` takes and that hang together with them over steps of at most `gap`.
  static func connected(to pixels: [Int], gap: Int, _ zone: EarringZone, _ seen: inout [Bool], _ accept: (Int) -> Bool) -> [Int] {
    var open = pixels, all: [Int] = []
    for k in pixels { seen[k] = true }
    while let k = open.popLast() {
      all.append(k)
      for y in max(0, k / zone.width - gap)...min(zone.height - 1, k / zone.width + gap) {
        for x in max(0, k % zone.width - gap)...min(zone.width - 1, k % zone.width + gap) where !seen[y * zone.width + x] {
          guard accept(y * zone.width + x) else { continue }
          seen[y * zone.width + x] = true
          open.append(y * zone.width + x)
        }
      }
    }
    return all
  }

  /// Whether it hangs from the lobe, is as large as earrings are and does not go on beyond the zone, as hair, collars and walls do.
  func hangs(in zone: EarringZone) -> Bool {
    let size = high - low, share = Float(core.count) / (zone.unit * zone.unit)
    let isWithin = low.x > -0.29 && high.x < 0.29 && high.y < 0.55
    let isBelow = low.y < 0.135 && high.y > 0.06 && abs(middle.x) < 0.15 && middle.x * zone.inward < 0.125
    // What is dark is mostly a strand of hair, a shadow or a gap.
    return isWithin && isBelow && size.x < 0.06 + 0.6 * size.y && (isBright || share > 0.004)
      && all.count < (isBright ? 10 : 11) * core.count
  }

  /// Whether it can be a further part of an earring that `other` is a part of, such as the other side of a hoop.
  func belongs(to other: EarringPiece) -> Bool {
    let gap = pointwiseMax(low - other.high, other.low - high).max()
    return gap < 0.08 && low.x > -0.29 && high.x < 0.29 && high.y < other.high.y + 0.1 && high.y - low.y > high.x - low.x
      && isBright == other.isBright && all.count < 2 * other.all.count
  }
}
