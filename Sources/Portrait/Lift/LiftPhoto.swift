import Face
import Foundation
import Generator
import Segmentation
import Torch
import Tracking

/// A photo as the lift takes it: cut out wider than for a generator, with the person's outline and what each pixel shows.
package struct LiftPhoto {
  package let name: String
  /// `[S, S, 3]` uint8.
  package let image: Tensor
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
  let alpha: PixelPlane
  let labels: [UInt8]

  /// How much wider than a generator's photo, and how much of the shown square must lie in the photo.
  private static let wide: Float = 1.5, shown: Float = 0.97

  /// `image` is the whole photo, upright, that `photo` was read from. Throws when the person mask's network is absent.
  package init(_ photo: PortraitPhoto, image: Tensor) throws {
    let tight = photo.crop
    let side = Int((Float(tight.size) * Self.wide).rounded())
    let crop = PhotoCrop(center: tight.center, side: tight.side * Self.wide, roll: tight.roll, size: side)
    let image = ((crop.cut(image)[0].permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(.uint8).contiguous()
    let shift = Float(side - tight.size) / 2
    let landmarks = FaceLandmarks(
      points: photo.landmarks.points.map { $0 + SIMD3(shift, shift, 0) }, presence: photo.landmarks.presence)
    let masks = try SemanticMasks().masks(image, landmarks)
    let focal = photo.fittedCamera.focal
    let (width, height) = (image.size(1), image.size(0))
    let factor = stride(from: Self.wide, through: 1.01, by: -0.05).first {
      PhotoCrop(center: tight.center, side: tight.side * $0, roll: tight.roll, size: 64).shown(width: width, height: height) >= Self.shown
    }
    self.init(
      name: photo.name, crop: crop, image: image, landmarks: landmarks, state: photo.state, faceModel: photo.faceModel,
      camera: Camera(width: side, height: side, focal: focal),
      frame: Camera(width: tight.size, height: tight.size, focal: focal / (factor ?? 1)), alpha: masks.alpha, labels: masks.labels,
      within: Self.within(crop, width: width, height: height), notices: photo.notices)
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
    let middle = landmarks[4]
    cover.keep(connectedTo: middle)
    for k in kinds.indices where cover.values[k] < 0.05 { kinds[k] = SemanticClass.background.rawValue }
    (self.alpha, self.labels) = (cover, kinds)
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

  /// The image as numbers in 0...1, three a pixel.
  var pixels: PixelPlane {
    PixelPlane(width: image.size(1), height: image.size(0), channels: 3, image.array(UInt8.self).map { Float($0) / 255 })
  }
  func label(_ p: SIMD2<Float>) -> SemanticClass { SemanticClass(rawValue: labels[alpha.index(p)]) ?? .background }
}

extension PixelPlane {
  /// Sets to 0 what does not hang together with the part around `seed`: other people, pieces of furniture.
  fileprivate mutating func keep(connectedTo seed: SIMD2<Float>) {
    var core = [Bool](repeating: false, count: width * height)
    var open = [index(seed)]
    core[open[0]] = true
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
    let (photo, upright) = try readUpright(image, name: name, face: face)
    return try LiftPhoto(photo, image: upright)
  }
}
