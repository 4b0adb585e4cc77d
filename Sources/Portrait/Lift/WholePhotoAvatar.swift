import Face
import Foundation
import Media
import Photos
import Segmentation
import Torch

/// A portrait in the whole photo that it was made from: the person moves where the photo shows them.
///
/// What lies outside the portrait's square is the photo. Towards the borders of the square clothes move less and less and at last stand still,
/// so that they go on in the photo without a seam.
package final class WholePhotoAvatar: Avatar {
  /// Longer side of the images in pixels where nothing else is asked for and the photo has more.
  package static let usualSide = 1920
  /// How far from the square's border, as a share of its side, the person fades in, the photo's own person is filled in, and motion begins
  /// and is whole.
  private static let opaque: Float = 0.03, hidden: Float = 0.06, still: Float = 0.08, moving: Float = 0.3

  /// Its camera is that of the whole photo, which is not turned as the face is.
  package let scene: AvatarScene
  private let portrait: PortraitLift
  private let crop: PhotoCrop
  /// The whole photo and, in the square, what is behind the person and where that is filled in.
  private let photo: Tensor
  private let plate, filled: PixelPlane
  private var last: (camera: Camera, plate: Tensor)?

  /// `image` is the photo, `[H, W, 3]` uint8, that `photo` was read from, upright. Throws what making a portrait throws.
  package init(_ photo: LiftPhoto, image: Tensor, size: Int = usualSide, model: MorphableModel = .builtIn()) throws {
    let (width, height) = (image.size(1), image.size(0)), crop = photo.crop
    let portrait = try PortraitLift(photo, model: model)
    let border = Border(crop, width: width, height: height)
    let scale = Float(size) / Float(max(width, height)) * crop.side / Float(crop.size)
    let fineness = FineTexture(photo, image, factor: min(2, max(1, Int((scale * 0.8).rounded(.up)))))
    var tensors = portrait.tensors
    (tensors["texture"], tensors["numbers"]) = fineness.refined(tensors["texture"]!, tensors["numbers"]!)
    tensors["numbers"] = Self.fading(tensors["numbers"]!, tensors["base"]!, seen: photo.camera.inHead(photo.state.pose), border)
    let bare = EarringLayer(HeadSurface(model, places: portrait.head.places), head: portrait.head, photo: photo)?.bare ?? photo
    let behind = PhotoPlate(bare, finer: fineness.finer)
    let bytes = behind.image.array(UInt8.self)
    plate = PixelPlane(width: behind.filled.width, height: behind.filled.height, channels: 3, bytes.map { Float($0) / 255 })
    var shown = behind.filled
    for k in shown.values.indices {
      let p = (SIMD2(Float(k % shown.width), Float(k / shown.width)) + 0.5) * (Float(crop.size) / Float(shown.width))
      shown.values[k] *= smoothstep(Self.opaque, Self.hidden, border.distance(p))
    }
    filled = shown
    // The photo is turned against the square, and its pixels are of another size.
    let (c, s) = (cos(crop.roll), sin(crop.roll)), unit = crop.side / Float(crop.size)
    let camera = Camera(
      width: width, height: height, focal: photo.camera.focal * unit, center: crop.image(photo.camera.center),
      cameraToWorld: Rigid(rotation: Matrix3(rows: [c, -s, 0, s, c, 0, 0, 0, 1])))
    var scene = portrait.scene
    scene.camera = camera
    (self.scene, self.crop, self.photo) = (scene, crop, image)
    self.portrait = PortraitLift(
      head: portrait.head, tensors: tensors, source: portrait.source, camera: portrait.camera, photo: portrait.photo)
  }

  package func render(_ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, camera: Camera) throws -> RenderedFrame {
    try portrait.render(state, torso: torso, heard: heard, background: plate(camera), camera: camera)
  }

  /// The photo at the camera's size, without the person as far as they move.
  private func plate(_ camera: Camera) -> Tensor {
    if let last, last.camera == camera { return last.plate }
    let (w, h) = (camera.width, camera.height)
    var values = resize(photo, width: w, height: h).array(UInt8.self).map { Float($0) / 255 }
    let toPhoto = SIMD2(Float(photo.size(1)) / Float(w), Float(photo.size(0)) / Float(h))
    let toFine = Float(filled.width) / Float(crop.size)
    for y in 0..<h {
      for x in 0..<w {
        let p = crop.crop((SIMD2(Float(x), Float(y)) + 0.5) * toPhoto)
        guard p.min() > 0, p.max() < Float(crop.size) else { continue }
        let share = filled.read(p * toFine)
        guard share > 0 else { continue }
        for c in 0..<3 { values[3 * (y * w + x) + c] += (plate.read(p * toFine, c) - values[3 * (y * w + x) + c]) * share }
      }
    }
    let made = Tensor(values, [h, w, 3])
    last = (camera, made)
    return made
  }

  /// The vertices' numbers with what fades towards the border.
  private static func fading(_ numbers: Tensor, _ base: Tensor, seen: Camera, _ border: Border) -> Tensor {
    var values = numbers.floats
    let places = base.floats
    for v in 0..<places.count / 3 {
      let p = seen.project(SIMD3(places[3 * v], places[3 * v + 1], places[3 * v + 2]))
      let distance = border.distance([p.x, p.y])
      values[LiftVertex.numbers * v + LiftVertex.opacityNumber] *= smoothstep(0, opaque, distance)
      let stays = 1 - smoothstep(still, moving, distance)
      if stays > 0 { values[LiftVertex.numbers * v + LiftVertex.lipNumber] = -stays }
    }
    return Tensor(values, numbers.shape)
  }
}

/// The borders of a portrait's square beyond which the photo goes on.
private struct Border {
  let crop: PhotoCrop
  let width, height: Float

  init(_ crop: PhotoCrop, width: Int, height: Int) { (self.crop, self.width, self.height) = (crop, Float(width), Float(height)) }

  /// How far within the square a place of it lies, as a share of its side; below 0 outside. Where the photo ends before the square's
  /// border, that border does not count.
  func distance(_ p: SIMD2<Float>) -> Float {
    let side = Float(crop.size)
    var least = Float.infinity
    for (from, to) in [
      (p.x, SIMD2(0, p.y)), (side - p.x, SIMD2(side, p.y)), (p.y, SIMD2(p.x, 0)), (side - p.y, SIMD2(p.x, side)),
    ] {
      let q = crop.image(to.clamped(lowerBound: .zero, upperBound: SIMD2(repeating: side)))
      let isShown = q.x > 1 && q.y > 1 && q.x < width - 1 && q.y < height - 1
      if isShown { least = min(least, from / side) }
    }
    return least
  }
}
