import Foundation
import Media
import Testing
import Torch

@Suite struct VideoRoundTripTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func everyFrameComesBackInOrder() throws {
    try TestFilm.write(scratch.file("film.mp4"), 60)
    let reader = try VideoReader(scratch.file("film.mp4"))
    #expect((reader.width, reader.height, reader.rate) == (96, 64, 25))
    #expect(reader.frameCount == 60)
    #expect(try TestFilm.numbers(reader) == Array(0..<60))
    let counts = reader.counts
    #expect((counts.decoded, counts.delivered, counts.duplicated, counts.dropped) == (60, 60, 0, 0))
    #expect(reader.damage == nil)
    #expect(scratch.names == ["film.mp4"])
  }

  @Test func soundStaysWithTheImages() throws {
    // A click every half second, at frames whose numbers are multiples of 12.5.
    let rate = 16000
    var samples = [Float](repeating: 0, count: 4 * rate)
    for second in stride(from: 0.5, to: 4, by: 0.5) {
      for i in 0..<160 { samples[Int(second * Double(rate)) + i] = 0.8 * sin(Float(i) * 0.8) }
    }
    let url = scratch.file("clicks.mp4")
    let writer = try VideoWriter(url, width: 96, height: 64, sound: .samples(rate: rate))
    for i in 0..<100 {
      try writer.append(TestFilm.frame(i))
      try writer.append(samples: Array(samples[i * 640..<(i + 1) * 640]))
    }
    try writer.finish()
    let back = try AudioReader.read(url, sampleRate: rate)
    #expect(abs(back.count - samples.count) <= 1024)
    for second in stride(from: 0.5, to: 4, by: 0.5) {
      let click = Int(second * Double(rate))
      #expect(loudness(back[click + 16..<click + 144]) > 0.3, "a click at \(second) s")
      #expect(loudness(back[click - 480..<click - 64]) < 0.05, "silence before \(second) s")
    }
    #expect(try TestFilm.numbers(VideoReader(url)) == Array(0..<100))
  }

  @Test func soundOfAFileIsCutWhereTheFilmEnds() throws {
    let stereo = scratch.file("tone.wav")
    try AudioFile.write(tone(440, seconds: 5, rate: 22050), sampleRate: 22050, to: stereo)
    let writer = try VideoWriter(scratch.file("film.mp4"), width: 96, height: 64, sound: .file(stereo))
    for i in 0..<50 { try writer.append(TestFilm.frame(i)) }
    try writer.finish()
    let back = try AudioReader.read(scratch.file("film.mp4"))
    #expect(abs(back.count - 32000) <= 400)
    #expect(abs(loudness(back[1000..<30000]) - 0.3535) < 0.02)
  }

  @Test func colorsSurvive() throws {
    let patches = [
      (200, 40, 40), (40, 200, 40), (40, 40, 200), (128, 128, 128), (16, 16, 16), (240, 240, 240), (220, 180, 160), (30, 90, 200),
    ]
    let chart = image(128, 64) { x, y in patches[x / 32 + 4 * (y / 32)] }
    var formats: [(String, FilmFormat)] = [("film.mp4", FilmFormat())]
    for isHD in [true, false] {
      for isFullRange in [true, false] {
        for (pixels, codec) in [("yuv420p", "libx264"), ("yuv420p10le", "libx264"), ("yuv444p", "libx264"), ("yuv422p", "ffv1")] {
          var format = FilmFormat()
          (format.isHD, format.isFullRange, format.pixels, format.codecs, format.container) = (
            isHD, isFullRange, pixels, [codec], "matroska"
          )
          formats.append(("\(pixels)-\(codec)-\(isHD)-\(isFullRange).mkv", format))
        }
      }
    }
    for (name, format) in formats {
      let writer = try VideoWriter(scratch.file(name), width: 128, height: 64, rate: 25, sound: nil, quality: 10, format: format)
      for _ in 0..<3 { try writer.append(chart) }
      try writer.finish()
      let back = try #require(try VideoReader(scratch.file(name)).next()).rgb
      for (i, patch) in patches.enumerated() {
        let found = pixel(back, 16 + 32 * (i % 4), 16 + 32 * (i / 4))
        #expect(isNear(found, [patch.0, patch.1, patch.2], within: 4), "\(name): \(found) for \(patch)")
      }
    }
  }

  @Test(arguments: [
    ("matroska", "ffv1", "yuva420p"), ("webm", "libvpx-vp9", "yuva420p"), ("webm", "libvpx", "yuva420p"),
    ("matroska", "libvpx-vp9", "yuva420p"), ("mov", "png", "rgba"), ("mov", "qtrle", "argb"), ("mov", "prores_ks", "yuva444p10le"),
    ("avi", "utvideo", "gbrap"), ("mov", "cfhd", "gbrap12le"),
  ]) func transparencyLiesOverWhite(container: String, codec: String, pixels: String) throws {
    var format = FilmFormat()
    (format.container, format.codecs, format.pixels) = (container, [codec], pixels)
    // Not every one of these encoders writes the matrix down.
    format.isHD = pixels == "yuva420p"
    let url = scratch.file("clear.\(container == "matroska" ? "mkv" : container)")
    // All of it is red: seen, half seen, and hidden.
    let clear = Tensor((0..<96 * 48).flatMap { i -> [UInt8] in [200, 0, 0, i % 96 < 32 ? 255 : i % 96 < 64 ? 128 : 0] }, [48, 96, 4])
    do {
      let writer = try VideoWriter(url, width: 96, height: 48, rate: 25, sound: nil, quality: 10, format: format)
      for _ in 0..<3 { try writer.append(clear) }
      try writer.finish()
    } catch let error as MediaError where error.kind == .unsupported { return }
    let reader = try VideoReader(url)
    var count = 0
    while let back = try reader.next()?.rgb {
      #expect(isNear(pixel(back, 12, 24), [200, 0, 0], within: 9), "\(codec): \(pixel(back, 12, 24))")
      #expect(isNear(pixel(back, 48, 24), [228, 127, 127], within: 9), "\(codec): \(pixel(back, 48, 24))")
      #expect(isNear(pixel(back, 84, 24), [255, 255, 255], within: 4), "\(codec): \(pixel(back, 84, 24))")
      count += 1
    }
    #expect(count == 3 && reader.damage == nil, "\(codec): \(reader.damage ?? "")")
  }

  @Test func oddSizes() throws {
    try TestFilm.write(scratch.file("padded.mp4"), 5, width: 97, height: 63)
    #expect(try VideoReader(scratch.file("padded.mp4")).width == 98)
    #expect(try TestFilm.numbers(VideoReader(scratch.file("padded.mp4"))) == Array(0..<5))
    var format = FilmFormat()
    (format.container, format.codecs, format.pixels) = ("matroska", ["ffv1"], "yuv444p")
    try TestFilm.write(scratch.file("odd.mkv"), 5, width: 97, height: 63, format: format)
    let reader = try VideoReader(scratch.file("odd.mkv"))
    #expect((reader.width, reader.height) == (97, 63))
    #expect(try TestFilm.numbers(reader) == Array(0..<5))
  }

  @Test func filmsAreTurnedUpright() throws {
    // Red, green, blue, white in the corners: top left, top right, bottom left, bottom right.
    let corners = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (220, 220, 220)]
    let chart = image(96, 64) { x, y in corners[(x < 48 ? 0 : 1) + (y < 32 ? 0 : 2)] }
    let expected = [0: [0, 1, 2, 3], 1: [2, 0, 3, 1], 2: [3, 2, 1, 0], 3: [1, 3, 0, 2]]
    for (turns, order) in expected {
      var format = FilmFormat()
      format.quarterTurns = turns
      let url = scratch.file("turned\(turns).mp4")
      let writer = try VideoWriter(url, width: 96, height: 64, rate: 25, sound: nil, format: format)
      for _ in 0..<3 { try writer.append(chart) }
      try writer.finish()
      let reader = try VideoReader(url)
      let (width, height) = turns % 2 == 0 ? (96, 64) : (64, 96)
      #expect((reader.width, reader.height) == (width, height))
      let rgb = try #require(try reader.next()).rgb
      for (place, corner) in order.enumerated() {
        let color = corners[corner]
        let found = pixel(rgb, width / 4 + width / 2 * (place % 2), height / 4 + height / 2 * (place / 2))
        #expect(isNear(found, [color.0, color.1, color.2], within: 6), "\(turns) turns, place \(place): \(found)")
      }
      let small = try #require(try VideoReader(url, size: (width: 30, height: 40)).next()).rgb
      #expect(small.shape == [40, 30, 3])
    }
  }

  @Test func pixelsBecomeSquare() throws {
    var format = FilmFormat()
    format.pixelAspect = Rational(4, 3)
    try TestFilm.write(scratch.file("wide.mp4"), 4, format: format)
    let reader = try VideoReader(scratch.file("wide.mp4"))
    #expect((reader.width, reader.height) == (128, 64))
    #expect(try TestFilm.numbers(reader) == Array(0..<4))
  }

  @Test func croppingAndScaling() throws {
    try TestFilm.write(scratch.file("film.mp4"), 3)
    let url = scratch.file("film.mp4")
    let whole = try #require(try VideoReader(url).next()).rgb
    let part = try #require(try VideoReader(url, crop: PixelBox(x: -10, y: 8, width: 40, height: 70)).next()).rgb
    #expect(part.shape == [70, 40, 3])
    #expect(pixel(part, 0, 0) == pixel(whole, 0, 8))
    #expect(pixel(part, 25, 30) == pixel(whole, 15, 38))
    #expect(pixel(part, 25, 69) == pixel(whole, 15, 63))
    let both = try VideoReader(url, size: (width: 20, height: 35), crop: PixelBox(x: -10, y: 8, width: 40, height: 70))
    #expect((both.width, both.height) == (20, 35))
    let small = try #require(try both.next())
    #expect(small.rgb.shape == [35, 20, 3])
  }

  @Test func passingOverFrames() throws {
    try TestFilm.write(scratch.file("film.mp4"), 40)
    let reader = try VideoReader(scratch.file("film.mp4"))
    #expect(try reader.skip(17) == 17)
    let frame = try #require(try reader.next())
    #expect((TestFilm.number(frame.rgb), frame.index) == (17, 17))
    #expect(try reader.skip(100) == 22)
    #expect(try reader.next() == nil)
  }

  @Test func withoutH264() throws {
    var format = FilmFormat()
    format.codecs = ["no such encoder", "mpeg4"]
    try TestFilm.write(scratch.file("film.mp4"), 30, format: format)
    #expect(try TestFilm.numbers(VideoReader(scratch.file("film.mp4"))) == Array(0..<30))
  }
}
