import Foundation
import Media
import Testing
import Torch

/// Containers that start late, change under way or hold what others do not.
@Suite struct ContainerTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test(arguments: [
    ("matroska", "libx264", "mkv"), ("mpegts", "libx264", "ts"), ("mov", "mpeg4", "mov"), ("nut", "ffv1", "nut"), ("avi", "mjpeg", "avi"),
    ("webm", "libvpx-vp9", "webm"), ("mpeg", "mpeg2video", "mpg"), ("flv", "flv", "flv"),
    ("h264", "libx264", "h264"),
  ]) func kinds(container: String, codec: String, name: String) throws {
    var format = FilmFormat()
    (format.container, format.codecs) = (container, [codec])
    if codec == "mjpeg" { (format.pixels, format.isFullRange) = ("yuvj420p", true) }
    do {
      try TestFilm.write(scratch.file("film.\(name)"), 30, format: format)
    } catch let error as MediaError where error.kind == .unsupported {
      return  // This FFmpeg cannot write it.
    }
    let shown = try TestFilm.numbers(VideoReader(scratch.file("film.\(name)")))
    #expect(shown == Array(0..<30), "\(container) \(codec): \(shown)")
  }

  /// Sound that begins a second before the images is cut, so that both begin together.
  @Test func lateStartsKeepSoundInStep() throws {
    let rate = 16000
    var samples = [Float](repeating: 0, count: 4 * rate)
    for i in 0..<160 { samples[Int(2.5 * Double(rate)) + i] = 0.8 * sin(Float(i) * 0.8) }
    let writer = try VideoWriter(
      scratch.file("late.mp4"), width: 96, height: 64, rate: 25, sound: .samples(rate: rate), format: FilmFormat())
    for i in 0..<75 {
      try writer.append(TestFilm.frame(i), tick: i + 25)
      try writer.append(samples: Array(samples[min(i * 960, 63000)..<min(i * 960 + 960, 64000)]))
    }
    try writer.finish()
    let reader = try VideoReader(scratch.file("late.mp4"))
    #expect(try TestFilm.numbers(reader) == Array(0..<75))
    #expect(abs(reader.startTime - 1) < 0.01, "\(reader.startTime)")
    let back = try AudioReader.read(scratch.file("late.mp4"))
    let click = Int(1.5 * Double(rate))
    #expect(loudness(back[click + 16..<click + 144]) > 0.3)
    #expect(loudness(back[click - 480..<click - 64]) < 0.05)
    // Asked to start elsewhere, the reader leaves out or precedes with silence.
    let early = try AudioReader(scratch.file("late.mp4"), start: -0.5)
    var all: [Float] = []
    while let piece = try early.next() { all += piece }
    #expect(loudness(all[click + 24016..<click + 24144]) > 0.3)
    #expect(loudness(all[0..<7000]) < 0.01)
  }

  /// Two transport streams behind one another are one whose size changes and whose times begin anew.
  @Test func sizeMayChangeUnderWay() throws {
    var format = FilmFormat()
    format.container = "mpegts"
    try TestFilm.write(scratch.file("a.ts"), 25, width: 96, height: 64, format: format)
    try TestFilm.write(scratch.file("b.ts"), 25, width: 192, height: 128, format: format)
    try (Data(contentsOf: scratch.file("a.ts")) + Data(contentsOf: scratch.file("b.ts"))).write(to: scratch.file("both.ts"))
    let reader = try VideoReader(scratch.file("both.ts"))
    var shown: [Int] = []
    while let frame = try reader.next() {
      #expect(frame.rgb.shape == [64, 96, 3])
      shown.append(TestFilm.number(frame.rgb))
    }
    #expect(shown.count >= 48 && shown.count <= 54, "\(shown)")
    #expect(Set(shown) == Set(0..<25), "\(shown)")
    #expect(reader.damage?.contains("96x64 to 192x128") == true, "\(reader.damage ?? "nothing")")
  }

  @Test func memoryStaysConstant() throws {
    func resident() -> Int {
      let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").dropFirst().first
      return (pages.flatMap { Int($0) } ?? 0) * 4096
    }
    try TestFilm.write(scratch.file("film.mp4"), 400, width: 320, height: 240)
    // 350 frames of 3.7 MB are 1.3 GB. Other tests run meanwhile and take memory, so one reading of a few must do; frames that were kept
    // would spoil all.
    var grown: [Int] = []
    repeat {
      let reader = try VideoReader(scratch.file("film.mp4"), size: (1280, 960), threads: 2)
      try reader.skip(50)
      let before = resident()
      while try reader.next() != nil {}
      grown.append(resident() - before)
    } while grown.count < 5 && grown.min()! >= 500 << 20
    #expect(grown.min()! < 500 << 20, "\(grown)")
  }
}
