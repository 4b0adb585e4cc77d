import Foundation
import Media
import Testing
import Torch

/// Images and films with opacity, and blur.
@Suite struct TransparencyTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// Red that fades from nothing at the left to all at the right.
  private static func fading(_ width: Int = 64, _ height: Int = 48) -> Tensor {
    Tensor((0..<width * height).flatMap { k in [UInt8(220), 30, 30, UInt8(k % width * 255 / (width - 1))] }, [height, width, 4])
  }
  /// What is read lies over white: as straight opacity says, not as if colors had been multiplied by it.
  private static func overWhite(_ x: Int, _ channel: Int, width: Int = 64) -> Int {
    let alpha = Double(x * 255 / (width - 1)) / 255
    return Int(((channel == 0 ? 220 : 30) * alpha + 255 * (1 - alpha)).rounded())
  }

  @Test func pngHoldsStraightOpacity() throws {
    try ImageFile.write(Self.fading(), to: scratch.file("a.png"))
    // Color type 6 is RGBA.
    #expect(try Data(contentsOf: scratch.file("a.png"))[25] == 6)
    let back = try ImageFile.read(scratch.file("a.png"))
    for x in [0, 20, 40, 63] {
      let found = pixel(back, x, 20)
      #expect(isNear(found, (0..<3).map { Self.overWhite(x, $0) }, within: 1), "\(x): \(found)")
    }
    let error = #expect(throws: MediaError.self) { try ImageFile.write(Self.fading(), to: scratch.file("a.jpg")) }
    #expect(error?.description.contains("no transparency") == true && scratch.names == ["a.png"])
  }

  @Test func moviesHoldStraightOpacity() throws {
    let url = scratch.file("film.mov")
    try AudioFile.write(tone(440, seconds: 1, rate: 16000), sampleRate: 16000, to: scratch.file("tone.wav"))
    let writer = try VideoWriter(url, width: 64, height: 48, rate: 25, sound: .file(scratch.file("tone.wav")), isTransparent: true)
    for _ in 0..<6 { try writer.append(Self.fading()) }
    try writer.finish()
    #expect(scratch.names == ["film.mov", "tone.wav"])
    let reader = try VideoReader(url)
    var count = 0
    while let frame = try reader.next() {
      count += 1
      for x in [0, 20, 40, 63] {
        let found = pixel(frame.rgb, x, 20)
        #expect(isNear(found, (0..<3).map { Self.overWhite(x, $0) }, within: 6), "\(x): \(found)")
      }
    }
    #expect(count == 6)
    #expect(try AudioReader.read(url, sampleRate: 16000).count > 3000)
  }

  /// A lamp becomes a bright disc, a wall stays a wall, and a huge disc costs no more.
  @Test func blurIsThatOfALens() {
    let wall = Tensor.full([40, 60, 3], 0.4)
    #expect((lensBlurred(wall, radius: 6) - 0.4).abs().max().item < 1e-3)
    let lamp = Tensor.full([61, 61, 3], 0.1)
    lamp[.in(29..<32), .in(29..<32)] = Tensor.ones([3, 3, 3])
    let blurred = lensBlurred(lamp, radius: 8).narrow(2, 0, 1).floats
    func at(_ x: Int, _ y: Int) -> Float { blurred[y * 61 + x] }
    // Even within the disc, brighter than coded values would make it, and nothing beyond.
    #expect(
      abs(at(30, 30) - at(35, 30)) < 0.01 && at(35, 30) > 0.2 && abs(at(45, 30) - 0.1) < 0.01, "\(at(30, 30)) \(at(35, 30)) \(at(45, 30))")
    #expect(lensBlurred(Tensor.rand([70, 90, 3], Generator(seed: 1)), radius: 40).shape == [70, 90, 3])
  }
}
