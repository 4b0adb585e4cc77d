import Foundation
import Segmentation
import Torch
import Tracking

/// Tells drawn and animated faces from filmed ones.
///
/// Two things give a drawing away, each taken as the median over the frames. Its proportions: wide eyes leave a small nose, mouth and jaw.
/// The widths of jaw, face, mouth and nose over the eye distance, each over its mean in people, add up to 4.0; real clips stay above 3.7,
/// and a drawing falls below 3.4. Its lines: skin that is flat but for sharp strokes. The 90th percentile of the second differences of
/// skin over their median is 3 to 10 in films and 14 in a drawing. Both together decide, so that neither a child nor glasses do.
package final class DrawingCheck {
  private var rows: [(proportion: Float, lines: Float)] = []

  package init() {}

  /// Looks at the face of a frame, `[H, W, 3]` uint8; a dozen frames spread over a clip will do.
  package func add(_ rgb: Tensor, _ face: FaceLandmarks) {
    func width(_ a: Int, _ b: Int) -> Float {
      let d = face.points[a] - face.points[b]
      return (d * d).sum().squareRoot() / max(face.eyeDistance, 1)
    }
    let proportion = width(172, 397) / 1.76 + width(234, 454) / 2.24 + width(61, 291) / 0.80 + width(129, 358) / 0.68
    if let lines = PixelView.lend(rgb, { lines($0, face) }) { rows.append((proportion, lines)) }
  }

  /// Above 0.4 the face is drawn: of 35 filmed clips the highest score is -0.7, and a drawing's is 1.4.
  package var score: Float {
    guard !rows.isEmpty else { return 0 }
    let proportion = rows.map(\.proportion).sorted()[rows.count / 2], lines = rows.map(\.lines).sorted()[rows.count / 2]
    return (3.6 - proportion) / 0.3 + 0.7 * Foundation.log2(max(lines, 1) / 9)
  }
  /// Whether the face is drawn.
  package var isDrawing: Bool { score > 0.4 }

  /// How sharp the strongest tenth of the skin's structure is over its middle; nil where too little skin is seen.
  private func lines(_ view: PixelView, _ face: FaceLandmarks) -> Float? {
    let size = 192
    let eyes = face[263] - face[33]
    let square = TurnedSquare(center: (face[168] + face[152]) / 2, side: 3 * face.eyeDistance, angle: atan2(eyes.y, eyes.x))
    var pixels = [Float](repeating: 0, count: size * size * 3)
    pixels.withUnsafeMutableBufferPointer { view.sample(square, size: size, scale: 1, into: $0) }
    let luma = (0..<size * size).map { k -> Float in
      (SIMD3(pixels[3 * k], pixels[3 * k + 1], pixels[3 * k + 2]) * SIMD3(0.299, 0.587, 0.114)).sum()
    }
    let axes = square.axes
    func own(_ index: Int) -> SIMD2<Float> {
      let d = face[index] - square.center
      return (SIMD2((d * axes.x).sum(), (d * axes.y).sum()) / square.side + 0.5) * Float(size)
    }
    // The face below the brows, without its features.
    var skin = [Bool](repeating: false, count: size * size)
    func fill(_ contour: [Int], _ value: Bool) {
      fillPolygon(contour.map(own), width: size, height: size) { row, columns in for x in columns { skin[row * size + x] = value } }
    }
    fill(MeshContour.faceOval, true)
    for contour in [
      MeshContour.rightEye, MeshContour.leftEye, MeshContour.rightBrow, MeshContour.leftBrow, MeshContour.lipsOuter, MeshContour.nose,
    ] { fill(contour, false) }
    let top = max(4, Int(own(9).y))
    guard top < size - 4 else { return nil }
    var strengths: [Float] = []
    for y in top..<size - 4 {
      for x in 4..<size - 4 where skin[y * size + x] {
        let k = y * size + x
        let around = luma[k - 1] + luma[k + 1] + luma[k - size] + luma[k + size]
        strengths.append(abs(around - 4 * luma[k]))
      }
    }
    guard strengths.count > 500 else { return nil }
    strengths.sort()
    return strengths[strengths.count * 9 / 10] / max(strengths[strengths.count / 2], 0.05)
  }
}
