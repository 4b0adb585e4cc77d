import Foundation
import Media
import Testing
import Torch

/// Files cut anywhere and files with flipped bits are read as far as they go or refused, without a crash and in bounded time.
@Suite struct DamageTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }
  /// Raise it for a long night: LIKENESS_FUZZ=1000.
  static let rounds = Int(ProcessInfo.processInfo.environment["LIKENESS_FUZZ"] ?? "") ?? 200

  /// Reads images and sound to the end; returns how many frames there were, or nil if the file was refused.
  @discardableResult
  private func readAll(_ url: URL) throws -> Int? {
    var frames: Int?
    do {
      let reader = try VideoReader(url, size: (48, 32), threads: 2)
      var count = 0
      while try reader.next() != nil {
        count += 1
        // Damaged timestamps may stretch a film, but not beyond all bounds.
        if count > 20_000 { break }
      }
      #expect(count <= 20_000)
      frames = count
    } catch let error as MediaError {
      #expect(!error.description.contains("\n"))
    }
    do { _ = try AudioReader.read(url) } catch is MediaError {}
    return frames
  }

  private func films() throws -> [URL] {
    var formats: [(String, FilmFormat)] = [("h264.mp4", FilmFormat())]
    for (name, container, codec) in [("mpeg4.avi", "avi", "mpeg4"), ("ffv1.mkv", "matroska", "ffv1"), ("h264.ts", "mpegts", "libx264")] {
      var format = FilmFormat()
      (format.container, format.codecs) = (container, [codec])
      formats.append((name, format))
    }
    return try formats.map { name, format in
      let url = scratch.file(name)
      let writer = try VideoWriter(url, width: 96, height: 64, rate: 25, sound: .samples(rate: 16000), format: format)
      for i in 0..<30 {
        try writer.append(TestFilm.frame(i))
        try writer.append(samples: tone(300, seconds: 0.04, rate: 16000))
      }
      try writer.finish()
      return url
    }
  }

  @Test(.timeLimit(.minutes(2))) func filesCutAnywhere() throws {
    for film in try films() {
      let data = try Data(contentsOf: film)
      // AVI makes room for the sound's beginning by leaving out two images' times.
      let whole = try #require(try readAll(film))
      #expect((30...32).contains(whole), "\(film.lastPathComponent): \(whole)")
      var dice = Dice(1)
      var delivered = 0
      let cut = scratch.file("cut-\(film.lastPathComponent)")
      for _ in 0..<16 {
        try data.prefix(Int.random(in: 1..<data.count, using: &dice)).write(to: cut)
        if try readAll(cut) != nil { delivered += 1 }
      }
      #expect(delivered >= 6, "\(film.lastPathComponent): of 16 cut files \(delivered) gave frames")
    }
  }

  @Test(.timeLimit(.minutes(2))) func flippedBits() throws {
    let films = try films()
    var dice = Dice(2)
    for round in 0..<Self.rounds {
      let film = films[round % films.count]
      var data = try Data(contentsOf: film)
      // Headers are small: every second round aims at them.
      let end = round % 2 == 0 ? min(4000, data.count) : data.count
      for _ in 0..<Int.random(in: 1...20, using: &dice) {
        data[Int.random(in: 0..<end, using: &dice)] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
      }
      let url = scratch.file("flipped-\(film.lastPathComponent)")
      try data.write(to: url)
      let start = ContinuousClock.now
      try readAll(url)
      #expect(ContinuousClock.now - start < .seconds(20), "round \(round)")
    }
  }

  @Test(.timeLimit(.minutes(2))) func damagedImages() throws {
    let chart = image(60, 40) { x, y in (x * 4, y * 6, (x * y) % 256) }
    for name in ["chart.png", "chart.jpg"] {
      try ImageFile.write(chart, to: scratch.file(name))
      let data = try Data(contentsOf: scratch.file(name))
      var dice = Dice(3)
      let damaged = scratch.file("damaged-\(name)")
      for round in 0..<Self.rounds {
        var bytes = data
        if round % 2 == 0 {
          bytes = bytes.prefix(Int.random(in: 1..<data.count, using: &dice))
        } else {
          for _ in 0..<8 { bytes[Int.random(in: 0..<data.count, using: &dice)] ^= 1 << UInt8.random(in: 0..<8, using: &dice) }
        }
        try bytes.write(to: damaged)
        do {
          let rgb = try ImageFile.read(damaged)
          #expect(rgb.dim == 3 && rgb.size(2) == 3)
        } catch is MediaError {}
      }
    }
  }

  /// With LIKENESS_FUZZ at 1000 or more, every clip; otherwise a small one.
  @Test(.enabled(if: Assets.arePresent, "skipped: ../shared is absent"), .timeLimit(.minutes(60)))
  func realClipsCutAt64Places() throws {
    let all = try FileManager.default.contentsOfDirectory(atPath: Assets.video("").path()).filter { $0.hasSuffix(".mp4") }.sorted()
    for name in Self.rounds >= 1000 ? all : ["drive_mead_W009_neutral.mp4"] {
      let data = try Data(contentsOf: Assets.video(name))
      let cut = scratch.file("cut-\(name)")
      var dice = Dice(4)
      for _ in 0..<64 {
        try data.prefix(Int.random(in: 1..<data.count, using: &dice)).write(to: cut)
        let start = ContinuousClock.now
        try readAll(cut)
        #expect(ContinuousClock.now - start < .seconds(60), "\(name)")
      }
    }
  }
}
