import Foundation
import Torch

/// A face as the detector sees it, in pixels of the image.
package struct FaceDetection: Sendable {
  /// Corners of the box, which spans the eyebrows to the chin.
  package var low, high: SIMD2<Float>
  /// 0...1.
  package var score: Float
  /// The subject's right eye, left eye, nose tip, mouth, right ear, left ear.
  package var keypoints: [SIMD2<Float>]

  package var size: SIMD2<Float> { high - low }
  package var center: SIMD2<Float> { (low + high) / 2 }
  var area: Float { max(size.x, 0) * max(size.y, 0) }
  /// The turn of the line between the eyes, radians.
  var roll: Float {
    let eyes = keypoints[1] - keypoints[0]
    return atan2(eyes.y, eyes.x)
  }
}

/// Finds faces with MediaPipe's two published single-shot networks: one for near faces, one for small ones.
package final class FaceDetector {
  private let near, far: AnchorNetwork
  /// Below this score a candidate is dropped.
  package var threshold: Float = 0.5

  /// Throws when the networks are absent.
  package init() throws {
    near = try AnchorNetwork(published: "face_detection_short_range", size: 128, cells: [(16, 2), (8, 6)])
    far = try AnchorNetwork(published: "face_detection_full_range_sparse", size: 192, cells: [(48, 1)])
  }

  /// All faces in `image`, `[H, W, 3]` uint8, largest first.
  ///
  /// `thorough` also looks at overlapping parts of the image, for small faces in big images; about ten times slower.
  package func detect(_ image: Tensor, thorough: Bool = true) throws -> [FaceDetection] {
    try PixelView.lend(image) { try detect($0, thorough: thorough) }
  }

  /// `direction` counts clockwise quarter turns: where the tops of the heads that are looked for point, from upwards on.
  func detect(_ view: PixelView, thorough: Bool, direction: Int = 0) throws -> [FaceDetection] {
    let long = Float(max(view.width, view.height)), angle = Float(direction) * .pi / 2
    let whole = TurnedSquare(center: SIMD2(Float(view.width), Float(view.height)) / 2, side: long, angle: angle)
    var found = try near.detect(view, whole, threshold) + far.detect(view, whole, threshold)
    if thorough {
      for var tile in tiles(view) {
        tile.angle = angle
        found += try far.detect(view, tile, threshold + 0.1)
      }
    }
    return merge(found).sorted { $0.area > $1.area }
  }

  /// A share of a close look, for whoever has little time: one network sees the whole image, the other two of its parts, the whole being one.
  /// Every `share` from 0 on sees others, and they begin again after the last.
  func detect(_ view: PixelView, share: Int) throws -> [FaceDetection] {
    let whole = TurnedSquare(
      center: SIMD2(Float(view.width), Float(view.height)) / 2, side: Float(max(view.width, view.height)), angle: 0)
    let parts = [whole] + tiles(view)
    var found = try near.detect(view, whole, threshold)
    for k in Set([2 * share % parts.count, (2 * share + 1) % parts.count]).sorted() {
      found += try far.detect(view, parts[k], k == 0 ? threshold : threshold + 0.1)
    }
    return merge(found).sorted { $0.area > $1.area }
  }

  /// Squares that overlap by half: sides of the image's short edge, and of half of it where that still shows more than the whole did.
  private func tiles(_ view: PixelView) -> [TurnedSquare] {
    let (width, height) = (Float(view.width), Float(view.height))
    let short = min(width, height)
    var sides: [Float] = []
    if max(width, height) > 1.2 * short { sides.append(short) }
    if short / 2 > 160 { sides.append(short / 2) }
    return sides.flatMap { side -> [TurnedSquare] in
      let across = max(1, Int((width / side * 2 - 1).rounded(.up)))
      let down = max(1, Int((height / side * 2 - 1).rounded(.up)))
      return (0..<across * down).map { k in
        let fx = across == 1 ? 0.5 : Float(k % across) / Float(across - 1)
        let fy = down == 1 ? 0.5 : Float(k / across) / Float(down - 1)
        return TurnedSquare(center: SIMD2(side / 2 + fx * (width - side), side / 2 + fy * (height - side)), side: side, angle: 0)
      }
    }
  }

  /// Weighted non-maximum suppression: boxes that share most of the smaller one become their mean, weighted by score.
  private func merge(_ all: [FaceDetection]) -> [FaceDetection] {
    var left = all.sorted { $0.score > $1.score }
    var kept: [FaceDetection] = []
    while let best = left.first {
      let same = left.filter { overlap($0, best) > 0.3 }
      left.removeAll { overlap($0, best) > 0.3 }
      let near = same.filter { $0.area > 0.5 * best.area && $0.area < 2 * best.area }
      let total = near.reduce(0) { $0 + $1.score }
      var mean = best
      mean.low = near.reduce(.zero) { $0 + $1.low * $1.score } / total
      mean.high = near.reduce(.zero) { $0 + $1.high * $1.score } / total
      mean.keypoints = best.keypoints.indices.map { k in near.reduce(.zero) { $0 + $1.keypoints[k] * $1.score } / total }
      kept.append(mean)
    }
    return kept
  }
  private func overlap(_ a: FaceDetection, _ b: FaceDetection) -> Float {
    let shared = pointwiseMin(a.high, b.high) - pointwiseMax(a.low, b.low)
    guard shared.x > 0, shared.y > 0 else { return 0 }
    let both = shared.x * shared.y
    return max(both / (a.area + b.area - both), both / min(a.area, b.area) - 0.3)
  }
}

/// A single-shot detector: each cell of square grids proposes boxes relative to its own centre.
private final class AnchorNetwork {
  private let model: LiteRTModel
  private let size: Int
  private let anchors: [SIMD2<Float>]

  /// `cells` lists the grids: cells a side, and anchors a cell.
  init(published name: String, size: Int, cells: [(side: Int, anchors: Int)]) throws {
    model = try LiteRTModel(published: name)
    self.size = size
    anchors = cells.flatMap { side, count in
      (0..<side * side * count).map { k in
        SIMD2(Float(k / count % side) + 0.5, Float(k / count / side) + 0.5) / Float(side)
      }
    }
    guard model.inputCounts == [size * size * 3], model.outputCounts == [anchors.count * 16, anchors.count] else {
      throw CaptureError(.setUp, "\(name).tflite: not the published face detector; run scripts/setup again")
    }
  }

  func detect(_ view: PixelView, _ square: TurnedSquare, _ threshold: Float) throws -> [FaceDetection] {
    let logit = log(threshold / (1 - threshold))
    return try model.run {
      view.sample(square, size: size, scale: 2 / 255, offset: -1, border: .black, into: $0)
    } read: { outputs in
      let (boxes, scores) = (outputs[0], outputs[1])
      return anchors.indices.compactMap { k in
        guard scores[k] > logit else { return nil }
        func point(_ at: Int) -> SIMD2<Float> { SIMD2(boxes[k * 16 + at], boxes[k * 16 + at + 1]) / Float(size) }
        let center = square.image(of: anchors[k] + point(0))
        let half = point(2) * square.side / 2
        return FaceDetection(
          low: center - half, high: center + half, score: 1 / (1 + exp(-min(scores[k], 100))),
          keypoints: (0..<6).map { square.image(of: anchors[k] + point(4 + 2 * $0)) })
      }
    }
  }
}
