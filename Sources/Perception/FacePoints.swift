import Torch

/// The five points by which faces are aligned for recognition, in pixels of an image (its corner is (0, 0)).
package struct FacePoints: Sendable {
  /// Left and right as seen: the eyes' centres and the mouth's corners.
  package var leftEye, rightEye, nose, leftMouth, rightMouth: SIMD2<Float>

  package init(leftEye: SIMD2<Float>, rightEye: SIMD2<Float>, nose: SIMD2<Float>, leftMouth: SIMD2<Float>, rightMouth: SIMD2<Float>) {
    (self.leftEye, self.rightEye, self.nose) = (leftEye, rightEye, nose)
    (self.leftMouth, self.rightMouth) = (leftMouth, rightMouth)
  }
  /// From MediaPipe's face mesh of 468 points or more: an eye's centre is the middle of its corners, the nose its tip.
  package init(mesh: [SIMD2<Float>]) {
    self.init(
      leftEye: (mesh[33] + mesh[133]) / 2, rightEye: (mesh[263] + mesh[362]) / 2, nose: mesh[1], leftMouth: mesh[61], rightMouth: mesh[291])
  }

  private var list: [SIMD2<Float>] { [leftEye, rightEye, nose, leftMouth, rightMouth] }
  /// Where the points lie in a crop 96 wide and 112 high, the mean face of the data that such networks are trained on; wider crops have more
  /// on both sides.
  private static let template: [SIMD2<Float>] = [
    [30.2946, 51.6963], [65.5318, 51.5014], [48.0252, 71.7366], [33.5493, 92.3655], [62.7299, 92.2041],
  ]

  /// The face cut out of `image`, `[H, W, 3]` in 0...1 or as bytes, turned and scaled so that the points come to lie as nearly as
  /// possible on the template's: `[h, w, 3]` in 0...1, black outside the image.
  package func crop(_ image: Tensor, _ size: (height: Int, width: Int)) -> Tensor {
    var image = image.asImages()
    var map = similarity(to: Self.template.map { $0 + [Float(size.width - 96) / 2, Float(size.height - 112) / 2] })
    // Where the face is larger than the crop, the mean of what falls on a pixel, so that nothing is skipped.
    let shrink = max(Int((1 / map.scale).rounded(.down)), 1)
    if shrink > 1 {
      let (h, w) = (image.size(2) / shrink * shrink, image.size(3) / shrink * shrink)
      image = image.narrow(2, 0, h).narrow(3, 0, w).avgPool2d(shrink)
      map.a *= Float(shrink)
      map.b *= Float(shrink)
    }
    // Each pixel's place in the image, in the -1...1 that gridSample takes.
    let (height, width) = (Float(image.size(2)), Float(image.size(3)))
    var grid: [Float] = []
    grid.reserveCapacity(size.height * size.width * 2)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let place = map.inverse([Float(x) + 0.5, Float(y) + 0.5])
        grid += [2 * place.x / width - 1, 2 * place.y / height - 1]
      }
    }
    return image.gridSample(Tensor(grid, [1, size.height, size.width, 2])).squeeze(0).permute(1, 2, 0)
  }

  /// p -> (a x - b y, b x + a y) + t.
  struct Similarity {
    var a, b: Float
    let translation: SIMD2<Float>
    var scale: Float { (a * a + b * b).squareRoot() }
    func inverse(_ p: SIMD2<Float>) -> SIMD2<Float> {
      let (q, square) = (p - translation, a * a + b * b)
      return SIMD2(a * q.x + b * q.y, a * q.y - b * q.x) / square
    }
  }
  /// The rotation, scale and shift that bring the points nearest to `targets`, by least squares.
  func similarity(to targets: [SIMD2<Float>]) -> Similarity {
    let count = Float(list.count)
    let from = list.reduce(.zero, +) / count, to = targets.reduce(.zero, +) / count
    var (dot, cross, square): (Float, Float, Float) = (0, 0, 0)
    for (p, q) in zip(list, targets) {
      let (p, q) = (p - from, q - to)
      dot += (p * q).sum()
      cross += p.x * q.y - p.y * q.x
      square += (p * p).sum()
    }
    let (a, b) = (dot / max(square, 1e-12), cross / max(square, 1e-12))
    return Similarity(a: a, b: b, translation: to - SIMD2(a * from.x - b * from.y, b * from.x + a * from.y))
  }
}
