/// What is worn before the head, glasses and earrings, as the texture holds it: its own colors, and how much of each pixel it covers.
struct WornPixels {
  let shown: PixelPlane
  let cover: PixelPlane

  /// Nil where nothing is worn.
  init?(glasses: GlassesLayer?, earrings: EarringLayer?) {
    guard let earrings else {
      guard let glasses else { return nil }
      (shown, cover) = (glasses.shown, glasses.cover)
      return
    }
    guard let glasses else {
      (shown, cover) = (earrings.shown, earrings.cover)
      return
    }
    var (color, share) = (glasses.shown, glasses.cover)
    for k in share.values.indices where earrings.cover.values[k] > share.values[k] {
      share.values[k] = earrings.cover.values[k]
      for c in 0..<3 { color.values[3 * k + c] = earrings.shown.values[3 * k + c] }
    }
    (shown, cover) = (color, share)
  }
}
