import Foundation

/// What a branch of the network looks at again: the mesh points it moves, and the two that level it.
struct FaceRegion {
  let level: (Int, Int)
  let points: [Int]

  static let lips = FaceRegion(
    level: (61, 291),
    points: [
      61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409, 78, 95, 88, 178, 87, 14, 317, 402, 318,
      324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415, 76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303,
      304, 408, 62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407,
    ])
  static let rightEye = FaceRegion(
    level: (33, 133),
    points: [
      33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27,
      28, 56, 190, 226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189, 35, 124, 46, 53, 52, 65, 143, 111, 117,
      118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
    ])
  static let leftEye = FaceRegion(
    level: (362, 263),
    points: [
      263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260,
      259, 257, 258, 286, 414, 446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413, 265, 353, 276, 283, 282, 295,
      372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417,
    ])
  /// In the order in which the network asks for them.
  static let all = [lips, rightEye, leftEye]
}

/// The network's own operators: where the regions are, their features, and their points back in the whole.
final class RegionCutter {
  private static let features = (side: 48, channels: 32), cut = 16
  /// How many regions this run has placed: they come in a fixed order, which is all that tells them apart.
  private var placed = 0
  func begin() { placed = 0 }

  private(set) lazy var kernels = [
    LiteRTKernel("Landmarks2TransformMatrix", shape: [1, 4, 4]) { [unowned self] inputs, output in
      place(inputs[0], FaceRegion.all[placed % FaceRegion.all.count], output)
      placed += 1
    },
    LiteRTKernel("TransformTensorBilinear", shape: [1, Int32(Self.cut), Int32(Self.cut), Int32(Self.features.channels)]) {
      Self.resample($0[0], $0[1], $1)
    },
    LiteRTKernel("TransformLandmarks", shape: nil) { inputs, output in
      let (points, m) = (inputs[0], inputs[1])
      for k in stride(from: 0, to: output.count, by: 2) {
        output[k] = m[0] * points[k] + m[1] * points[k + 1] + m[3]
        output[k + 1] = m[4] * points[k] + m[5] * points[k + 1] + m[7]
      }
    },
  ]

  /// The 4x4 matrix that takes the cut-out's pixels to those of the features: a level box around the region's points, half as large again.
  private func place(_ landmarks: UnsafeBufferPointer<Float>, _ region: FaceRegion, _ matrix: UnsafeMutableBufferPointer<Float>) {
    func point(_ k: Int) -> SIMD2<Float> { SIMD2(landmarks[3 * k], landmarks[3 * k + 1]) }
    let across = point(region.level.1) - point(region.level.0)
    let angle = atan2(across.y, across.x)
    let (x, y) = TurnedSquare(center: .zero, side: 1, angle: angle).axes
    var (low, high) = (SIMD2<Float>(repeating: .infinity), SIMD2<Float>(repeating: -.infinity))
    for k in region.points {
      let own = SIMD2((point(k) * x).sum(), (point(k) * y).sum())
      low = pointwiseMin(low, own)
      high = pointwiseMax(high, own)
    }
    let middle = (low + high) / 2, center = middle.x * x + middle.y * y
    let scale = 1.5 * (high - low) / Float(Self.cut)
    let (ax, ay) = (x * scale.x, y * scale.y)
    let origin = center - Float(Self.cut) / 2 * (ax + ay)
    for k in 0..<16 { matrix[k] = k % 5 == 0 ? 1 : 0 }
    for (row, lane) in [(0, 0), (1, 1)] {
      matrix[row * 4] = ax[lane]
      matrix[row * 4 + 1] = ay[lane]
      matrix[row * 4 + 3] = origin[lane]
    }
  }

  /// Features under the matrix, bilinear between pixel centres at +0.5, zero outside.
  private static func resample(
    _ input: UnsafeBufferPointer<Float>, _ m: UnsafeBufferPointer<Float>, _ output: UnsafeMutableBufferPointer<Float>
  ) {
    guard let input = input.baseAddress, let output = output.baseAddress else { return }
    let (side, channels) = features
    for row in 0..<cut {
      for column in 0..<cut {
        let u = Float(column) + 0.5, v = Float(row) + 0.5
        let x = m[0] * u + m[1] * v + m[3] - 0.5, y = m[4] * u + m[5] * v + m[7] - 0.5
        let write = output + (row * cut + column) * channels
        guard x >= 0, y >= 0, x <= Float(side - 1), y <= Float(side - 1) else {
          for c in 0..<channels { write[c] = 0 }
          continue
        }
        let left = min(Int(x), side - 2), top = min(Int(y), side - 2)
        let fx = x - Float(left), fy = y - Float(top)
        let a = input + (top * side + left) * channels, b = a + side * channels
        for c in 0..<channels {
          let upper = a[c] + (a[c + channels] - a[c]) * fx, lower = b[c] + (b[c + channels] - b[c]) * fx
          write[c] = upper + (lower - upper) * fy
        }
      }
    }
  }
}
