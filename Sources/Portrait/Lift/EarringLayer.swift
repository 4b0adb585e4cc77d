import Face
import Foundation
import Segmentation

/// Earrings as flat sheets of their own at the lobes' depth, which go with the skull: neither the neck nor the jaw bends them. What they hide
/// goes on from what is seen around them.
struct EarringLayer {
  /// How much of each pixel of the photo is an earring, and the earrings' own colors.
  let cover: PixelPlane
  let shown: PixelPlane
  /// The photo without earrings.
  let bare: LiftPhoto
  private let zones: [EarringZone]

  /// Pixels between vertices; head units before the lobe.
  private static let step = 6
  private static let ahead: Float = 0.03
  /// How far beyond what was found an earring still mixes with what is behind it, head units.
  private static let rim: Float = 0.012

  /// Nil where none are seen. `surface` is the head as the model has it.
  init?(_ surface: HeadSurface, head: LiftHead, photo: LiftPhoto) {
    let camera = photo.camera.inHead(head.source.pose), pixels = photo.pixels
    let finder = EarringFinder(EarringZone.zones(surface, head: head, camera: camera), photo: photo, pixels: pixels)
    guard let unit = finder.zones.map(\.unit).max() else { return nil }
    zones = finder.zones
    let radius = max(1, Int((Self.rim * unit).rounded()))
    // Gaps within filigree are its own.
    let whole = finder.cover.spread(radius).spread(radius, sign: -1)
    cover = whole.spread(1).blurred(1)
    // Between its rim and the outside nothing is sure of either.
    let hidden = whole.spread(radius + 2)
    (shown, bare) = (Self.filled(pixels, whole.values, zones), photo.without(hidden, pixels: pixels, zones))
  }

  /// `image` (one channel or three) with what is not `known` filled from what is around it, in the zones.
  fileprivate static func filled(_ image: PixelPlane, _ known: [Float], _ zones: [EarringZone]) -> PixelPlane {
    var out = image
    for zone in zones {
      let at = (0..<zone.count).map { zone.index($0, in: image.width) }
      let trust = at.map { known[$0] }
      guard trust.contains(1) else { continue }
      var part = at.flatMap { k in (0..<3).map { image.values[image.channels * k + min($0, image.channels - 1)] } }
      PullPush.fill(&part, trust, zone.width, zone.height)
      for (j, k) in at.enumerated() where known[k] < 1 {
        for c in 0..<image.channels { out.values[image.channels * k + c] = part[3 * j + c] }
      }
    }
    return out
  }

  /// The sheets; `offset` is where the photo with what is worn begins in the texture.
  func mesh(head: LiftHead, photo: LiftPhoto, offset: SIMD2<Float>) -> LiftMesh {
    let camera = photo.camera.inHead(head.source.pose), near = cover.spread(2), step = Self.step
    var mesh = LiftMesh()
    for zone in zones {
      var numbers: [Int: Int] = [:]
      func vertex(_ x: Int, _ y: Int) -> Int {
        if let known = numbers[y * cover.width + x] { return known }
        let p = SIMD2(Float(x), Float(y))
        var v = LiftVertex(place: camera.unproject(p, depth: zone.depth - Self.ahead))
        (v.texel, v.ownShare, v.cut) = (p + offset, 1, 1)
        numbers[y * cover.width + x] = mesh.vertices.count
        mesh.vertices.append(v)
        return mesh.vertices.count - 1
      }
      for y in stride(from: zone.rows.lowerBound, to: zone.rows.upperBound - step, by: step) {
        for x in stride(from: zone.columns.lowerBound, to: zone.columns.upperBound - step, by: step) {
          let isThere = (0..<step * step).contains { near.values[(y + $0 / step) * cover.width + x + $0 % step] > 0.01 }
          guard isThere else { continue }
          let corners = [vertex(x, y), vertex(x, y + step), vertex(x + step, y + step), vertex(x + step, y)]
          mesh.add(corners[0], corners[1], corners[2], .worn, .ears)
          mesh.add(corners[0], corners[2], corners[3], .worn, .ears)
        }
      }
    }
    return mesh
  }
}

extension LiftPhoto {
  /// The photo with what `hidden` (0 or 1 a pixel) hides filled from what is around it, in colors, outline and classes alike; what was filled is
  /// no part of what is seen behind the person.
  fileprivate func without(_ hidden: PixelPlane, pixels: PixelPlane, _ zones: [EarringZone]) -> LiftPhoto {
    let known = hidden.values.map { 1 - $0 }
    let cover = EarringLayer.filled(alpha, known, zones)
    return replacing(pixels: EarringLayer.filled(pixels, known, zones), alpha: cover, removed: hidden)
  }
}
