import Torch

/// Changes the size of images and label maps of datasets.
package enum ImageScaling {
  /// An image `[H, W, C]` uint8 at another size, `[height, width, C]` uint8: averages over areas to shrink, linear to grow.
  package static func scale(_ image: Tensor, width: Int, height: Int) -> Tensor {
    let (h, w) = (image.size(0), image.size(1))
    guard h != height || w != width else { return image }
    return withoutGradient {
      let c = image.size(2)
      let columns = weights(from: h, to: height).matmul(image.to(.float32).reshape(h, w * c)).reshape(height, w, c)
      // One large product: one a row of three colours would be two hundred small ones.
      let rows = columns.permute(0, 2, 1).reshape(height * c, w).matmul(weights(from: w, to: width).t())
      return rows.reshape(height, c, width).permute(0, 2, 1).round().clamp(0, 255).to(.uint8).contiguous()
    }
  }

  /// How much each of `from` samples counts in each of `to`, `[to, from]`.
  private static func weights(from: Int, to: Int) -> Tensor {
    var all = [Float](repeating: 0, count: from * to)
    let step = Float(from) / Float(to)
    for i in 0..<to {
      if step >= 1 {
        let (low, high) = (Float(i) * step, Float(i + 1) * step)
        for j in Int(low)..<min(from, Int(high.rounded(.up))) {
          all[i * from + j] = (min(high, Float(j + 1)) - max(low, Float(j))) / step
        }
      } else {
        let x = min(max((Float(i) + 0.5) * step - 0.5, 0), Float(from - 1))
        let j = min(Int(x), from - 2)
        all[i * from + j] = Float(j + 1) - x
        all[i * from + j + 1] = x - Float(j)
      }
    }
    return Tensor(all, [to, from])
  }

  /// How much a pixel of each class counts when a smaller label map is voted for. Thin things win over what surrounds them: a mouth
  /// three pixels high must not vanish at a quarter of the size.
  private static let votes: [Float] = [1, 1, 1, 1.5, 2, 1.5, 1, 3, 1.6, 1, 1, 1]

  /// A label map `[H, W]` uint8 at another size: the weightiest class under each pixel; unlabelled pixels have no say.
  package static func scale(labels: Tensor, width: Int, height: Int) -> Tensor {
    let (h, w) = (labels.size(0), labels.size(1))
    guard h != height || w != width else { return labels }
    let rows = spans(from: h, to: height)
    let columns = spans(from: w, to: width)
    let scaled = labels.withElements(UInt8.self) { source in
      var result = [UInt8](repeating: 255, count: width * height)
      var count = [Float](repeating: 0, count: votes.count)
      for (y, row) in rows.enumerated() {
        for (x, column) in columns.enumerated() {
          let first = source[row.first * w + column.first]
          var pure = true
          for j in row.first...row.last where pure {
            for i in column.first...column.last where source[j * w + i] != first { pure = false }
          }
          if pure {
            result[y * width + x] = first
            continue
          }
          for k in count.indices { count[k] = 0 }
          for j in row.first...row.last {
            for i in column.first...column.last {
              let k = Int(source[j * w + i])
              if k < count.count { count[k] += votes[k] * row.weight(j) * column.weight(i) }
            }
          }
          var best = 0
          for k in 1..<count.count where count[k] > count[best] { best = k }
          result[y * width + x] = UInt8(best)
        }
      }
      return result
    }
    return Tensor(scaled, [height, width])
  }

  /// The samples that one sample of a smaller row covers.
  private struct Span {
    var low, high: Float
    var first, last: Int
    func weight(_ i: Int) -> Float { min(high, Float(i + 1)) - max(low, Float(i)) }
  }
  private static func spans(from: Int, to: Int) -> [Span] {
    let step = Float(from) / Float(to)
    return (0..<to).map { i in
      let (low, high) = (Float(i) * step, Float(i + 1) * step)
      let first = min(from - 1, Int(low + 1e-4))
      return Span(low: low, high: high, first: first, last: max(first, min(from, Int((high - 1e-4).rounded(.up))) - 1))
    }
  }
}
