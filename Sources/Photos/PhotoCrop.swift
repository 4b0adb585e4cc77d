import Foundation
import Perception
import Torch

/// Where a generator's photo is cut out of an image: a square that may be turned and may reach over the border.
///
/// The face is upright in it, and as large and as high as in the photos that the published generators know: the five points, levelled, are
/// aligned to the standard face, and the square's middle and side follow from where that lies (`PublishedCrop` without whole pixels).
package struct PhotoCrop: Equatable, Sendable, Codable {
  /// The square's middle in the image (its corner is (0, 0)) and its side, in pixels.
  package let center: SIMD2<Float>
  package let side: Float
  /// How far the square is turned, radians, clockwise as seen.
  package let roll: Float
  /// Pixels a side of what comes out.
  package let size: Int

  package init(center: SIMD2<Float>, side: Float, roll: Float, size: Int) {
    (self.center, self.side, self.roll, self.size) = (center, side, roll, size)
  }
  /// Around the face at `points`, in an image of any size.
  package init(_ points: FacePoints, size: Int = 512) {
    let eyes = (points.leftEye + points.rightEye) / 2, mouth = (points.leftMouth + points.rightMouth) / 2
    // As FFHQ was levelled: the line between the eyes, and the one to the mouth turned a quarter, together.
    let across = points.rightEye - points.leftEye, down = mouth - eyes
    let level = across + SIMD2(down.y, -down.x)
    let roll = atan2(level.y, level.x)
    let (c, s) = (cos(roll), sin(roll))
    let five = [points.leftEye, points.rightEye, points.nose, points.leftMouth, points.rightMouth].map { p -> SIMD2<Double> in
      let q = p - eyes
      // Levelled, and y upwards.
      return [Double(c * q.x + s * q.y), Double(s * q.x - c * q.y)]
    }
    let found = PointAlignment(five)
    let t = SIMD2(Float(found.translation.x), Float(-found.translation.y))
    self.init(
      center: eyes + [c * t.x - s * t.y, s * t.x + c * t.y],
      side: Float(Double(PublishedCrop.Framing.photo) * found.scale / PublishedCrop.Framing.generator.decimetre), roll: roll, size: size)
  }

  /// A pixel position of the crop in the image.
  package func image(_ p: SIMD2<Float>) -> SIMD2<Float> {
    let q = (p - Float(size) / 2) * (side / Float(size))
    let (c, s) = (cos(roll), sin(roll))
    return center + [c * q.x - s * q.y, s * q.x + c * q.y]
  }
  /// A position of the image in the crop.
  package func crop(_ p: SIMD2<Float>) -> SIMD2<Float> {
    let q = (p - center) * (Float(size) / side)
    let (c, s) = (cos(roll), sin(roll))
    return SIMD2(c * q.x + s * q.y, c * q.y - s * q.x) + Float(size) / 2
  }

  /// The square's corners in the image, clockwise from the top left as the face sees it.
  package var corners: [SIMD2<Float>] {
    let s = Float(size)
    return [SIMD2(0, 0), SIMD2(s, 0), SIMD2(s, s), SIMD2(0, s)].map { image($0) }
  }
  /// The share of the square that lies within an image of that size, 0...1.
  package func shown(width: Int, height: Int) -> Float {
    let n = 32
    let inside = (0..<n * n).count { k in
      let p = image(SIMD2(Float(k % n) + 0.5, Float(k / n) + 0.5) * Float(size) / Float(n))
      return p.x >= 0 && p.y >= 0 && p.x <= Float(width) && p.y <= Float(height)
    }
    return Float(inside) / Float(n * n)
  }

  /// What lies in the square, `[size, size, 3]` uint8.
  func pixels(of image: Tensor) -> Tensor {
    ((cut(image)[0].permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(.uint8).contiguous()
  }
  /// What lies in the square, `[1, 3, size, size]` in -1...1, of `image` `[H, W, 3]` uint8; beyond the border a blur goes on.
  ///
  /// It is read at the image's own fineness and then brought to size with an antialiasing filter, so that large photos do not shimmer.
  package func cut(_ image: Tensor) -> Tensor {
    withoutGradient {
      var source = image.permute(2, 0, 1).unsqueeze(0).to(.float32)
      var (map, fine) = (self, max(Int(side.rounded(.up)), size))
      // Where even that would be huge, and twice as fine as asked for, the image is halved before, which the filter would do as well.
      while fine > max(2048, 2 * size) {
        source = source.interpolate(size: [max(source.size(2) / 2, 1), max(source.size(3) / 2, 1)], .area)
        map = PhotoCrop(center: map.center / 2, side: map.side / 2, roll: roll, size: size)
        fine = max(Int(map.side.rounded(.up)), size)
      }
      let (width, height) = (source.size(3), source.size(2))
      let fineMap = PhotoCrop(center: map.center, side: map.side, roll: roll, size: fine)
      let read = source.gridSample(fineMap.grid(width: width, height: height), .cubic, padding: .reflection)
      var sized = fine == size ? read : read.interpolate(size: [size, size], .cubic, antialias: true)
      let beyond = map.beyond(width: width, height: height)
      if beyond.max().item > 0 {
        // Mirrored, so that edges meet, but blurred, so that nobody has four eyes.
        let blurred = sized.interpolate(size: [9, 9], .area).interpolate(size: [size, size], .linear)
        sized = sized.lerp(blurred, (beyond * (25 / Double(map.side))).clamp(0, 1))
      }
      return (sized / 127.5 - 1).clamp(-1, 1)
    }
  }
  /// The classes of what lies in the square, `[size, size]`, of `labels` `[H, W]` uint8; beyond the border those of the nearest pixel.
  package func labels(_ labels: Tensor) -> Tensor {
    let (width, height) = (labels.size(1), labels.size(0)), all = labels.array(UInt8.self)
    let found = (0..<size * size).map { k -> UInt8 in
      let p = image(SIMD2(Float(k % size) + 0.5, Float(k / size) + 0.5))
      return all[min(max(Int(p.y), 0), height - 1) * width + min(max(Int(p.x), 0), width - 1)]
    }
    return Tensor(found, [size, size])
  }
  /// How far each pixel lies beyond an image of that size, in its pixels, `[1, 1, size, size]`; 0 within.
  private func beyond(width: Int, height: Int) -> Tensor {
    let places = grid(width: width, height: height).unbind(-1)
    let (x, y) = ((places[0].abs() - 1).clamp(0) * (0.5 * Double(width)), (places[1].abs() - 1).clamp(0) * (0.5 * Double(height)))
    return x.maximum(y).unsqueeze(0)
  }
  /// Where each pixel lies in an image of that size, `[1, size, size, 2]` in the -1...1 that `gridSample` takes.
  func grid(width: Int, height: Int) -> Tensor {
    let (a, b) = (side / Float(width), side / Float(height))
    let (c, s) = (cos(roll), sin(roll))
    let map = Tensor(
      [
        c * a, -s * a, 2 * center.x / Float(width) - 1, s * b, c * b, 2 * center.y / Float(height) - 1,
      ] as [Float], [1, 2, 3])
    return map.affineGrid([1, 3, size, size])
  }
}
