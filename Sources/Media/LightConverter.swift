import Foundation

/// Turns pixels of 16 bits whose numbers stand for `WideLight` into those of standard video.
///
/// White paper becomes nearly white, what is darker than three quarters of its light keeps its light and colour, and what is brighter, as
/// lamps and the shine on a forehead, is pressed into the rest. Colours that BT.709 cannot show lose saturation, not hue.
final class LightConverter: Sendable {
  let light: WideLight
  private let lights: [Float]
  private let gains: [Float]
  private let codes: [UInt8]
  private static let steps = 4096
  private static let knee: Float = 0.75

  init(_ light: WideLight) {
    self.light = light
    lights = (0...65535).map { light.light(Float($0) / 65535) }
    gains = light.curve == .hlg ? (0...65535).map { WideLight.displayGain(Float($0) / 65535) } : []
    // By the light's square root, since the eye and the curve tell dark ones apart more finely.
    codes = (0...Self.steps).map {
      let root = Float($0) / Float(Self.steps)
      return UInt8((255 * pow(root, 2 / WideLight.displayGamma)).rounded())
    }
  }

  /// `count` pixels of `channels`, 3 or 4 of which the last is opacity, in rows of `width`.
  func convert(
    _ source: UnsafePointer<UInt16>, _ target: UnsafeMutablePointer<UInt8>, width: Int, height: Int, channels: Int, threads: Int
  ) {
    nonisolated(unsafe) let (source, target) = (source, target)
    let bands = max(1, min(threads, height))
    DispatchQueue.concurrentPerform(iterations: bands) { [self] band in
      let range = height * band / bands * width..<height * (band + 1) / bands * width
      convert(source, target, range, channels)
    }
  }
  private func convert(_ source: UnsafePointer<UInt16>, _ target: UnsafeMutablePointer<UInt8>, _ range: Range<Int>, _ channels: Int) {
    let m = light.toBT709, knee = Self.knee, steps = Float(Self.steps), isHDR = light.isHDR
    let (red, green, blue) = (SIMD3(m[0], m[3], m[6]), SIMD3(m[1], m[4], m[7]), SIMD3(m[2], m[5], m[8]))
    let weights = light.luminance
    lights.withUnsafeBufferPointer { lights in
      gains.withUnsafeBufferPointer { gains in
        codes.withUnsafeBufferPointer { codes in
          for i in range {
            let place = i * channels
            var given = SIMD3(lights[Int(source[place])], lights[Int(source[place + 1])], lights[Int(source[place + 2])])
            let scene = (given * weights).sum()
            if !gains.isEmpty { given *= gains[Int(min(1, scene) * 65535)] }
            var shown = red * given.x + green * given.y + blue * given.z
            let lowest = shown.min()
            if lowest < 0 {
              let grey = max(0, 0.2126 * shown.x + 0.7152 * shown.y + 0.0722 * shown.z)
              shown = grey + (shown - grey) * (grey / max(grey - lowest, 1e-9))
            }
            let highest = shown.max()
            if isHDR, highest > knee { shown *= (1 - (1 - knee) * exp((knee - highest) / (1 - knee))) / highest }
            shown = shown.clamped(lowerBound: .zero, upperBound: .one).squareRoot() * steps + 0.5
            target[place] = codes[Int(shown.x)]
            target[place + 1] = codes[Int(shown.y)]
            target[place + 2] = codes[Int(shown.z)]
            if channels == 4 { target[place + 3] = UInt8(source[place + 3] >> 8) }
          }
        }
      }
    }
  }
}
