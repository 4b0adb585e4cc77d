import Face
import Foundation
import Torch

/// Lines drawn over images.
struct LineCanvas {
  let width, height: Int
  var pixels: [UInt8]

  /// `[H, W, 3]` uint8.
  init(_ rgb: Tensor) {
    (height, width) = (rgb.size(0), rgb.size(1))
    pixels = rgb.array(UInt8.self)
  }
  var image: Tensor { Tensor(pixels, [height, width, 3]) }

  /// A line as thin as `radius` pixels to each side, with soft edges.
  mutating func line(_ a: SIMD2<Float>, _ b: SIMD2<Float>, _ color: SIMD3<Float>, radius: Float = 0.6, opacity: Float = 1) {
    let margin = radius + 1
    let low = pointwiseMin(a, b) - margin
    let high = pointwiseMax(a, b) + margin
    guard low.x < Float(width), low.y < Float(height), high.x > 0, high.y > 0, (high - low).max() < 4096 else { return }
    let along = b - a
    let square = max((along * along).sum(), 1e-6)
    let columns = max(0, Int(low.x))..<min(width, Int(high.x) + 1)
    for y in max(0, Int(low.y))..<min(height, Int(high.y) + 1) {
      // Where the endless line is too far away, its part is, too.
      let down = Float(y) + 0.5 - a.y
      var row = columns
      if abs(along.y) > 1e-3 {
        let middle = a.x - 0.5 + down * along.x / along.y, reach = (radius + 0.5) * square.squareRoot() / abs(along.y) + 0.01
        let (first, last) = (max(Float(columns.lowerBound), middle - reach), min(Float(columns.upperBound - 1), middle + reach))
        guard first <= last else { continue }
        row = Int(first)..<min(columns.upperBound, Int(last) + 2)
      }
      for x in row {
        let p = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - a
        let t = min(1, max(0, (p * along).sum() / square))
        let d = p - t * along
        let cover = min(1, max(0, radius + 0.5 - (d * d).sum().squareRoot())) * opacity
        guard cover > 0 else { continue }
        for k in 0..<3 {
          let at = (y * width + x) * 3 + k
          pixels[at] = UInt8(Float(pixels[at]) + (color[k] - Float(pixels[at])) * cover)
        }
      }
    }
  }
}

/// Draws what was tracked over the frames it was tracked in.
struct PreviewPainter {
  let camera: Camera
  /// Pairs of mesh points that are joined.
  private let edges: [(Int, Int)]

  init(camera: Camera) {
    self.camera = camera
    var seen = Set<SIMD2<Int32>>()
    for t in FaceMeshTopology.triangles {
      for (a, b) in [(t.x, t.y), (t.y, t.z), (t.z, t.x)] { seen.insert([min(a, b), max(a, b)]) }
    }
    edges = seen.map { (Int($0.x), Int($0.y)) }
  }

  /// The fitted mesh points (head space), the head's axes and the gaze over a frame, `[H, W, 3]` uint8.
  func overlay(_ rgb: Tensor, points: [SIMD3<Float>], eyes: [SIMD3<Float>], state: FaceState) -> Tensor {
    var canvas = LineCanvas(rgb)
    func pixel(_ p: SIMD3<Float>) -> SIMD2<Float> {
      let q = camera.project(state.pose.apply(p))
      return [q.x, q.y]
    }
    let placed = points.map(pixel)
    for (a, b) in edges { canvas.line(placed[a], placed[b], [90, 255, 140], radius: 0.25, opacity: 0.55) }
    let radius = max(1, Float(camera.width) / 320)
    let look = Matrix3(yaw: state.gaze.x, pitch: state.gaze.y, roll: 0) * SIMD3<Float>(0, 0, 1)
    for eye in eyes { canvas.line(pixel(eye), pixel(eye + look * 0.5), [255, 255, 80], radius: radius) }
    let middle = points[168]
    for (axis, color) in [
      (SIMD3<Float>(0.7, 0, 0), SIMD3<Float>(255, 70, 70)), ([0, 0.7, 0], [70, 255, 70]), ([0, 0, 0.7], [90, 140, 255]),
    ] { canvas.line(pixel(middle), pixel(middle + axis), color, radius: radius) }
    return canvas.image
  }

  /// The classes in their colours over a darkened frame, `[H, W, 3]` uint8.
  static func masks(_ rgb: Tensor, labels: Tensor) -> Tensor {
    let image = SemanticClass.image(of: labels)
    // In 128ths: 45 of the frame and 83 of the colour.
    image.withMutableElements(UInt8.self) { out in
      rgb.withElements(UInt8.self) { frame in
        for k in out.indices { out[k] = UInt8(truncatingIfNeeded: (UInt16(frame[k]) &* 45 &+ UInt16(out[k]) &* 83) >> 7) }
      }
    }
    return image
  }
}
