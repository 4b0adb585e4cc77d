import Foundation
import Media
import Torch

/// Films that say in each image which frame it is.
enum TestFilm {
  /// `[height, width, 3]` with `number` written in 12 black and white columns, bit 0 at the left, over a slowly changing ground.
  static func frame(_ number: Int, _ width: Int = 96, _ height: Int = 64) -> Tensor {
    image(width, height) { x, y in
      if y < height / 2 { return number >> (x * 12 / width) & 1 == 1 ? (235, 235, 235) : (20, 20, 20) }
      return ((number * 5 + x) % 200 + 20, 128, (y * 3) % 200 + 20)
    }
  }
  /// The number that `frame` wrote into an image.
  static func number(_ image: Tensor) -> Int {
    let (height, width) = (image.size(0), image.size(1))
    return (0..<12).reduce(0) { $0 | (pixel(image, (2 * $1 + 1) * width / 24, height / 4)[1] > 128 ? 1 << $1 : 0) }
  }
  /// A film of `count` numbered frames.
  static func write(_ url: URL, _ count: Int, rate: Rational = 25, width: Int = 96, height: Int = 64, format: FilmFormat = FilmFormat())
    throws
  {
    let writer = try VideoWriter(url, width: width, height: height, rate: rate, sound: nil, format: format)
    for i in 0..<count { try writer.append(frame(i, width, height)) }
    try writer.finish()
  }
  static func numbers(_ reader: VideoReader) throws -> [Int] {
    var numbers: [Int] = []
    while let frame = try reader.next() { numbers.append(number(frame.rgb)) }
    return numbers
  }
}

/// A tone of `hertz` that lasts `seconds`.
func tone(_ hertz: Double, seconds: Double, rate: Int, loudness: Double = 0.5) -> [Float] {
  (0..<Int(seconds * Double(rate))).map { Float(loudness * sin(2 * .pi * hertz * Double($0) / Double(rate))) }
}
func loudness(_ samples: some Collection<Float>) -> Double {
  (samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))).squareRoot()
}
