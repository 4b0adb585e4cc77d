import Foundation
import Torch

/// What is behind a person who moves, as a still image: at each pixel the median over the frames that show it, the rest filled in.
///
/// Frames stream through; of a clip of any length at most 31 are kept, evenly spread.
package final class BackgroundPlate {
  private struct Sample {
    let rgb: [UInt8]
    /// Where the person is not.
    let free: [Bool]
  }
  private let most: Int
  private var samples: [Sample] = []
  private var (frame, interval) = (0, 1)
  private var (width, height) = (0, 0)

  /// Keeps at most `samples` frames, fewer of large ones so that they fit into about 100 MB.
  package init(samples: Int = 31) { most = samples }

  /// Takes the next frame, `[H, W, 3]` uint8, and how much of each pixel is a person, `[H, W]` in 0...1.
  package func add(_ rgb: Tensor, alpha: Tensor) {
    defer { frame += 1 }
    guard frame % interval == 0 else { return }
    (height, width) = (rgb.size(0), rgb.size(1))
    let limit = max(5, min(most, 100_000_000 / (4 * width * height)))
    if samples.count == limit {
      // Every other one goes, and from now on only every other one comes.
      samples = samples.indices.filter { $0 % 2 == 0 }.map { samples[$0] }
      interval *= 2
      guard frame % interval == 0 else { return }
    }
    // The rim of the mask is not to be trusted, and hair reaches beyond it.
    let margin = max(2, Int((0.014 * Float(max(width, height))).rounded()))
    samples.append(Sample(rgb: rgb.array(UInt8.self), free: Self.free(alpha, margin)))
  }

  /// The plate, `[H, W, 3]` uint8, and the share of its pixels that were seen in some frame; nil before the first frame.
  package func finish() -> (plate: Tensor, seen: Double)? {
    guard !samples.isEmpty else { return nil }
    let pixels = width * height
    var plate = [Float](repeating: 0, count: pixels * 3), known = [Float](repeating: 0, count: pixels)
    var values = [UInt8](repeating: 0, count: samples.count)
    for k in 0..<pixels {
      let seen = samples.indices.filter { samples[$0].free[k] }
      guard !seen.isEmpty else { continue }
      known[k] = 1
      for channel in 0..<3 {
        for (n, index) in seen.enumerated() { values[n] = samples[index].rgb[3 * k + channel] }
        values[..<seen.count].sort()
        let middle = seen.count / 2
        plate[3 * k + channel] =
          seen.count % 2 == 1 ? Float(values[middle]) : (Float(values[middle - 1]) + Float(values[middle])) / 2
      }
    }
    let share = Double(known.reduce(0, +)) / Double(pixels)
    PullPush.fill(&plate, known, width, height)
    let bytes = plate.map { UInt8(min(max($0.rounded(), 0), 255)) }
    return (Tensor(bytes, [height, width, 3]), share)
  }

  /// Pixels that are further than `margin` from any pixel of the person.
  private static func free(_ alpha: Tensor, _ margin: Int) -> [Bool] {
    let (height, width) = (alpha.size(0), alpha.size(1))
    var person = alpha.withElements(Float.self) { $0.map { $0 > 0.08 } }
    // Spread along rows, then along columns: the distance since the last pixel of the person, both ways.
    func spread(_ lines: Int, _ length: Int, _ at: (Int, Int) -> Int) {
      var near = [Bool](repeating: false, count: length)
      for line in 0..<lines {
        for k in 0..<length { near[k] = false }
        var since = margin + 1
        for k in 0..<length {
          since = person[at(line, k)] ? 0 : since + 1
          if since <= margin { near[k] = true }
        }
        since = margin + 1
        for k in (0..<length).reversed() {
          since = person[at(line, k)] ? 0 : since + 1
          if since <= margin { near[k] = true }
        }
        for k in 0..<length { person[at(line, k)] = near[k] }
      }
    }
    spread(height, width) { $0 * width + $1 }
    spread(width, height) { $1 * width + $0 }
    return person.map { !$0 }
  }
}

/// Fills holes of an image smoothly: averages pulled up a pyramid, then pushed down into the holes (Gortler et al., 1996).
package enum PullPush {
  /// Fills the pixels of `image`, `[height, width, 3]`, whose `weight`, `[height, width]`, is 0.
  package static func fill(_ image: inout [Float], _ weight: [Float], _ width: Int, _ height: Int) {
    guard width > 1 || height > 1 else { return }
    let (w, h) = ((width + 1) / 2, (height + 1) / 2)
    var small = [Float](repeating: 0, count: w * h * 3), smallWeight = [Float](repeating: 0, count: w * h)
    // Pull: each coarse pixel is the mean of what is known in a 4 x 4 window.
    for y in 0..<h {
      for x in 0..<w {
        var (sum, total) = (SIMD3<Float>.zero, Float(0))
        for dy in -1...2 {
          for dx in -1...2 {
            let (v, u) = (2 * y + dy, 2 * x + dx)
            guard v >= 0, u >= 0, v < height, u < width else { continue }
            let k = v * width + u, tent: Float = (dy == 0 || dy == 1 ? 3 : 1) * (dx == 0 || dx == 1 ? 3 : 1)
            sum += tent * weight[k] * SIMD3(image[3 * k], image[3 * k + 1], image[3 * k + 2])
            total += tent * weight[k]
          }
        }
        let k = y * w + x
        guard total > 0 else { continue }
        smallWeight[k] = min(1, total / 16)
        for c in 0..<3 { small[3 * k + c] = sum[c] / total }
      }
    }
    if smallWeight.contains(where: { $0 < 1 }) { fill(&small, smallWeight, w, h) }
    // Push: what is not known comes from the coarse image, between its pixels.
    for y in 0..<height {
      for x in 0..<width where weight[y * width + x] < 1 {
        let fy = Float(y) / 2 - 0.25, fx = Float(x) / 2 - 0.25
        let y0 = max(0, Int(fy)), x0 = max(0, Int(fx)), y1 = min(y0 + 1, h - 1), x1 = min(x0 + 1, w - 1)
        let (ty, tx) = (min(max(fy - Float(y0), 0), 1), min(max(fx - Float(x0), 0), 1))
        let k = y * width + x
        for c in 0..<3 {
          let top = small[3 * (y0 * w + x0) + c] * (1 - tx) + small[3 * (y0 * w + x1) + c] * tx
          let bottom = small[3 * (y1 * w + x0) + c] * (1 - tx) + small[3 * (y1 * w + x1) + c] * tx
          image[3 * k + c] = weight[k] * image[3 * k + c] + (1 - weight[k]) * (top * (1 - ty) + bottom * ty)
        }
      }
    }
  }
}
