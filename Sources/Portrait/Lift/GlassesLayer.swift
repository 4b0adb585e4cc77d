import Face
import Foundation
import Segmentation
import Tracking

/// Glasses as a thin sheet of their own before the face, which goes with the skull and with no expression; what they hide of the skin goes on
/// from what is seen around them.
///
/// Brows slide under rims, lids close behind lenses.
struct GlassesLayer {
  /// The photo without glasses.
  let bare: PixelPlane
  /// How much of each pixel of the photo is glasses.
  let cover: PixelPlane
  /// The photo's own colors.
  let shown: PixelPlane
  private let plate: GlassesPlate

  /// Units of the plate between vertices; head units before the skin; how far around a place what stands out of the skin lifts the sheet.
  private static let cell: Float = 0.025, ahead: Float = 0.065, span: Float = 0.12
  /// How much coarser than the photo its depth is.
  private static let coarse = 4

  /// Nil where the face wears none. `person` is the photo without what is behind the person.
  init?(head: LiftHead, photo: LiftPhoto, person: PixelPlane) {
    let camera = photo.camera.inHead(head.source.pose)
    let finder = GlassesFinder(head, camera: camera, pixels: person)
    guard finder.score > 0 else { return nil }
    plate = finder.plate
    shown = person
    let mask = GlassesMask(finder, photo).cover
    let (width, height) = (person.width, person.height)
    let box = Self.box(plate, width, height)
    var all = PixelPlane(width: width, height: height)
    for y in box.rows {
      for x in box.columns {
        let share = mask.read(GlassesPlate.texel(plate.place([Float(x) + 0.5, Float(y) + 0.5])))
        // What the person's mask leaves out is the background, which stays where it is.
        all.values[y * width + x] = share * smoothstep(0.3, 0.7, photo.alpha.values[y * width + x])
      }
    }
    bare = Self.filled(person, instead: all, box)
    // Wider than what is filled, so that at rest nothing of the photo is lost.
    cover = all.spread(max(1, width / 256))
  }

  /// The photo's pixels that a plate reaches.
  private static func box(_ plate: GlassesPlate, _ width: Int, _ height: Int) -> (columns: Range<Int>, rows: Range<Int>) {
    var low = SIMD2<Float>(repeating: .infinity), high = -low
    for u in [-GlassesPlate.across, 0, GlassesPlate.across] {
      for v in [-GlassesPlate.below, GlassesPlate.above] {
        let p = plate.pixel([u, v])
        (low, high) = (pointwiseMin(low, p), pointwiseMax(high, p))
      }
    }
    return ((Int(low.x) - 1..<Int(high.x) + 2).clamped(to: 0..<width), (Int(low.y) - 1..<Int(high.y) + 2).clamped(to: 0..<height))
  }

  /// `image` with what `hidden` hides filled from what is around it.
  private static func filled(_ image: PixelPlane, instead hidden: PixelPlane, _ box: (columns: Range<Int>, rows: Range<Int>)) -> PixelPlane
  {
    let (w, h) = (box.columns.count, box.rows.count)
    var part: [Float] = [], known: [Float] = []
    for y in box.rows {
      for x in box.columns {
        let k = y * image.width + x
        part += image.values[3 * k..<3 * k + 3]
        known.append(1 - smoothstep(0.02, 0.3, hidden.values[k]))
      }
    }
    guard known.contains(1) else { return image }
    PullPush.fill(&part, known, w, h)
    var out = image
    for (j, y) in box.rows.enumerated() {
      let first = 3 * (y * image.width + box.columns.lowerBound)
      out.values.replaceSubrange(first..<first + 3 * w, with: part[3 * j * w..<3 * (j + 1) * w])
    }
    return out
  }

  /// The sheet; `offset` is where the photo with glasses begins in the texture.
  func mesh(_ surface: HeadSurface, head: LiftHead, photo: LiftPhoto, offset: SIMD2<Float>) -> LiftMesh {
    let camera = photo.camera.inHead(head.source.pose)
    let depth = depths(surface, camera), scale = Float(depth.width) / Float(camera.width)
    let columns = Int(2 * GlassesPlate.across / Self.cell), rows = Int((GlassesPlate.above + GlassesPlate.below) / Self.cell)
    var mesh = LiftMesh(), numbers: [Int: Int] = [:]
    func pixel(_ x: Float, _ y: Float) -> SIMD2<Float> {
      plate.pixel([x * Self.cell - GlassesPlate.across, GlassesPlate.above - y * Self.cell])
    }
    func vertex(_ x: Int, _ y: Int) -> Int {
      if let known = numbers[y * (columns + 1) + x] { return known }
      let p = pixel(Float(x), Float(y))
      var v = LiftVertex(place: camera.unproject(p, depth: depth.read(p * scale)))
      (v.texel, v.ownShare, v.cut) = (p + offset, 1, 1)
      numbers[y * (columns + 1) + x] = mesh.vertices.count
      mesh.vertices.append(v)
      return mesh.vertices.count - 1
    }
    let near = cover.spread(3)
    let frame = SIMD2(Float(camera.width), Float(camera.height))
    for y in 0..<rows {
      for x in 0..<columns {
        let isThere = (0..<9).contains { k in
          let p = pixel(Float(x) + Float(k % 3) / 2, Float(y) + Float(k / 3) / 2)
          return p.min() > 1 && p.x < frame.x - 1 && p.y < frame.y - 1 && near.values[near.index(p)] > 0.01
        }
        guard isThere else { continue }
        let corners = [vertex(x, y), vertex(x, y + 1), vertex(x + 1, y + 1), vertex(x + 1, y)]
        mesh.add(corners[0], corners[1], corners[2], .worn, .glasses)
        mesh.add(corners[0], corners[2], corners[3], .worn, .glasses)
      }
    }
    return mesh
  }

  /// How far from the camera the sheet lies: before the skin, and as far as what stands out of the skin nearby.
  private func depths(_ surface: HeadSurface, _ camera: Camera) -> PixelPlane {
    let small = camera.scaled(width: camera.width / Self.coarse, height: camera.height / Self.coarse)
    let image = RasterImage(width: small.width, height: small.height)
    Rasteriser(small).draw(surface.places, surface.triangles.flatMap { [$0.x, $0.y, $0.z] }, into: image)
    let known = image.triangle.map { $0 >= 0 ? Float(1) : 0 }
    var values = image.depth.indices.flatMap { k in [known[k] > 0 ? image.depth[k] : 0, 0, 0] }
    PullPush.fill(&values, known, small.width, small.height)
    let skin = PixelPlane(width: small.width, height: small.height, stride(from: 0, to: values.count, by: 3).map { values[$0] })
    let a = plate.pixel(.zero), b = plate.pixel([Self.span, 0]), apart = b - a
    let reach = max(1, Int(((apart * apart).sum().squareRoot() / Float(Self.coarse)).rounded()))
    var out = skin.spread(reach, sign: -1).blurred(reach, rounds: 2)
    for k in out.values.indices { out.values[k] = min(out.values[k], skin.values[k]) - Self.ahead }
    return out
  }
}
