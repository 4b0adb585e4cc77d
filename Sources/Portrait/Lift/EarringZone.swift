import Face
import Foundation

/// Where an earring can be in the photo: about an ear's lobe and below it, down to the shoulder.
///
/// Places are in head units from the lobe, x to the right of the photo and y down.
struct EarringZone {
  /// How far it reaches beside, above and below the lobe.
  static let aside: Float = 0.32, above: Float = 0.12, below: Float = 0.85
  /// How far behind what is drawn before it a lobe may lie to be seen, head units.
  private static let hidden: Float = 0.1
  /// Fewer pixels each way show nothing.
  private static let least = 16

  /// In pixels of the photo, and the pixels of a head unit there.
  let lobe: SIMD2<Float>
  let unit: Float
  /// How far the lobe is from the camera, and which way the face lies, -1 or 1.
  let depth, inward: Float
  let columns, rows: Range<Int>
  var width: Int { columns.count }
  var height: Int { rows.count }
  var count: Int { width * height }

  /// The zones of both ears, as far as they are seen and lie in the image.
  static func zones(_ surface: HeadSurface, head: LiftHead, camera: Camera) -> [EarringZone] {
    let corners = head.model.triangles.array(Int32.self)
    var lobes = [Int?](repeating: nil, count: 2)
    for (f, part) in head.model.parts.enumerated() where part == .ear {
      for v in (0..<3).map({ Int(corners[3 * f + $0]) }) {
        let side = head.places[v].x < 0 ? 0 : 1
        if lobes[side].map({ head.places[v].y < head.places[$0].y }) ?? true { lobes[side] = v }
      }
    }
    let coarse = camera.scaled(width: camera.width / 4, height: camera.height / 4)
    let image = RasterImage(width: coarse.width, height: coarse.height)
    Rasteriser(coarse).draw(surface.places, surface.triangles.flatMap { [$0.x, $0.y, $0.z] }, into: image)
    return lobes.enumerated().compactMap { side, vertex in
      guard let vertex else { return nil }
      let p = camera.project(head.places[vertex])
      let (x, y) = (Int(p.x / 4), Int(p.y / 4))
      guard p.z > 0.1, x >= 0, y >= 0, x < coarse.width, y < coarse.height else { return nil }
      let k = y * coarse.width + x
      guard image.triangle[k] < 0 || image.depth[k] > p.z - hidden else { return nil }
      return EarringZone(
        lobe: [p.x, p.y], unit: camera.focal.x / p.z, depth: p.z, inward: side == 0 ? 1 : -1, width: camera.width, height: camera.height)
    }
  }

  init?(lobe: SIMD2<Float>, unit: Float, depth: Float, inward: Float, width: Int, height: Int) {
    (self.lobe, self.unit, self.depth, self.inward) = (lobe, unit, depth, inward)
    columns = (Int(lobe.x - Self.aside * unit)..<Int(lobe.x + Self.aside * unit)).clamped(to: 0..<width)
    rows = (Int(lobe.y - Self.above * unit)..<Int(lobe.y + Self.below * unit)).clamped(to: 0..<height)
    guard columns.count > Self.least, rows.count > Self.least else { return nil }
  }

  /// The place of its pixel number `k`, counted row by row.
  func place(_ k: Int) -> SIMD2<Float> { place(SIMD2(Float(columns.lowerBound + k % width), Float(rows.lowerBound + k / width)) + 0.5) }
  /// The place that a pixel of the photo shows.
  func place(_ pixel: SIMD2<Float>) -> SIMD2<Float> { (pixel - lobe) / unit }
  /// The number of that pixel in an image of `width` pixels a row.
  func index(_ k: Int, in width: Int) -> Int { (rows.lowerBound + k / self.width) * width + columns.lowerBound + k % self.width }
}
