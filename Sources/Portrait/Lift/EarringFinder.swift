import Face
import Foundation

/// Finds which pixels of a photo show earrings.
///
/// No network tells earrings from skin, hair and walls here. Below each lobe that is seen, what is small, stands out and has a color that
/// nothing around it has is a seed; what goes on from it in its color is a piece. Pieces that hang from the lobe are earrings.
struct EarringFinder {
  /// 0 or 1 over the pixels of the photo, and the zones where it is 1.
  private(set) var cover: PixelPlane
  private(set) var zones: [EarringZone] = []

  /// From which contrast on a pixel is a seed, how many make a piece (in square head units), and how far from the lobe one must lie.
  private static let contrast: Float = 0.14, least: Float = 0.0004, near = SIMD2<Float>(0.12, 0.16), gap: Float = 0.02
  /// Where earrings are, colors say nothing of skin and hair.
  private static let apart = (aside: Float(0.2), above: Float(0.08), below: Float(0.6))

  init(_ zones: [EarringZone], photo: LiftPhoto, pixels: PixelPlane) {
    let (skin, hair) = Self.palettes(zones, photo, pixels)
    cover = PixelPlane(width: pixels.width, height: pixels.height)
    for zone in zones {
      let contrast = EarringContrast(zone, pixels: pixels, alpha: photo.alpha, labels: photo.labels, skin: skin, hair: hair)
      let found = Self.pieces(zone, contrast)
      guard !found.isEmpty else { continue }
      self.zones.append(zone)
      for piece in found {
        for k in piece.all { cover.values[zone.index(k, in: pixels.width)] = 1 }
      }
    }
  }

  /// The pieces in a zone that are earrings.
  private static func pieces(_ zone: EarringZone, _ contrast: EarringContrast) -> [EarringPiece] {
    let seeds = (0..<zone.count).map { k in
      max(contrast.drops.bright[k], contrast.drops.dark[k]) > Self.contrast && contrast.foreign[k] > 0.5
        && zone.place(k).y > EarringPiece.top
    }
    let gap = max(2, Int((Self.gap * zone.unit).rounded()))
    var done = [Bool](repeating: false, count: zone.count), pieces: [EarringPiece] = []
    for start in seeds.indices where seeds[start] && !done[start] {
      let core = EarringPiece.connected(to: [start], gap: gap, zone, &done) { seeds[$0] }
      let isAtLobe = core.contains { abs(zone.place($0).x) < near.x && zone.place($0).y < near.y }
      guard isAtLobe, Float(core.count) > least * zone.unit * zone.unit else { continue }
      pieces.append(EarringPiece(core: core, zone, contrast))
    }
    let found = pieces.filter { piece in
      guard piece.hangs(in: zone) else { return false }
      // Where the wall has as much of this elsewhere it is the wall's.
      let mine = Set(piece.core)
      let elsewhere = seeds.indices.count { k in
        let p = zone.place(k)
        return seeds[k] && contrast.isWall[k] && !mine.contains(k) && (abs(p.x) > 0.2 || p.y > piece.high.y + 0.1)
      }
      return piece.core.count { contrast.isWall[$0] } * 2 < piece.core.count || Float(elsewhere) < 0.9 * Float(piece.core.count)
    }
    return pieces.filter { piece in found.contains { $0.core[0] == piece.core[0] || piece.belongs(to: $0) } }
  }

  /// Colors of the photo's skin and of its hair.
  private static func palettes(_ zones: [EarringZone], _ photo: LiftPhoto, _ pixels: PixelPlane) -> (ColorPalette, ColorPalette) {
    var skin = ColorPalette(), hair = ColorPalette()
    let isSkin: Set<UInt8> = Set([SemanticClass.skin, .nose, .neck].map(\.rawValue))
    for k in stride(from: 0, to: photo.labels.count, by: 3) where photo.alpha.values[k] > 0.95 {
      let label = photo.labels[k]
      guard label == SemanticClass.hair.rawValue || isSkin.contains(label) else { continue }
      let pixel = SIMD2(Float(k % pixels.width), Float(k / pixels.width))
      let isFree = zones.allSatisfy { zone in
        let p = zone.place(pixel)
        return abs(p.x) > apart.aside || p.y < -apart.above || p.y > apart.below
      }
      guard isFree else { continue }
      let color = SIMD3(pixels.values[3 * k], pixels.values[3 * k + 1], pixels.values[3 * k + 2])
      if label == SemanticClass.hair.rawValue { hair.add(color) } else { skin.add(color) }
    }
    return (skin, hair)
  }
}
