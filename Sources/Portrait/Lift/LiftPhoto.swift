import Face
import Foundation
import Generator
import Media
import Photos
import Segmentation
import Torch
import Tracking

/// A photo as the lift takes it: cut out wider than for a generator, with the person's outline and what each pixel shows.
package struct LiftPhoto {
  package let name: String
  /// `[S, S, 3]` uint8.
  package private(set) var image: Tensor
  /// In pixels of `image`.
  package let landmarks: FaceLandmarks
  package let state: FaceState
  package let faceModel: String
  /// What saw `image`; the state's pose is head to this camera.
  package let camera: Camera
  /// The part of it that lies in the photo, which the avatar is shown with.
  package let frame: Camera
  package let notices: [String]
  /// Where `image` lies in the photo.
  package let crop: PhotoCrop
  /// How much of each pixel is the person, and classes, `[S * S]`.
  private(set) var alpha: PixelPlane
  private(set) var labels: [UInt8]
  /// Which pixels lie outside the photo, and which show other people.
  let beyond, others: [Bool]
  /// Which pixels, 0 or 1, showed something that was taken out of the photo; nil where nothing was.
  private(set) var removed: PixelPlane?

  /// How much wider than a generator's photo, and how much of the shown square must lie in the photo.
  private static let wide: Float = 1.5, shown: Float = 0.97
  /// The share of the face's landmarks that a mask must take for a person to be believed.
  private static let leastFace: Float = 0.8

  /// `image` is the whole photo, upright, that `photo` was read from. Throws when the person mask's network is absent.
  package init(_ photo: PortraitPhoto, image whole: Tensor) throws {
    let tight = photo.crop
    let side = Int((Float(tight.size) * Self.wide).rounded())
    let crop = PhotoCrop(center: tight.center, side: tight.side * Self.wide, roll: tight.roll, size: side)
    let image = ((crop.cut(whole)[0].permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(.uint8).contiguous()
    let shift = Float(side - tight.size) / 2
    let landmarks = FaceLandmarks(
      points: photo.landmarks.points.map { $0 + SIMD3(shift, shift, 0) }, presence: photo.landmarks.presence)
    let focal = photo.fittedCamera.focal
    let (width, height) = (whole.size(1), whole.size(0))
    let within = Self.within(crop, width: width, height: height)
    let masks = try Self.masks(image, landmarks, within)
    let factor = stride(from: Self.wide, through: 1.01, by: -0.05).first {
      PhotoCrop(center: tight.center, side: tight.side * $0, roll: tight.roll, size: 64).shown(width: width, height: height) >= Self.shown
    }
    self.init(
      name: photo.name, crop: crop, image: image, landmarks: landmarks, state: photo.state, faceModel: photo.faceModel,
      camera: Camera(width: side, height: side, focal: focal),
      frame: Camera(width: tight.size, height: tight.size, focal: focal / (factor ?? 1)), alpha: masks.alpha, labels: masks.labels,
      within: within, notices: photo.notices)
  }

  /// `alpha` `[S, S]` and `labels` `[S, S]` uint8 are those of the whole `image`; `within` says which pixels the photo shows, and where those
  /// that it does not are continued from.
  package init(
    name: String, crop: PhotoCrop, image: Tensor, landmarks: FaceLandmarks, state: FaceState, faceModel: String, camera: Camera,
    frame: Camera,
    alpha: Tensor, labels: Tensor, within: [Int32]? = nil, notices: [String] = []
  ) {
    (self.name, self.image, self.landmarks, self.state, self.faceModel) = (name, image, landmarks, state, faceModel)
    (self.camera, self.frame, self.notices, self.crop) = (camera, frame, notices, crop)
    let (width, height) = (image.size(1), image.size(0))
    var kinds = labels.array(UInt8.self)
    var cover = PixelPlane(width: width, height: height, alpha.floats)
    for k in kinds.indices where kinds[k] == SemanticClass.background.rawValue { cover.values[k] = min(cover.values[k], 0.6) }
    if let within {
      // Beyond the photo its border goes on.
      for (k, from) in within.enumerated() where Int(from) != k {
        (cover.values[k], kinds[k]) = (cover.values[Int(from)], kinds[Int(from)])
      }
    }
    let everybody = cover.values
    cover.keep(connectedTo: landmarks)
    others = everybody.indices.map { everybody[$0] > 0.45 && cover.values[$0] < 0.05 }
    beyond = within.map { from in from.indices.map { Int(from[$0]) != $0 } } ?? [Bool](repeating: false, count: kinds.count)
    for k in kinds.indices where cover.values[k] < 0.05 { kinds[k] = SemanticClass.background.rawValue }
    (self.alpha, self.labels) = (cover, kinds)
  }

  /// Outline and classes of `image`, looked for in the part of it that the photo shows: what is mirrored beyond is taken for people.
  private static func masks(_ image: Tensor, _ landmarks: FaceLandmarks, _ within: [Int32]) throws -> (labels: Tensor, alpha: Tensor) {
    let side = image.size(0)
    let shown = within.indices.filter { Int(within[$0]) == $0 }
    let xs = shown.map { $0 % side }, ys = shown.map { $0 / side }
    guard let left = xs.min(), let right = xs.max(), let top = ys.min(), let bottom = ys.max(), right - left > side / 4,
      bottom - top > side / 4
    else { return try SemanticMasks().masks(image, landmarks) }
    let box = PixelBox(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    let found = try masks(image, landmarks, in: box)
    guard share(of: landmarks, in: found.alpha) < Self.leastFace else { return found }
    // The network overlooks people now and then who fill another share of the image.
    let margin = side / 6
    let near = PixelBox(
      x: max(left, margin), y: max(top, margin), width: min(right, side - margin) - max(left, margin) + 1,
      height: min(bottom, side - margin) - max(top, margin) + 1)
    let again = try masks(image, landmarks, in: near)
    return share(of: landmarks, in: again.alpha) > share(of: landmarks, in: found.alpha) ? again : found
  }
  /// The masks of a part of the image; around it those of its border go on.
  private static func masks(_ image: Tensor, _ landmarks: FaceLandmarks, in box: PixelBox) throws -> (labels: Tensor, alpha: Tensor) {
    let part = Media.crop(image, to: box)
    let points = FaceLandmarks(
      points: landmarks.points.map { $0 - SIMD3(Float(box.x), Float(box.y), 0) }, presence: landmarks.presence)
    let found = try SemanticMasks().masks(part, points)
    let back = PixelBox(x: -box.x, y: -box.y, width: image.size(1), height: image.size(0))
    return (Media.crop(found.labels.unsqueeze(2), to: back).squeeze(2), Media.crop(found.alpha.unsqueeze(2), to: back).squeeze(2))
  }
  /// How many of the face's landmarks a mask takes for a person, 0...1.
  private static func share(of landmarks: FaceLandmarks, in alpha: Tensor) -> Float {
    let plane = PixelPlane(width: alpha.size(1), height: alpha.size(0), alpha.floats), points = landmarks.points
    return Float(points.count { plane.read([$0.x, $0.y]) > 0.5 }) / Float(points.count)
  }

  /// For each pixel of the crop the nearest one that lies in the photo.
  private static func within(_ crop: PhotoCrop, width: Int, height: Int) -> [Int32] {
    let size = crop.size
    return (0..<size * size).map { k in
      let p = crop.image(SIMD2(Float(k % size) + 0.5, Float(k / size) + 0.5))
      let q = SIMD2(min(max(p.x, 1), Float(width) - 1), min(max(p.y, 1), Float(height) - 1))
      guard q != p else { return Int32(k) }
      let r = crop.crop(q)
      let x = min(max(Int(r.x), 0), size - 1), y = min(max(Int(r.y), 0), size - 1)
      return Int32(y * size + x)
    }
  }

  /// Landmarks in an image that this one was cut out of, or in another frame of its film, in pixels of `image`.
  package func landmarks(of face: FaceLandmarks) -> FaceLandmarks { crop.landmarks(face) }

  /// The same photo with other pixels, 0...1, and another outline where `removed` is 1.
  func replacing(pixels: PixelPlane, alpha: PixelPlane, removed: PixelPlane) -> LiftPhoto {
    var out = self
    let bytes = pixels.values.map { UInt8(min(max(($0 * 255).rounded(), 0), 255)) }
    (out.image, out.alpha, out.removed) = (Tensor(bytes, image.shape), alpha, removed)
    for k in labels.indices where removed.values[k] > 0 {
      if alpha.values[k] < 0.3 {
        out.labels[k] = SemanticClass.background.rawValue
      } else if labels[k] == SemanticClass.background.rawValue {
        out.labels[k] = SemanticClass.neck.rawValue
      }
    }
    return out
  }

  /// The image as numbers in 0...1, three a pixel.
  var pixels: PixelPlane {
    PixelPlane(width: image.size(1), height: image.size(0), channels: 3, image.array(UInt8.self).map { Float($0) / 255 })
  }
  func label(_ p: SIMD2<Float>) -> SemanticClass { SemanticClass(rawValue: labels[alpha.index(p)]) ?? .background }
}

extension PixelPlane {
  /// Sets to 0 what does not hang together with the face: other people, pieces of furniture.
  fileprivate mutating func keep(connectedTo face: FaceLandmarks) {
    var core = [Bool](repeating: false, count: width * height)
    // From every landmark, since the mask may have a hole where one lies.
    var open = Array(Set(face.points.map { index(SIMD2($0.x, $0.y)) }))
    for k in open { core[k] = true }
    while let k = open.popLast() {
      let (x, y) = (k % width, k / width)
      for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
        let (u, v) = (x + dx, y + dy)
        guard u >= 0, v >= 0, u < width, v < height, !core[v * width + u], values[v * width + u] > 0.45 else { continue }
        core[v * width + u] = true
        open.append(v * width + u)
      }
    }
    // The soft rim is kept as far as it is near.
    let near = PixelPlane(width: width, height: height, core.map { $0 ? 1 : 0 }).spread(max(2, width / 96))
    for k in values.indices where near.values[k] == 0 { values[k] = 0 }
  }
}

extension PhotoReader {
  /// The face of `image` for the lift; throws what `read` throws, or when the person mask's network is absent.
  package func lifted(_ image: Tensor, name: String, face: Int? = nil) throws -> LiftPhoto {
    try liftedWhole(image, name: name, face: face).photo
  }
  /// The same with the whole image, turned upright, `[H, W, 3]` uint8.
  package func liftedWhole(_ image: Tensor, name: String, face: Int? = nil) throws -> (photo: LiftPhoto, image: Tensor) {
    let (photo, upright) = try readUpright(image, name: name, face: face)
    return (try LiftPhoto(photo, image: upright), upright)
  }
}
