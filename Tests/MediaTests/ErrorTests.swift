import Foundation
import Media
import Testing
import Torch

/// What is wrong with a file is said in one line that names it.
@Suite struct ErrorTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func expect(
    _ kind: MediaError.Kind, _ name: String, _ body: (URL) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: MediaError.self, sourceLocation: sourceLocation) { try body(scratch.file(name)) }
    #expect(error?.kind == kind, "\(error?.description ?? "")", sourceLocation: sourceLocation)
    #expect(error?.description.contains(name) == true && error?.description.contains("\n") == false, sourceLocation: sourceLocation)
  }
  private func video(_ url: URL) throws { while try VideoReader(url).next() != nil { return } }
  private func sound(_ url: URL) throws { _ = try AudioReader.read(url) }
  private func image(_ url: URL) throws { _ = try ImageFile.read(url) }

  @Test func filesThatAreNone() throws {
    try FileManager.default.createDirectory(at: scratch.file("folder.mp4"), withIntermediateDirectories: true)
    try Data().write(to: scratch.file("empty.mp4"))
    mkfifo(scratch.file("pipe.mp4").path(), 0o600)
    for read in [video, sound, image] {
      expect(.missing, "absent.mp4", read)
      expect(.folder, "folder.mp4", read)
      expect(.empty, "empty.mp4", read)
      expect(.notAFile, "pipe.mp4", read)
      expect(.missing, "no/such/folder.mp4", read)
    }
  }

  @Test func filesThatAreNoMedia() throws {
    let prose = String(repeating: "It was a dark and stormy night; the rain fell in torrents.\n", count: 200)
    for name in ["prose.mp4", "prose.txt", "prose.nfo", "prose.png", "prose.jpg", "prose.wav", "prose.mp3", "prose.avi"] {
      try Data(prose.utf8).write(to: scratch.file(name))
      for read in [video, sound, image] { expect(.notMedia, name, read) }
    }
    try Data("#!/bin/sh\necho hello\n".utf8).write(to: scratch.file("script.mp4"))
    expect(.notMedia, "script.mp4", video)
    try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }).write(to: scratch.file("noise.mp4"))
    for read in [video, sound, image] { expect(.notMedia, "noise.mp4", read) }
    try Data("1\n00:00:01,000 --> 00:00:02,000\nHello\n".utf8).write(to: scratch.file("titles.mp4"))
    expect(.notMedia, "titles.mp4", video)
  }

  /// A play list could make us open other files, or the network.
  @Test func playListsOpenNothing() throws {
    try TestFilm.write(scratch.file("secret.mp4"), 3)
    try Data("ffconcat version 1.0\nfile secret.mp4\n".utf8).write(to: scratch.file("concat.mp4"))
    try Data("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.mp4\n#EXT-X-ENDLIST\n".utf8).write(to: scratch.file("list.m3u8"))
    try Data("<?xml version=\"1.0\"?><MPD><Period><BaseURL>secret.mp4</BaseURL></Period></MPD>".utf8).write(to: scratch.file("dash.mpd"))
    for name in ["concat.mp4", "list.m3u8", "dash.mpd"] { expect(.notMedia, name, video) }
  }

  @Test func streamsThatAreMissing() throws {
    try AudioFile.write(tone(300, seconds: 1, rate: 16000), sampleRate: 16000, to: scratch.file("sound.wav"))
    expect(.audioOnly, "sound.wav", video)
    try TestFilm.write(scratch.file("silent.mp4"), 3)
    expect(.noAudio, "silent.mp4", sound)
    try AudioFile.write([], sampleRate: 16000, to: scratch.file("nothing.wav"))
    expect(.noAudio, "nothing.wav", sound)
  }

  /// An MP4 whose index is at the end and gone, and one whose index promises frames that are not there.
  @Test func filmsCutShort() throws {
    try TestFilm.write(scratch.file("film.mp4"), 100)
    let data = try Data(contentsOf: scratch.file("film.mp4"))
    let index = try #require(data.range(of: Data("moov".utf8))).lowerBound - 4
    let media = try #require(data.range(of: Data("mdat".utf8))).lowerBound - 4
    #expect(index < media, "the index comes first, so that players can begin before they have all")
    try (data[..<index] + data[media...]).write(to: scratch.file("headless.mp4"))
    expect(.truncated, "headless.mp4", video)
    try data[..<(media + 8)].write(to: scratch.file("bodyless.mp4"))
    expect(.noFrames, "bodyless.mp4", video)
    try data[..<(media + (data.count - media) / 2)].write(to: scratch.file("half.mp4"))
    let reader = try VideoReader(scratch.file("half.mp4"))
    let shown = try TestFilm.numbers(reader)
    #expect(shown.count > 10 && shown.count < 95, "\(shown.count)")
    #expect(reader.frameCount == 100)
    #expect(reader.damage?.contains("header says 4.0 s") == true, "\(reader.damage ?? "nothing")")
  }

  @Test func absurdSizes() throws {
    try TestFilm.write(scratch.file("film.mp4"), 3)
    #expect(throws: MediaError.self) { try VideoReader(scratch.file("film.mp4"), size: (100_000, 100_000)) }
    // The head of a PNG of 100,000 x 100,000 pixels, and one whose sides overflow.
    for side in [100_000, 0x7FFF_FFFF, 0xFFFF_FFFF] {
      var png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]) + Data("IHDR".utf8)
      for _ in 0..<2 { withUnsafeBytes(of: UInt32(side).bigEndian) { png.append(contentsOf: $0) } }
      png += [8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + Data("IDAT".utf8)
      try png.write(to: scratch.file("huge.png"))
      let start = ContinuousClock.now
      expect(.tooLarge, "huge.png", image)
      #expect(throws: MediaError.self) { try VideoReader(scratch.file("huge.png")) }
      #expect(ContinuousClock.now - start < .seconds(2))
    }
  }

  @Test func namesThatCannotBeWritten() throws {
    expect(.badRequest, "picture.xyz") { try ImageFile.write(Tensor.zeros([4, 4, 3]), to: $0) }
    expect(.badRequest, "film.xyz") { _ = try VideoWriter($0, width: 16, height: 16) }
    #expect(throws: FileError.self) { try VideoWriter(scratch.file("no/film.mp4"), width: 16, height: 16) }
    #expect(throws: FileError.self) { try ImageFile.write(Tensor.zeros([4, 4, 3]), to: scratch.file("no/picture.png")) }
    #expect(throws: FileError.self) { try AudioFile.write([0], sampleRate: 8000, to: scratch.file("no/sound.wav")) }
    expect(.noFrames, "film.mp4") { try VideoWriter($0, width: 16, height: 16).finish() }
    #expect(scratch.names == [])
  }
}
