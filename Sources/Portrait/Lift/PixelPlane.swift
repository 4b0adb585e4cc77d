import Foundation

/// Numbers over the pixels of an image, `channels` of each side by side, read between them.
struct PixelPlane {
  let width, height, channels: Int
  var values: [Float]

  init(width: Int, height: Int, channels: Int = 1, _ values: [Float]) {
    precondition(values.count == width * height * channels, "\(values.count) numbers for \(width) x \(height) x \(channels)")
    (self.width, self.height, self.channels, self.values) = (width, height, channels, values)
  }
  init(width: Int, height: Int, channels: Int = 1, repeating value: Float = 0) {
    self.init(width: width, height: height, channels: channels, [Float](repeating: value, count: width * height * channels))
  }

  /// The pixel that a place (in pixels, the image's corner is (0, 0)) lies in, the nearest one beyond the border.
  func index(_ p: SIMD2<Float>) -> Int {
    let x = min(max(Int(p.x.rounded(.down)), 0), width - 1), y = min(max(Int(p.y.rounded(.down)), 0), height - 1)
    return y * width + x
  }
  /// Channel `channel` at a place, bilinear; beyond the border the border goes on.
  func read(_ p: SIMD2<Float>, _ channel: Int = 0) -> Float {
    let x = min(max(p.x - 0.5, 0), Float(width - 1)), y = min(max(p.y - 0.5, 0), Float(height - 1))
    let x0 = min(Int(x), max(width - 2, 0)), y0 = min(Int(y), max(height - 2, 0)), x1 = min(x0 + 1, width - 1), y1 = min(y0 + 1, height - 1)
    let fx = x - Float(x0), fy = y - Float(y0)
    func at(_ x: Int, _ y: Int) -> Float { values[(y * width + x) * channels + channel] }
    return (at(x0, y0) * (1 - fx) + at(x1, y0) * fx) * (1 - fy) + (at(x0, y1) * (1 - fx) + at(x1, y1) * fx) * fy
  }
  /// Three channels at a place.
  func color(_ p: SIMD2<Float>) -> SIMD3<Float> { [read(p, 0), read(p, 1), read(p, 2)] }

  /// Means over windows of 2 `radius` + 1 pixels a side, `rounds` times; beyond the border the border goes on.
  func blurred(_ radius: Int, rounds: Int = 1) -> PixelPlane {
    guard radius > 0 else { return self }
    var out = self
    for _ in 0..<rounds {
      out.slide(radius, lines: height, length: width, step: channels, next: width * channels)
      out.slide(radius, lines: width, length: height, step: width * channels, next: channels)
    }
    return out
  }
  private mutating func slide(_ radius: Int, lines: Int, length: Int, step: Int, next: Int) {
    var line = [Float](repeating: 0, count: length)
    let scale = 1 / Float(2 * radius + 1)
    for first in 0..<lines {
      for channel in 0..<channels {
        let start = first * next + channel
        for k in 0..<length { line[k] = values[start + k * step] }
        var sum = line[0] * Float(radius + 1)
        for k in 1...radius { sum += line[min(k, length - 1)] }
        for k in 0..<length {
          values[start + k * step] = sum * scale
          sum += line[min(k + radius + 1, length - 1)] - line[max(k - radius, 0)]
        }
      }
    }
  }
  /// The largest (`sign` 1) or least (-1) of each window of 2 `radius` + 1 pixels a side; one channel.
  func spread(_ radius: Int, sign: Float = 1) -> PixelPlane {
    precondition(channels == 1)
    var out = self
    out.values.withUnsafeMutableBufferPointer { values in
      var line = [Float](repeating: -.infinity, count: max(width, height) + 2 * radius)
      line.withUnsafeMutableBufferPointer { line in
        for (step, other) in [(1, width), (width, 1)] {
          let length = step == 1 ? width : height, lines = step == 1 ? height : width, window = 2 * radius + 1
          for first in 0..<lines {
            for k in 0..<radius { (line[k], line[radius + length + k]) = (-.infinity, -.infinity) }
            for k in 0..<length { line[radius + k] = sign * values[first * other + k * step] }
            // Windows grow twofold with each pass.
            var reach = 1
            while 2 * reach <= window {
              for k in 0..<length + 2 * radius - reach { line[k] = max(line[k], line[k + reach]) }
              reach *= 2
            }
            for k in 0..<length { values[first * other + k * step] = sign * max(line[k], line[k + window - reach]) }
          }
        }
      }
    }
    return out
  }
}

func smoothstep(_ a: Float, _ b: Float, _ x: Float) -> Float {
  let t = min(1, max(0, (x - a) / (b - a)))
  return t * t * (3 - 2 * t)
}
