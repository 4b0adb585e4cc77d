import Foundation
import Media
import Testing
import Torch

/// Images and sound of one moment stay together, whatever they lie in: films with a white image and a click each second.
@Suite struct SyncTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// Five seconds; false where this FFmpeg cannot write such a film.
  private func write(_ name: String, _ format: FilmFormat, rate: Int = 48000) throws -> Bool {
    do {
      let writer = try VideoWriter(
        scratch.file(name), width: 96, height: 64, rate: 25, sound: .samples(rate: rate), format: format)
      var samples = [Float](repeating: 0, count: 5 * rate)
      for second in 1..<5 {
        for i in 0..<rate / 100 { samples[second * rate + i] = Float(0.8 * sin(2 * .pi * 1000 * Double(i) / Double(rate))) }
      }
      for i in 0..<125 {
        let isFlash = i > 0 && i % 25 == 0
        // What moves keeps encoders from leaving images out.
        try writer.append(
          image(96, 64) { x, y in isFlash ? (235, 235, 235) : ((x * 7919 + y * 104729 + i * 1299709) % 61 + 20, 60, 40 + y) })
        try writer.append(samples: Array(samples[i * rate / 25..<(i + 1) * rate / 25]))
      }
      try writer.finish()
      return true
    } catch let error as MediaError where error.kind == .unsupported { return false }
  }
  /// Seconds by which each click comes later than its flash.
  private func delays(_ name: String) throws -> [Double] {
    let reader = try VideoReader(scratch.file(name)), rate = 16000
    var flashes: [Double] = []
    while let frame = try reader.next() {
      if frame.rgb.to(.float32).mean().item > 150 { flashes.append(frame.time) }
    }
    let sound = try AudioReader.read(scratch.file(name), sampleRate: rate)
    return flashes.compactMap { flash in
      let from = max(0, Int((flash - 0.4) * Double(rate))), to = min(sound.count, Int((flash + 0.4) * Double(rate)))
      guard from < to else { return nil }
      return sound[from..<to].firstIndex { abs($0) > 0.3 }.map { Double($0) / Double(rate) - flash }
    }
  }
  private func expectStep(_ name: String, flashes: ClosedRange<Int> = 4...4, within tolerance: Double = 0.03) throws {
    let delays = try delays(name)
    #expect(flashes.contains(delays.count) && delays.allSatisfy { abs($0) < tolerance }, "\(name): \(delays)")
  }

  @Test(arguments: [
    ("mp4", "libx264", "aac", "mp4"), ("mov", "libx264", "aac", "mov"), ("matroska", "libx264", "aac", "mkv"),
    ("mpegts", "libx264", "aac", "ts"), ("avi", "libx264", "aac", "x264.avi"), ("avi", "mpeg4", "libmp3lame", "mpeg4.avi"),
    ("avi", "mjpeg", "aac", "mjpeg.avi"), ("webm", "libvpx", "libopus", "webm"), ("matroska", "libx264", "libopus", "opus.mkv"),
    ("matroska", "mpeg4", "libmp3lame", "mp3.mkv"), ("mpegts", "mpeg2video", "ac3", "ac3.ts"), ("mpeg", "mpeg2video", "ac3", "mpg"),
    ("flv", "flv", "libmp3lame", "flv"), ("nut", "ffv1", "aac", "nut"),
  ]) func containers(container: String, codec: String, sound: String, name: String) throws {
    var format = FilmFormat()
    (format.container, format.codecs, format.soundCodecs) = (container, [codec], [sound])
    if codec == "mjpeg" { (format.pixels, format.isFullRange) = ("yuvj420p", true) }
    if codec.hasPrefix("mpeg") { format.bFrames = 2 }
    guard try write("film.\(name)", format) else { return }
    try expectStep("film.\(name)")
  }

  /// What is on the air, or in a ring of a camera, begins anywhere.
  @Test(arguments: [("mpegts", "libx264", "aac", 188), ("mpegts", "mpeg2video", "ac3", 188)])
  func recordingsBeginBetweenKeyFrames(container: String, codec: String, sound: String, unit: Int) throws {
    var format = FilmFormat()
    (format.container, format.codecs, format.soundCodecs) = (container, [codec], [sound])
    if codec.hasPrefix("mpeg") { format.bFrames = 2 }
    guard try write("film", format) else { return }
    let data = try Data(contentsOf: scratch.file("film"))
    for part in [0.08, 0.15, 0.3, 0.45, 0.6] {
      try data.dropFirst(Int(part * Double(data.count)) / unit * unit).write(to: scratch.file("cut"))
      try expectStep("cut", flashes: 1...4)
    }
  }

  /// As cutting without encoding anew leaves it: what is shown begins between two images, and between two pieces of sound.
  @Test(arguments: [0.0, 0.013, 0.031, 0.5, 0.613]) func editListsBeginAnywhere(seconds: Double) throws {
    #expect(try write("film.mp4", FilmFormat()))
    var data = try Data(contentsOf: scratch.file("film.mp4"))
    let scales = data.places(of: "mdhd").map { data.number(at: $0 + 12) }
    let lists = data.places(of: "elst")
    #expect(lists.count == 2 && scales.count == 2)
    for (place, scale) in zip(lists, scales) {
      let began = data.number(at: place + 12)
      data.set(began + Int((seconds * Double(scale)).rounded()), at: place + 12)
    }
    try data.write(to: scratch.file("cut.mp4"))
    try expectStep("cut.mp4", within: 0.008)
  }
}

extension Data {
  /// Where the contents of MP4 boxes of this kind begin.
  fileprivate func places(of kind: String) -> [Int] {
    var found: [Int] = [], from = startIndex
    while let range = range(of: Data(kind.utf8), in: from..<endIndex) {
      found.append(range.upperBound)
      from = range.upperBound
    }
    return found
  }
  fileprivate func number(at place: Int) -> Int { self[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
  fileprivate mutating func set(_ number: Int, at place: Int) {
    for i in 0..<4 { self[place + i] = UInt8(truncatingIfNeeded: number >> (24 - 8 * i)) }
  }
}
