import Face
import Foundation

/// Which pixels above the brows show hair, and what color it is where it is hidden: the masks call the high forehead of a close-cropped or
/// balding head hair, too.
struct HairPixels {
  /// Of each pixel: called hair, and the forehead's skin that goes on without a border.
  let isForehead: [Bool]
  private let photo: LiftPhoto
  private let pixels: PixelPlane
  /// The rows of the brows and of the chin.
  private let brows, chin: Int
  /// Of what is called hair above the brows, the share that is the forehead's.
  private let foreheadShare: Float

  /// Squares of how far colors lie from what the forehead has beside it and from where it was entered, and how rough skin is at most.
  private static let step: Float = 0.0025, far: Float = 0.04, rough: Float = 0.03
  /// How dark skin is at least, of the forehead's usual brightness.
  private static let darkest: Float = 0.62
  /// Opacities of what is surely the person's and, with what lies around, of an outline.
  private static let sure: Float = 0.95, outline: Float = 0.93
  /// From which square of a distance on what faces the camera is of another color than close-cropped hair, up to which a scalp is of the
  /// skin's, and which share of what is called hair above the brows the forehead then has at least.
  private static let otherColor: Float = 0.02, skinColor: Float = 0.01, high: Float = 0.3
  /// Which color of all hair, by brightness, is that of what lies in the shade behind a close-cropped head.
  private static let shade: Float = 0.35
  /// How far hair beside the forehead reaches in and up, of the head's width and of the way from brows to chin.
  private static let sideWidth: Float = 0.16, sideHeight: Float = 0.45, sideBelow: Float = 0.1

  /// `even` is `pixels` blurred a little.
  init(_ head: LiftHead, _ camera: Camera, _ photo: LiftPhoto, _ pixels: PixelPlane, even: PixelPlane) {
    (self.photo, self.pixels) = (photo, pixels)
    func row(_ k: Int) -> Int { min(max(Int(camera.project(head.places[k]).y), 0), pixels.height) }
    (brows, chin) = (min(row(105), row(334)), row(152))
    let found = Self.forehead(photo, pixels, even, above: brows)
    let all = (0..<brows * pixels.width).filter { photo.labels[$0] == SemanticClass.hair.rawValue && photo.alpha.values[$0] > 0.9 }
    foreheadShare = Float(all.count { found[$0] }) / Float(max(all.count, 1))
    isForehead = found
  }

  /// What a pixel shows.
  func label(_ p: SIMD2<Float>) -> SemanticClass { isForehead[photo.alpha.index(p)] ? .skin : photo.label(p) }
  func isHair(_ k: Int) -> Bool { photo.labels[k] == SemanticClass.hair.rawValue && !isForehead[k] && photo.alpha.values[k] > Self.sure }

  /// Whether what is left of the hair is skin too, and only shines or lies in the shade; `facing` is its color where it faces the camera.
  func isBald(_ facing: SIMD3<Float>, skin: SIMD3<Float>) -> Bool {
    let d = facing - skin
    return foreheadShare > Self.high && dot(d, d) < Self.skinColor
  }
  /// The color of close-cropped hair where it is hidden; nil where the hair that faces the camera shows it.
  func cropped(_ facing: SIMD3<Float>) -> SIMD3<Float>? {
    func darkest(_ quantile: Float) -> SIMD3<Float>? {
      [alongOutline(quantile), beside(quantile)].compactMap(\.self).min { $0.sum() < $1.sum() }
    }
    // Next to a forehead hair shines; one that is lighter along the outline is a rim in the light.
    guard let outer = darkest(0.5), let dark = darkest(Self.shade) else { return nil }
    let apart = outer - facing
    guard dark.sum() < facing.sum(), foreheadShare > Self.high || (dot(apart, apart) > Self.otherColor && apart.sum() < 0) else {
      return nil
    }
    // Short hair under a blue sky is blue, which it is not behind.
    return dark.z > dark.x && facing.z < facing.x ? facing * (dark.sum() / facing.sum()) : dark
  }

