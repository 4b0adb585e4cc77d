import Face
import Foundation
import Media
import Torch

/// Follows the torso through a shot, which head pose does not tell: its shift and growth in the image against a reference frame.
package final class TorsoTracker {
  /// Pixels of the longer side that frames are looked at with.
  private static let resolution = 192
  private var aligner: ImageAligner?
  private var last = ImageAligner.Motion()
  /// Size of what is looked at over the frame's.
  private var scale: Float = 1
  /// One per frame given, in pixels of the frames' own size; nil where it could not be followed.
  package private(set) var motions: [ImageAligner.Motion?] = []

  package init() {}

  /// Takes the next frame, `[H, W, 3]` uint8, with its label map, `[H, W]` uint8. The first that shows a torso is the reference.
  package func add(_ rgb: Tensor, labels: Tensor) {
    let (image, scale) = Self.image(rgb)
    if aligner == nil {
      self.scale = scale
      let mask = Self.mask(labels, width: image.width, height: image.height) { $0 == SemanticClass.torso.rawValue }
      aligner = ImageAligner(image, mask: mask)
      motions.append(aligner == nil ? nil : ImageAligner.Motion())
      return
    }
    guard let aligner else { return }
    var found = aligner.align(image, from: last)
    // Lost, as after a jump: once more from rest.
    if found.seen < 0.5 || found.error > 0.09 { found = aligner.align(image, from: ImageAligner.Motion(), iterations: 25) }
    guard found.seen >= 0.4, found.error <= 0.12 else {
      motions.append(nil)
      return
    }
    last = found
    found.shift /= scale
    motions.append(found)
  }

  /// How the torso moved in each frame, about its median: shift along the camera's axes (head units), then its roll about the camera's
  /// axis (radians, counterclockwise as seen), both as of a body that turns about the camera and then shifts. Zero where it could not be followed.
  ///
  /// The torso is taken to be as far away as the head; growing is coming nearer. `center` is where the camera's axis meets the image.
  package func shifts(focal: Float, depth: Float, center: SIMD2<Float>) -> [SIMD4<Float>] {
    let known = motions.compactMap { $0 }
    guard known.count > motions.count / 2, let aligner else { return [SIMD4<Float>](repeating: .zero, count: motions.count) }
    // About the camera's axis: p -> A p + t, with A and t complex numbers.
    let middle = (aligner.center + 0.5) / scale - center
    func move(_ m: ImageAligner.Motion) -> (a: SIMD2<Float>, t: SIMD2<Float>) {
      (m.factor, middle + m.shift - product(m.factor, middle))
    }
    let home = move(
      ImageAligner.Motion(
        shift: [median(known.map(\.shift.x)), median(known.map(\.shift.y))], growth: median(known.map(\.growth)),
        turn: median(known.map(\.turn))))
    func moved(_ motion: ImageAligner.Motion) -> SIMD4<Float> {
      let now = move(motion), a = quotient(now.a, home.a)
      let t = now.t - product(a, home.t)
      let near = depth / (a * a).sum().squareRoot()
      return [t.x * near / focal, -t.y * near / focal, depth - near, -atan2(a.y, a.x)]
    }
    var shifts: [SIMD4<Float>] = []
    for motion in motions { shifts.append(motion.map(moved) ?? shifts.last ?? .zero) }
    return shifts
  }

  /// A small grey image, blurred a little, and its size over the frame's.
  static func image(_ rgb: Tensor, resolution: Int = resolution) -> (image: ImageAligner.Image, scale: Float) {
    let (h, w) = (rgb.size(0), rgb.size(1))
    let scale = min(1, Float(resolution) / Float(max(w, h)))
    let (width, height) = (max(8, Int((Float(w) * scale).rounded())), max(8, Int((Float(h) * scale).rounded())))
    let small = resize(rgb, width: width, height: height)
    let grey: [Float] = small.withElements(UInt8.self) { p in
      (0..<width * height).map { (0.299 * Float(p[3 * $0]) + 0.587 * Float(p[3 * $0 + 1]) + 0.114 * Float(p[3 * $0 + 2])) / 255 }
    }
    return (ImageAligner.Image(width: width, height: height, values: blurred(grey, width, height)), scale)
  }

  /// Smoothed with 1 2 1 both ways.
  private static func blurred(_ v: [Float], _ w: Int, _ h: Int) -> [Float] {
    var across = v
    for y in 0..<h { for x in 1..<w - 1 { across[y * w + x] = (v[y * w + x - 1] + 2 * v[y * w + x] + v[y * w + x + 1]) / 4 } }
    var out = across
    for y in 1..<h - 1 {
      for x in 0..<w { out[y * w + x] = (across[(y - 1) * w + x] + 2 * across[y * w + x] + across[(y + 1) * w + x]) / 4 }
    }
    return out
  }

  /// Which pixels of a smaller image show labels that `isWanted`, away from the borders of the part.
  static func mask(_ labels: Tensor, width: Int, height: Int, isWanted: (UInt8) -> Bool) -> [Bool] {
    let (h, w) = (labels.size(0), labels.size(1))
    let inside: [Bool] = labels.withElements(UInt8.self) { l in
      (0..<width * height).map { k in
        let x = (2 * (k % width) + 1) * w / (2 * width)
        let y = (2 * (k / width) + 1) * h / (2 * height)
        return isWanted(l[y * w + x])
      }
    }
    return inside.indices.map { k in
      let (x, y) = (k % width, k / width)
      for dy in [-2, 0, 2] {
        for dx in [-2, 0, 2] {
          // The image's own border is none of the part's.
          let (i, j) = (min(max(x + dx, 0), width - 1), min(max(y + dy, 0), height - 1))
          if !inside[j * width + i] { return false }
        }
      }
      return true
    }
  }
}
