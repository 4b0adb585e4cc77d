import Face
import Foundation
import Segmentation
import Torch

/// The image that a lifted photo is colored from: the person in front of nothing, below it what is behind the head, below that both eyes, and
/// below them, where glasses or earrings are worn, the photo with them.
struct LiftTexture {
  let width, height: Int
  /// RGBA.
  private(set) var bytes: [UInt8]
  /// Where what is behind the head begins, where the eyes do, and where the photo with what is worn does.
  let behind, eyes, wornStart: SIMD2<Float>
  /// The opacity of what is behind the head.
  let behindOpacity: PixelPlane

  /// `front` is what `foreground` makes of the photo, without what is worn.
  init(
    _ surface: HeadSurface, head: LiftHead, photo: LiftPhoto, front: PixelPlane, eyes images: [EyeTexture], over worn: WornPixels? = nil
  ) {
    let (w, h) = (front.width, front.height)
    (width, height) = (max(w, images.count * EyeTexture.side), (worn == nil ? 2 : 3) * h + EyeTexture.side)
    behind = [0, Float(h)]
    eyes = [0, Float(2 * h)]
    wornStart = [0, Float(2 * h + EyeTexture.side)]
    let camera = photo.camera.inHead(head.source.pose)
    let image = RasterImage(width: w, height: h)
    Rasteriser(camera).draw(surface.places, surface.triangles.flatMap { [$0.x, $0.y, $0.z] }, into: image)
    let covered = PixelPlane(width: w, height: h, (0..<w * h).map { image.triangle[$0] >= 0 ? 1 : 0 })

    let edge = covered.spread(2)
    var back = front
    // Hair is behind the face too; what is skin there is the face itself.
    let face: Set<UInt8> = Set(
      [SemanticClass.skin, .nose, .glasses, .eyes, .brows, .mouthInterior, .lips].map(\.rawValue))
    let isFree = (0..<w * h).map { edge.values[$0] == 0 || !face.contains(photo.labels[$0]) }
    let known = (0..<w * h).map { isFree[$0] && photo.alpha.values[$0] > 0.9 ? Float(1) : 0 }
    PullPush.fill(&back.values, known.contains(1) ? known : photo.alpha.values, w, h)
    var opacity = photo.alpha
    for k in 0..<w * h {
      if isFree[k] {
        for c in 0..<3 { back.values[3 * k + c] = front.values[3 * k + c] }
      }
      if covered.values[k] > 0 { opacity.values[k] = 1 }
    }
    behindOpacity = opacity

    bytes = [UInt8](repeating: 0, count: width * height * 4)
    func store(_ color: PixelPlane, _ opacity: PixelPlane?, at first: Int, left: Int = 0) {
      for y in 0..<color.height {
        for x in 0..<color.width {
          let from = y * color.width + x, to = 4 * ((first + y) * width + left + x)
          for c in 0..<3 { bytes[to + c] = UInt8(min(max((color.values[3 * from + c] * 255).rounded(), 0), 255)) }
          bytes[to + 3] = UInt8(min(max(((opacity?.values[from] ?? 1) * 255).rounded(), 0), 255))
        }
      }
    }
    store(front, photo.alpha, at: 0)
    store(back, opacity, at: h)
    for (k, eye) in images.enumerated() { store(eye.color, nil, at: 2 * h, left: k * EyeTexture.side) }
    if let worn { store(worn.shown, worn.cover, at: 2 * h + EyeTexture.side) }
  }

  var tensor: Tensor { Tensor(bytes, [height, width, 4]) }

  /// The person's own color: where the background shines through, what lies beside it.
  static func foreground(_ pixels: PixelPlane, _ photo: LiftPhoto) -> PixelPlane {
    var out = pixels
    // A mask is not sure enough at its rim to take the background out of the color by it: that leaves fringes of the opposite color.
    let hair = SemanticClass.hair.rawValue
    let sure = photo.alpha.values.enumerated().map { k, a in
      // A rim of hair before a bright wall is bright, and a line on the hair when it is seen from the side.
      photo.labels[k] == hair ? smoothstep(0.8, 0.995, a) : smoothstep(0.55, 0.97, a)
    }
    PullPush.fill(&out.values, sure, pixels.width, pixels.height)
    return out
  }
}
