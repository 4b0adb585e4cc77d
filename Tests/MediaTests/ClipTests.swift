import Foundation
import Media
import Testing

/// Real clips: what the manifest says of them is what is read.
@Suite(.enabled(if: Assets.arePresent, "skipped: ../shared is absent")) struct ClipTests {
  struct Entry {
    var name: String
    var width: Int
    var height: Int
    var frames: Int
    var seconds: Double
    var hasSound: Bool
  }
  static func manifest() throws -> [Entry] {
    let text = try String(contentsOf: Assets.folder.appending(path: "MANIFEST.md"), encoding: .utf8)
    return text.matches(of: #/\| (\w+\.mp4) \|[^\n]*\[(\d+)x(\d+) [\d/]+fps (\d+)fr ([\d.]+)s \w+\] \[(no audio)?/#).map {
      Entry(
        name: String($0.1), width: Int($0.2) ?? 0, height: Int($0.3) ?? 0, frames: Int($0.4) ?? 0, seconds: Double($0.5) ?? 0,
        hasSound: $0.6 == nil)
    }
  }

  @Test func everyFrameOfEveryClipIsRead() throws {
    let entries = try Self.manifest()
    #expect(entries.count == 36)
    for entry in entries {
      let reader = try VideoReader(Assets.video(entry.name), rate: nil)
      // One clip of 512 x 480 says that its pixels are 15 : 16.
      let height = entry.name == "drive_lp_d9.mp4" ? 512 : entry.height
      #expect((reader.width, reader.height) == (entry.width, height), "\(entry.name)")
      #expect(reader.hasAudio == entry.hasSound, "\(entry.name)")
      #expect(try reader.skip(100_000) == entry.frames, "\(entry.name)")
      #expect(reader.frameCount == entry.frames, "\(entry.name)")
      #expect(reader.damage == nil, "\(entry.name): \(reader.damage ?? "")")
    }
  }

  @Test func everyClipLastsAsLongAtTheUsualRate() throws {
    for entry in try Self.manifest() where entry.seconds < 15 {
      let reader = try VideoReader(Assets.video(entry.name))
      let frames = try reader.skip(100_000)
      // One header leaves the pause before its last frame out.
      let slack = entry.name == "train_duda_1080p_noaudio.mp4" ? 3 : 0
      #expect(abs(Double(frames) - entry.seconds * 25) <= 2.3 + Double(slack), "\(entry.name): \(frames), \(reader.counts)")
      #expect(abs(frames - reader.frameCount) <= 1 + slack, "\(entry.name): \(frames) of \(reader.frameCount)")
    }
  }

  @Test func soundLastsAsLongAsTheManifestSays() throws {
    for entry in try Self.manifest() where entry.hasSound && entry.seconds < 30 {
      let reader = try AudioReader(Assets.video(entry.name))
      var count = 0
      while let piece = try reader.next() { count += piece.count }
      #expect(abs(Double(count) / 16000 - entry.seconds) < 0.13, "\(entry.name): \(Double(count) / 16000)")
      #expect(reader.damage == nil, "\(entry.name): \(reader.damage ?? "")")
    }
    for (name, seconds) in [("en_Obama_5s.wav", 5.0), ("zh_bus_chinese.wav", 3.4), ("noisy_cafeteria_snr_0.wav", 6.4)] {
      #expect(abs(Double(try AudioReader.read(Assets.folder.appending(path: "audio/\(name)")).count) / 16000 - seconds) < 0.1, "\(name)")
    }
  }

  /// The manifest counts 37 doubled frames among the 199, more strictly than we do: 15 others differ by less than 0.06 grey levels.
  @Test func doubledFramesArePassedOver() throws {
    let reader = try VideoReader(Assets.video("drive_retalk_4.mp4"))
    var sources: [Int] = []
    while let frame = try reader.next() { sources.append(frame.source) }
    #expect(sources.count == 166)
    #expect((37...55).contains(reader.counts.repeated), "\(reader.counts)")
    // With 147 different images for 166 ticks, some are shown twice and none is left out.
    #expect(reader.counts.dropped == 0)
    #expect(zip(sources.dropFirst(), sources).allSatisfy { $0 - $1 == 1 || $0 - $1 == 2 })
  }

  @Test func variableRateKeepsItsTiming() throws {
    let native = try VideoReader(Assets.video("drive_retalk_1.mp4"), rate: nil)
    var times: [Double] = []
    while let frame = try native.next() { times.append(frame.time) }
    let reader = try VideoReader(Assets.video("drive_retalk_1.mp4"))
    while let frame = try reader.next() {
      let nearest = times.map { abs($0 - frame.time) }.min() ?? 0
      #expect(abs(times[frame.source] - frame.time) <= nearest + 0.041)
    }
    #expect(abs(reader.startTime - 0.033) < 0.001)
  }

  @Test func photosAreRead() throws {
    for (name, height, width) in [
      ("neg_coffee.png", 400, 600), ("frontal_astronaut_smile_PD.png", 512, 512), ("bw_einstein.jpg", 500, 375),
    ] {
      #expect(try ImageFile.read(Assets.folder.appending(path: "photo/\(name)")).shape == [height, width, 3], "\(name)")
    }
  }
}
