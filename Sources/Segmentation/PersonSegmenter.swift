import Foundation
import Media
import Torch
import Tracking

/// Tells people from what is behind them with MediaPipe's published selfie networks, their masks fitted to the image's edges.
///
/// A clip's frames go through one after another: what does not move keeps its mask from frame to frame.
package final class PersonSegmenter {
  private let square, wide: LiteRTModel
  private var last: (mask: [Float], colors: [SIMD4<Float>])?

  /// Throws when the networks are absent.
  package init() throws {
    square = try LiteRTModel(published: "selfie_segmentation")
    wide = try LiteRTModel(published: "selfie_segmentation_landscape")
    guard square.inputCounts == [256 * 256 * 3], square.outputCounts == [256 * 256],
      wide.inputCounts == [144 * 256 * 3], wide.outputCounts == [144 * 256]
    else { throw CaptureError(.setUp, "selfie_segmentation.tflite: not the published person mask; run scripts/setup again") }
  }

  /// Forgets earlier frames, as after a cut.
  package func reset() { last = nil }

  /// How much of each pixel of `rgb`, `[H, W, 3]` uint8, is a person: `[H, W]` in 0...1.
  package func alpha(_ rgb: Tensor) throws -> Tensor {
    let small = WorkImage(rgb)
    let mask = try mask(rgb, small)
    let lanes = mask.map { SIMD8($0, 0, 0, 0, 0, 0, 0, 0) }
    let fitted = GuidedRegions(
      lanes, lanes: 1, small.colors, width: small.width, height: small.height, radius: 5, epsilon: 2e-4
    ).decided(rgb).last
    return (fitted * 1.1 - 0.05).clamp(0, 1)
  }

  /// The network's own mask at the size of `small`, steadied in time.
  func mask(_ rgb: Tensor, _ small: WorkImage) throws -> [Float] {
    var mask = try raw(rgb, small)
    if let last, last.mask.count == mask.count {
      for k in mask.indices {
        let change = small.colors[k] - last.colors[k]
        let moved = (change * change).sum().squareRoot()
        // Where the image stands still only a third of a new opinion counts.
        let weight = min(1, 0.35 + max(0, moved - 0.02) * 10)
        mask[k] = last.mask[k] + weight * (mask[k] - last.mask[k])
      }
    }
    last = (mask, small.colors)
    return mask
  }

  /// The same of an image that the network takes as it is.
  private func raw(_ model: LiteRTModel, _ small: WorkImage) throws -> [Float] {
    try model.run { values in
      for (k, color) in small.colors.enumerated() { (values[3 * k], values[3 * k + 1], values[3 * k + 2]) = (color.x, color.y, color.z) }
    } read: {
      Array($0[0])
    }
  }
  private func raw(_ rgb: Tensor, _ small: WorkImage) throws -> [Float] {
    let aspect = Float(small.width) / Float(small.height)
    let (model, width, height) = aspect > 1.5 ? (wide, 256, 144) : (square, 256, 256)
    // Images taller than 3:2 would be squeezed too much, and stand between black bars instead.
    let shown = aspect < 0.66 ? max(1, Int((Float(width) * aspect * 1.5).rounded())) : width
    if small.width == width, small.height == height { return try raw(model, small) }
    let input = resize(rgb, width: shown, height: height), left = (width - shown) / 2
    return try model.run { values in
      input.withElements(UInt8.self) { pixels in
        if shown < width { values.initialize(repeating: 0) }
        for y in 0..<height {
          for k in 0..<shown * 3 { values[(y * width + left) * 3 + k] = Float(pixels[y * shown * 3 + k]) / 255 }
        }
      }
    } read: { outputs in
      let raw = outputs[0]
      return (0..<small.width * small.height).map { k in
        let x = (Float(k % small.width) + 0.5) / Float(small.width) * Float(shown) - 0.5 + Float(left)
        let y = (Float(k / small.width) + 0.5) / Float(small.height) * Float(height) - 0.5
        let x0 = min(max(Int(x), 0), width - 2), y0 = min(max(Int(y), 0), height - 2)
        let fx = min(max(x - Float(x0), 0), 1), fy = min(max(y - Float(y0), 0), 1)
        let at = y0 * width + x0
        let top = raw[at] + (raw[at + 1] - raw[at]) * fx, bottom = raw[at + width] + (raw[at + width + 1] - raw[at + width]) * fx
        return top + (bottom - top) * fy
      }
    }
  }
}
