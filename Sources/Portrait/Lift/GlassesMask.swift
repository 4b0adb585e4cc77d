import Face
import Foundation

/// Which pixels of a `GlassesPlate` show glasses: rims and bridge, what hangs together with them and has their color, and lenses that hide
/// the eyes.
struct GlassesMask {
  /// 0...1 over the pixels of the plate's image.
  let cover: PixelPlane
  /// Whether the lenses hide the eyes.
  let isOpaque: Bool

  /// How far beyond rims and bridge they count as theirs, and half of the bridge's height, units of the plate.
  private static let margin: Float = 0.012, bridge: Float = 0.02
  /// How far hinges, nose pads and arms are followed, and from what likeness to the rim on.
  private static let (hinges, pads, arms): (Float, Float, Float) = (0.13, 0.05, 0.25), alike: Float = 0.6

  init(_ finder: GlassesFinder, _ photo: LiftPhoto) {
    let (lenses, bridge) = finder.traced(), image = finder.plate.image
    let (width, height) = (image.width, image.height)
    let isOpaque = Self.hidesEyes(lenses, image)
    let brows = PixelPlane(
      width: photo.alpha.width, height: photo.alpha.height, photo.labels.map { $0 == SemanticClass.brows.rawValue ? 1 : 0 }
    ).spread(photo.alpha.width / 256)
    var core = [Bool](repeating: false, count: width * height), free = core
    for k in core.indices {
      let place = GlassesPlate.place(k % width, k / width)
      guard abs(place.x) < 1.25 else { continue }
      let seen = lenses.map { $0.look(place, [image.values[4 * k + 1], image.values[4 * k + 2], image.values[4 * k + 3]]) }
      let near = seen[0].distance < seen[1].distance ? seen[0] : seen[1]
      let isWithin = seen.contains { $0.isWithin && $0.distance > 0 }
      let span = abs(place.x) < 0.5 && abs(place.y) < 0.5 ? distance(place, bridge) - Self.bridge : .infinity
      core[k] = min(near.distance, span) < Self.margin || (isOpaque && seen.contains(where: \.isWithin))
      // What is as dark above is the brow, and what is as dark within is the eye.
      let isBeside = abs(place.x) > 0.75 && place.y > -0.1
      let reach = isBeside ? Self.arms : place.y > -0.15 ? Self.hinges : Self.pads
      guard !isWithin, near.likeness > Self.alike, min(near.distance, span) < reach, place.y < 0.28 else { continue }
      free[k] = brows.values[brows.index(finder.plate.pixel(place))] == 0
    }
    var open = core.indices.filter { core[$0] }
    while let k = open.popLast() {
      let (x, y) = (k % width, k / width)
      for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] where x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height {
        let next = (y + dy) * width + x + dx
        guard free[next], !core[next] else { continue }
        core[next] = true
        open.append(next)
      }
    }
    cover = PixelPlane(width: width, height: height, core.map { $0 ? 1 : 0 }).blurred(1, rounds: 2)
    self.isOpaque = isOpaque
  }

  /// Whether the brightest fifth of both lenses is much darker than the cheek below, or both lenses are of another color.
  private static func hidesEyes(_ lenses: [GlassesLens], _ image: PixelPlane) -> Bool {
    let found = lenses.map { lens -> (bright: Float, color: Float) in
      var inside: [SIMD3<Float>] = [], below: [SIMD3<Float>] = []
      for k in 0..<image.width * image.height {
        let place = GlassesPlate.place(k % image.width, k / image.width), p = place - GlassesLines.middle * [lens.side, 1]
        guard (p * p).sum() < 1 else { continue }
        let color = SIMD3(image.values[4 * k + 1], image.values[4 * k + 2], image.values[4 * k + 3])
        let share = lens.look(place, color).share
        if share < 0.8 { inside.append(color) }
        if share > 1.2, share < 1.5, p.y < -0.2, abs(p.x) < 0.3 { below.append(color) }
      }
      guard inside.count > 50, below.count > 50 else { return (0, 0) }
      func middle(_ values: [Float]) -> Float { values.sorted()[values.count / 2] }
      let cheek = SIMD3(middle(below.map(\.x)), middle(below.map(\.y)), middle(below.map(\.z)))
      let change = inside.map { $0 - cheek }
      let bright = change.map { $0.sum() / 3 }.sorted()[inside.count * 4 / 5]
      return (
        bright,
        middle(
          change.map { c in
            let d = c - c.sum() / 3
            return (d * d).sum().squareRoot()
          })
      )
    }
    return found[0].bright + found[1].bright < -0.7 || min(found[0].color, found[1].color) > 0.5
  }
}
