import Foundation
import Media
import Testing
import Torch

/// Films whose numbers stand for light in another way than standard video's: they look as the same scene in standard video does.
@Suite struct LightTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// What standard video shows of each patch, none brighter than skin in good light.
  private static let patches = [
    (200, 40, 40), (80, 200, 80), (70, 70, 200), (128, 128, 128), (16, 16, 16), (64, 64, 64), (220, 180, 160), (90, 60, 50),
  ]

  /// The numbers, 0...255, by which `light` stands for a colour of standard video whose white has 203 candelas, times `gain`.
  private static func code(_ color: (Int, Int, Int), _ light: FilmFormat.Light, gain: Double = 1) -> (Int, Int, Int) {
    let (r, g, b) = (shown(color.0), shown(color.1), shown(color.2))
    // From BT.709's primaries to BT.2020's.
    let wide = [
      0.627404 * r + 0.329283 * g + 0.043313 * b, 0.069097 * r + 0.919540 * g + 0.011362 * b, 0.016391 * r + 0.088013 * g + 0.895595 * b,
    ].map { $0 * gain }
    let luminance = 0.2627 * wide[0] + 0.6780 * wide[1] + 0.0593 * wide[2]
    let codes = wide.map { value -> Int in
      let number: Double
      switch light {
      case .hlg:
        let display = luminance * 203 / 1000
        let scene = value * 203 / 1000 * (display > 0 ? pow(display, (1 - 1.2) / 1.2) : 0)
        number = scene <= 1 / 12 ? sqrt(3 * scene) : 0.17883277 * log(12 * scene - 0.28466892) + 0.55991073
      case .pq:
        let power = pow(value * 203 / 10_000, 0.1593017578125)
        number = pow((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power), 78.84375)
      default: number = pow(value, 1 / 2.4)
      }
      return Int((255 * min(max(number, 0), 1)).rounded())
    }
    return (codes[0], codes[1], codes[2])
  }
  private static func shown(_ code: Int) -> Double { pow(Double(code) / 255, 2.4) }

  private func write(_ name: String, _ colors: [(Int, Int, Int)], _ format: FilmFormat) throws {
    let chart = image(32 * colors.count, 32) { x, _ in colors[x / 32] }
    let writer = try VideoWriter(scratch.file(name), width: chart.size(1), height: 32, rate: 25, sound: nil, quality: 4, format: format)
    for _ in 0..<3 { try writer.append(chart) }
    try writer.finish()
  }
  private func format(_ light: FilmFormat.Light, isFullRange: Bool) -> FilmFormat {
    var format = FilmFormat()
    (format.container, format.codecs, format.pixels) = ("matroska", ["ffv1"], "yuv444p10le")
    (format.light, format.isFullRange) = (light, isFullRange)
    return format
  }

  @Test(arguments: [FilmFormat.Light.hlg, .pq, .wide], [false, true])
  func colorsAreThoseOfStandardVideo(light: FilmFormat.Light, isFullRange: Bool) throws {
    let name = "\(light)-\(isFullRange).mkv"
    try write(name, Self.patches.map { Self.code($0, light) }, format(light, isFullRange: isFullRange))
    let reader = try VideoReader(scratch.file(name))
    #expect(reader.hdr == [.hlg: "HLG", .pq: "PQ"][light])
    let back = try #require(try reader.next()).rgb
    for (i, patch) in Self.patches.enumerated() {
      let found = pixel(back, 16 + 32 * i, 16)
      // The film has 256 levels here, few of them dark in PQ and HLG.
      #expect(isNear(found, [patch.0, patch.1, patch.2], within: 7), "\(name): \(found) for \(patch)")
    }
  }

  /// What is brighter than paper stays apart, and paper stays nearly white.
  @Test(arguments: [FilmFormat.Light.hlg, .pq]) func highlightsArePressedIn(light: FilmFormat.Light) throws {
    let gains = [0.25, 0.5, 1, 1.5, 2.5, 4.5]
    try write("bright.mkv", gains.map { Self.code((255, 255, 255), light, gain: $0) }, format(light, isFullRange: false))
    let back = try #require(try VideoReader(scratch.file("bright.mkv")).next()).rgb
    let found = gains.indices.map { pixel(back, 16 + 32 * $0, 16) }
    for color in found { #expect(color.max()! - color.min()! <= 2, "\(found)") }
    let greys = found.map { $0[1] }
    #expect(greys == greys.sorted() && Set(greys.dropLast()).count == gains.count - 1, "\(greys)")
    #expect(abs(greys[1] - 191) <= 4 && (235...250).contains(greys[2]) && greys[5] >= 253, "\(greys)")
  }

  @Test func standardVideoIsLeftAlone() throws {
    try TestFilm.write(scratch.file("plain.mp4"), 3)
    #expect(try VideoReader(scratch.file("plain.mp4")).hdr == nil)
  }
}
