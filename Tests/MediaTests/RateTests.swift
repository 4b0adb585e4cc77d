import Foundation
import Media
import Testing
import Torch

/// Films whose images come at other times than those asked for.
@Suite struct RateTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// A film whose frame i shows number `numbers[i]` from `ticks[i]` / 600 s on.
  private func film(_ name: String, _ ticks: [Int], numbers: [Int]? = nil, format: FilmFormat = FilmFormat()) throws -> URL {
    let writer = try VideoWriter(scratch.file(name), width: 96, height: 64, rate: 600, sound: nil, format: format)
    for (i, tick) in ticks.enumerated() { try writer.append(TestFilm.frame(numbers?[i] ?? i), tick: tick) }
    try writer.finish()
    return scratch.file(name)
  }

  @Test func variableRateKeepsItsTiming() throws {
    var random = Dice(7)
    var ticks = [0]
    for _ in 0..<120 { ticks.append(ticks.last! + Int.random(in: 10...60, using: &random)) }
    let reader = try VideoReader(film("variable.mp4", ticks))
    var shown: [Int] = []
    while let frame = try reader.next() {
      #expect(abs(frame.time - Double(shown.count) / 25) < 1e-9)
      let nearest = ticks.indices.map { abs(Double(ticks[$0]) / 600 - frame.time) }.min()!
      let number = TestFilm.number(frame.rgb)
      #expect(abs(abs(Double(ticks[number]) / 600 - frame.time) - nearest) < 1e-3, "frame \(number) at \(frame.time)")
      shown.append(number)
    }
    #expect(abs(Double(shown.count) - Double(ticks.last!) / 600 * 25) <= 2.5)
    #expect(shown == shown.sorted())
    let missing = Set(ticks.indices).subtracting(shown).count
    #expect(reader.counts.dropped == missing)
    #expect(reader.counts.duplicated == shown.count - Set(shown).count)
  }

  @Test(arguments: [(10, 25), (24, 25), (30, 25), (50, 25), (60, 25), (120, 25), (25, 30)])
  func constantRatesAreExact(source: Int, wanted: Int) throws {
    try TestFilm.write(scratch.file("film.mp4"), source * 2, rate: Rational(source))
    let reader = try VideoReader(scratch.file("film.mp4"), rate: Rational(wanted))
    #expect(reader.frameCount == 2 * wanted)
    let shown = try TestFilm.numbers(reader)
    #expect(shown.count == 2 * wanted)
    for (tick, number) in shown.enumerated() {
      #expect(
        abs(Double(number) / Double(source) - Double(tick) / Double(wanted)) <= 0.5 / Double(source) + 1e-6 || number == 2 * source - 1)
    }
  }

  @Test func ntscRateDoesNotDrift() throws {
    try TestFilm.write(scratch.file("film.mp4"), 900, rate: Rational(30000, 1001), width: 48, height: 32)
    let reader = try VideoReader(scratch.file("film.mp4"), rate: 25)
    var count = 0
    while let frame = try reader.next() {
      #expect(abs(Double(frame.source) * 1001 / 30000 - frame.time) <= 0.5 * 1001 / 30000 + 1e-4)
      count += 1
    }
    #expect(count == 751)
  }

  /// 25 frames a second stored as 30 by repeating every fifth, whichever of the five it is.
  @Test(arguments: 0..<6) func pulldownIsUndone(phase: Int) throws {
    let numbers = (0..<180).map { i in (i + phase) / 6 * 5 + min((i + phase) % 6, 4) - phase }.map { max(0, $0) }
    let reader = try VideoReader(film("pulldown.mp4", (0..<180).map { $0 * 20 }, numbers: numbers))
    let shown = try TestFilm.numbers(reader)
    #expect((149...150).contains(shown.count))
    // The first second is for finding the rhythm, and the last ticks cannot look ahead; between, nothing is shown twice or left out.
    let steps = zip(shown.dropFirst(26), shown.dropFirst(25)).map(-).dropLast(3)
    #expect(steps.allSatisfy { $0 == 1 }, "phase \(phase): \(steps.enumerated().filter { $0.1 != 1 })")
    #expect(abs(reader.counts.repeated - 30) <= 3, "\(reader.counts)")
  }

  @Test func oneFrame() throws {
    let reader = try VideoReader(film("one.mp4", [0]))
    #expect(try TestFilm.numbers(reader) == [0])
    #expect(try TestFilm.numbers(VideoReader(film("alone.mp4", [0]), rate: nil)) == [0])
  }

  @Test func nativeRateKeepsFramesAndTimes() throws {
    let ticks = [0, 20, 30, 90, 100, 400]
    let reader = try VideoReader(film("native.mp4", ticks), rate: nil)
    var found: [Int] = []
    while let frame = try reader.next() { found.append(Int((frame.time * 600).rounded())) }
    #expect(found == ticks)
  }

  @Test func absurdGapsAreClosed() throws {
    let hours = 8 * 3600 * 600
    var format = FilmFormat()
    (format.container, format.codecs) = ("matroska", ["ffv1"])
    let reader = try VideoReader(film("gap.mkv", [0, 24, 48, hours, hours + 24, hours + 48], format: format))
    let shown = try TestFilm.numbers(reader)
    #expect(shown.count <= 8 && Set(shown) == Set(0..<6), "\(shown)")
    #expect(reader.damage?.contains("timestamps jump") == true)
  }

  private static func matroska() -> FilmFormat {
    var format = FilmFormat()
    (format.container, format.codecs) = ("matroska", ["ffv1"])
    return format
  }
  /// A film whose times, in milliseconds, are those given, growing or not.
  private func written(_ name: String, milliseconds: [Int]) throws -> URL {
    // Matroska rounds to milliseconds.
    let writer = try VideoWriter(scratch.file(name), width: 96, height: 64, rate: 16000, sound: nil, format: Self.matroska())
    for (i, time) in milliseconds.enumerated() { try writer.append(TestFilm.frame(i), tick: 16 * time) }
    try writer.finish()
    return scratch.file(name)
  }

  /// Images of one time are shown in turn, in the time to the next; those behind them keep their times.
  @Test func timesThatRepeatLoseNoImage() throws {
    let plain = (0..<50).map { 40 * $0 }
    var pair = plain, triple = plain, grown = plain
    pair[20] = pair[19]
    (triple[20], triple[21]) = (triple[19], triple[19])
    (grown[20], grown[21]) = (grown[19] + 1, grown[19] + 2)
    let all: [(String, [Int])] = [
      ("pair", pair), ("triple", triple), ("grown", grown), ("pairs", plain.indices.map { $0 / 2 * 80 }),
      ("fours", plain.indices.map { $0 / 4 * 160 }), ("start", [0, 0, 0] + plain.dropFirst(3)),
      ("end", Array(plain.dropLast(3)) + [1880, 1880, 1880]),
    ]
    for (name, times) in all {
      let url = try written("\(name).mkv", milliseconds: times)
      let reader = try VideoReader(url)
      let shown = try TestFilm.numbers(reader)
      // How long the last one lasts is not written down.
      #expect(shown.prefix(50) == ArraySlice(0..<50) && shown.count <= 53, "\(name): \(shown)")
      #expect(reader.damage == nil, "\(name): \(reader.damage ?? "")")
      let native = try VideoReader(url, rate: nil)
      var last = -1.0
      while let frame = try native.next() {
        #expect(frame.time > last && abs(frame.time - 0.04 * Double(frame.index)) < 0.07, "\(name) at \(frame.time)")
        last = frame.time
      }
    }
  }

  /// Times that do not grow at all, or a millisecond an image, mean nothing: then 25 images a second are the best guess.
  @Test(arguments: [0, 1]) func timesThatNeverGrow(step: Int) throws {
    let url = try written("still\(step).mkv", milliseconds: (0..<200).map { step * $0 })
    for rate in [25, 30] as [Rational] {
      let shown = try TestFilm.numbers(VideoReader(url, rate: rate))
      #expect(Set(shown).count > 190 && shown.count < 280 && shown == shown.sorted(), "\(shown)")
    }
  }

  /// AVI says when images are decoded, not when they are shown.
  @Test(arguments: ["mpeg4", "libx264", "libxvid"]) func aviWithImagesPredictedFromLaterOnes(codec: String) throws {
    var format = FilmFormat()
    (format.container, format.codecs, format.bFrames) = ("avi", [codec], 2)
    do { try TestFilm.write(scratch.file("film.avi"), 100, format: format) } catch let error as MediaError where error.kind == .unsupported
    { return }
    let shown = try TestFilm.numbers(VideoReader(scratch.file("film.avi")))
    // Xvid's encoder keeps the last ones for itself.
    #expect(shown.count >= 97 && shown.prefix(97) == ArraySlice(0..<97), "\(shown)")
  }
}