  /// The hair's color along the outline, above the brows; nil where next to none is there. `quantile` says which of all by brightness, 0 is
  /// the darkest.
  private func alongOutline(_ quantile: Float) -> SIMD3<Float>? {
    let near = photo.alpha.blurred(max(4, pixels.width / 40))
    return color((0..<brows * pixels.width).filter { isHair($0) && near.values[$0] < Self.outline }, quantile)
  }
  /// The same beside the forehead and the temples.
  private func beside(_ quantile: Float) -> SIMD3<Float>? {
    let face = Float(chin - brows), width = pixels.width
    var found: [Int] = []
    for y in max(0, brows - Int(Self.sideHeight * face))..<min(brows + Int(Self.sideBelow * face), pixels.height) {
      let row = (y * width..<(y + 1) * width).filter {
        photo.alpha.values[$0] > 0.5 && photo.labels[$0] != SemanticClass.background.rawValue
      }
      guard let first = row.first, let last = row.last else { continue }
      let reach = Int(Self.sideWidth * Float(last - first))
      found += row.filter { isHair($0) && ($0 < first + reach || $0 > last - reach) }
    }
    return color(found, quantile)
  }

  /// The mean color of the fifth of some pixels around a quantile of their brightness; nil of next to none.
  private func color(_ found: [Int], _ quantile: Float) -> SIMD3<Float>? {
    guard found.count > pixels.width else { return nil }
    let colors = found.map { SIMD3(pixels.values[3 * $0], pixels.values[3 * $0 + 1], pixels.values[3 * $0 + 2]) }
    let sorted = colors.sorted { $0.sum() < $1.sum() }
    let middle = quantile * Float(sorted.count), half = 0.1 * Float(sorted.count)
    let chosen = sorted[max(0, Int(middle - half))..<min(sorted.count, Int(middle + half) + 1)]
    return chosen.reduce(.zero, +) / Float(chosen.count)
  }

  /// Grows the skin above the brows into what is called hair, as long as the color hardly changes and nothing is rough.
  private static func forehead(_ photo: LiftPhoto, _ pixels: PixelPlane, _ even: PixelPlane, above brows: Int) -> [Bool] {
    let (width, height) = (pixels.width, pixels.height)
    var found = [Bool](repeating: false, count: width * height)
    func color(_ k: Int) -> SIMD3<Float> { [even.values[3 * k], even.values[3 * k + 1], even.values[3 * k + 2]] }
    let skin = (0..<brows * width).filter { photo.labels[$0] == SemanticClass.skin.rawValue && photo.alpha.values[$0] > sure }
    guard skin.count > width / 8 else { return found }
    let brightness = skin.map { color($0).sum() }.sorted()[skin.count / 2]
    let light = PixelPlane(
      width: width, height: height,
      (0..<width * height).map { (pixels.values[3 * $0] + pixels.values[3 * $0 + 1] + pixels.values[3 * $0 + 2]) / 3 })
    let window = max(1, width / 192), smooth = light.blurred(window)
    let squares = zip(light.values, smooth.values).map { ($0 - $1) * ($0 - $1) }
    let variance = PixelPlane(width: width, height: height, squares).blurred(window)
    func isSkin(_ k: Int) -> Bool {
      photo.labels[k] == SemanticClass.hair.rawValue && photo.alpha.values[k] > 0.9 && color(k).sum() > darkest * brightness
        && variance.values[k] < rough * rough
    }
    func around(_ k: Int) -> [Int] {
      let x = k % width
      return [x > 0 ? k - 1 : -1, x < width - 1 ? k + 1 : -1, k - width, k + width < width * height ? k + width : -1].filter { $0 >= 0 }
    }
    var queue = skin.filter { color($0).sum() > darkest * brightness }.map { (pixel: $0, last: color($0), first: color($0)) }
    var next = 0
    while next < queue.count {
      let (k, last, first) = queue[next]
      next += 1
      for n in around(k) where !found[n] && isSkin(n) {
        let c = color(n), change = c - last, apart = c - first
        guard dot(change, change) < step, dot(apart, apart) < far else { continue }
        found[n] = true
        queue.append((n, last * 0.9 + c * 0.1, first))
      }
    }
    return found
  }
}
