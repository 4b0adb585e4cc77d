import Face
import Foundation

/// The surface before the eyes that the front of a pair of glasses lies in, and the photo as seen on it: faces of any size, place and turn
/// show glasses alike there.
///
/// Coordinates are `u` to the subject's left and `v` up from between the eyes, in distances of the eyes' middles. Towards the sides the
/// surface bends back as frames do.
struct GlassesPlate {
  /// How far it reaches, and its pixels in a unit.
  static let across: Float = 1.3, above: Float = 0.6, below: Float = 0.7, fineness: Float = 150
  static let width = Int(2 * across * fineness), height = Int((above + below) * fineness)
  /// How far before the bridge of the nose it lies, and how it bends, head units.
  private static let ahead: Float = 0.03, bend: Float = 0.2

  /// The distance of the eyes' middles, head units.
  let unit: Float
  private let middle: SIMD3<Float>
  private let front: Float
  private let camera: Camera
  /// Logarithms of brightness, red, green and blue, 0...255 plus 20.
  private(set) var image: PixelPlane

  /// `pixels` are the photo's, without what is behind the person.
  init(_ head: LiftHead, camera: Camera, pixels: PixelPlane) {
    let right = (head.places[33] + head.places[133]) / 2, left = (head.places[263] + head.places[362]) / 2
    (middle, unit, front) = ((right + left) / 2, length(left - right), head.places[168].z + Self.ahead)
    self.camera = camera
    image = PixelPlane(width: Self.width, height: Self.height, channels: 4)
    for y in 0..<Self.height {
      for x in 0..<Self.width {
        let color = pixels.color(pixel(Self.place(x, y))) * 255, k = 4 * (y * Self.width + x)
        image.values[k] = log(color.sum() / 3 + 20)
        for c in 0..<3 { image.values[k + 1 + c] = log(color[c] + 20) }
      }
    }
  }

  /// Where the middle of a pixel of `image` lies.
  static func place(_ x: Int, _ y: Int) -> SIMD2<Float> {
    [(Float(x) + 0.5) / fineness - across, above - (Float(y) + 0.5) / fineness]
  }
  /// A place in pixels of `image`.
  static func texel(_ place: SIMD2<Float>) -> SIMD2<Float> { [(place.x + across) * fineness, (above - place.y) * fineness] }

  /// The photo's pixel that shows a place.
  func pixel(_ place: SIMD2<Float>) -> SIMD2<Float> {
    let x = place.x * unit
    let p = camera.project([middle.x + x, middle.y + place.y * unit, front - Self.bend * x * x])
    return [p.x, p.y]
  }
  /// The place that a pixel of the photo shows.
  func place(_ pixel: SIMD2<Float>) -> SIMD2<Float> {
    let from = camera.position, way = camera.unproject(pixel, depth: 1) - from
    var p = from
    for _ in 0..<3 {
      let x = p.x == from.x ? 0 : p.x - middle.x
      p = from + way * ((front - Self.bend * x * x - from.z) / way.z)
    }
    return [(p.x - middle.x) / unit, (p.y - middle.y) / unit]
  }
}
