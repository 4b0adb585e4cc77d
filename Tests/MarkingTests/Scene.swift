import Foundation
import Testing

import Marking

/// An image that a formula draws: slopes, edges and texture; or one flat level; or noise.
struct Scene: Sendable, CustomTestStringConvertible {
  var pixels: [UInt8], width: Int, height: Int, channels: Int
  var testDescription: String { "\(width) x \(height) x \(channels), first \(pixels[0])" }

  init(frame: Int = 0, width: Int = 352, height: Int = 352) {
    self.init(width: width, height: height) { x, y in
      let u = x + 2 * frame, v = y + frame
      let texture = Int(Self.mixed(UInt32(truncatingIfNeeded: u / 2 &* 7919 &+ v / 2 &* 104_729)) >> 29)
      return 70 + x / 6 + (u / 48 + v / 64) % 2 * 24 + (v / 100 % 2 == 0 ? texture - 4 : 0)
    }
  }

  /// With 4 channels, the opacity grows from left to right.
  init(flat level: Int, channels: Int = 3) {
    self.init(width: 320, height: 320, channels: channels) { _, _ in level }
  }

  init(noise strength: Int) {
    self.init(width: 320, height: 320) { x, y in
      128 + Int(Self.mixed(UInt32(x + 320 * y)) >> 16) * strength / 65536 - strength / 2
    }
  }

  private init(width: Int, height: Int, channels: Int = 3, level: (Int, Int) -> Int) {
    (self.width, self.height, self.channels) = (width, height, channels)
    pixels = []
    pixels.reserveCapacity(width * height * channels)
    for y in 0..<height {
      for x in 0..<width {
        let value = level(x, y)
        for tint in [0, -12, 9] { pixels.append(UInt8(clamping: value + tint)) }
        if channels == 4 { pixels.append(UInt8(x * 255 / (width - 1))) }
      }
    }
  }

  private init(_ scene: Scene, width: Int, height: Int, pixel: (Int, Int, Int) -> UInt8) {
    (self.width, self.height, channels) = (width, height, scene.channels)
    pixels = [UInt8](repeating: 0, count: width * height * channels)
    for y in 0..<height {
      for x in 0..<width { for c in 0..<channels { pixels[(y * width + x) * channels + c] = pixel(x, y, c) } }
    }
  }

  func marked(_ id: WatermarkID, frame: Int = 0, for use: Watermark.Use = .film) -> Scene {
    var result = self
    _ = result.pixels.withUnsafeMutableBufferPointer {
      Watermark(id, for: use).mark($0, width: width, height: height, channels: channels, frame: frame)
    }
    return result
  }

  func half() -> Scene {
    Scene(self, width: width / 2, height: height / 2) { x, y, c in
      let sum = [(0, 0), (1, 0), (0, 1), (1, 1)].reduce(2) { $0 + Int(at(2 * x + $1.0, 2 * y + $1.1, c)) }
      return UInt8(sum / 4)
    }
  }

  func part(left: Int, top: Int, width: Int, height: Int) -> Scene {
    Scene(self, width: width, height: height) { x, y, c in at(x + left, y + top, c) }
  }

  func mirrored() -> Scene { Scene(self, width: width, height: height) { x, y, c in at(width - 1 - x, y, c) } }

  func changed(_ change: (UInt8) -> Int) -> Scene {
    var result = self
    result.pixels = pixels.map { UInt8(clamping: change($0)) }
    return result
  }

  /// The peak signal-to-noise ratio in decibels.
  func ratio(to other: Scene) -> Double {
    let sum = zip(pixels, other.pixels).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
    return 10 * log10(255 * 255 * Double(pixels.count) / Double(max(1, sum)))
  }

  private func at(_ x: Int, _ y: Int, _ c: Int) -> UInt8 { pixels[(y * width + x) * channels + c] }

  private static func mixed(_ value: UInt32) -> UInt32 {
    var x = value &* 0x9E37_79B1
    x = (x ^ x >> 15) &* 0x85EB_CA77
    return x ^ x >> 13
  }
}
