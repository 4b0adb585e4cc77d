import Foundation
import Media
import Testing

@Suite struct SoundChoiceTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func read(_ url: URL) throws -> (sound: [Float], notice: String?) {
    let reader = try AudioReader(url)
    var samples: [Float] = []
    while let piece = try reader.next() { samples += piece }
    return (samples, reader.notice)
  }
  private func decibels(_ sound: [Float], over other: [Float]) -> Double { 20 * log10(loudness(sound) / loudness(other)) }

  /// Weights of a voice in each channel: mixed they are next to nothing, and the voice is to be as loud as where it is loudest.
  @Test(
    arguments: [
      [1, -1], [0.9, -1], [1, -0.8], [0.4, -0.5], [1, -1, 0, 0], [0.3, -0.3, 0.3, -0.3], [0, 0.7, -0.7, 0, 0, 0], [1, -1, 0.01],
      [0.5, -0.5, 0, 0.5, -0.5, 0, 0, 0],
    ] as [[Float]])
  func channelsThatCancel(_ weights: [Float]) throws {
    let voice = SoundFile.babble(seconds: 2), url = scratch.file("cancel.wav")
    try SoundFile.write(weights.map { w in voice.map { w * $0 } }, to: url)
    let (sound, notice) = try read(url)
    let loudest = weights.map(abs).max() ?? 0
    #expect(abs(decibels(sound, over: voice.map { $0 * loudest })) < 0.3, "\(weights): \(decibels(sound, over: voice))")
    #expect(notice?.contains("cancel") == true && notice?.contains("cancel.wav") == true, "\(String(describing: notice))")
  }

  /// Nothing else changes: both channels alike, one silent, and two that have nothing to do with one another are mixed as ever.
  @Test func channelsThatDoNot() throws {
    let voice = SoundFile.babble(seconds: 2), other = tone(523, seconds: 2, rate: 16000)
    for (name, channels) in [("alike", [voice, voice]), ("one", [voice, voice.map { _ in 0 }]), ("two", [voice, other])] {
      let url = scratch.file("\(name).wav")
      try SoundFile.write(channels, to: url)
      let (sound, notice) = try read(url)
      #expect(notice == nil)
      let mean = zip(channels[0], channels[1]).map { ($0 + $1) / 2 }
      #expect(zip(sound, mean).allSatisfy { abs($0 - $1) < 1e-3 }, "\(name)")
    }
    let silence = scratch.file("silence.wav")
    try SoundFile.write([[Float](repeating: 0, count: 8000), [Float](repeating: 0, count: 8000)], to: silence)
    #expect(try read(silence).notice == nil)
  }

  @Test func theTrackWithSpeechIsHeard() throws {
    let voice = SoundFile.babble(seconds: 3), length = voice.count
    let silence = [Float](repeating: 0, count: length), hum = tone(50, seconds: 3, rate: 16000)
    let hiss = (0..<length).map { Float(($0 * 7919) % 997) / 997 * 0.002 - 0.001 }
    let quiet = SoundFile.babble(seconds: 3, loudness: 0.2)
    for (name, tracks, heard) in [
      ("silent", [silence, voice], 2), ("hum", [hum, voice], 2), ("hiss", [hiss, silence, voice], 3), ("first", [voice, silence], 1),
      ("both", [quiet, voice], 1), ("none", [silence, silence], 1),
    ] {
      let url = scratch.file("\(name).avi")
      try SoundFile.write(tracks: tracks, to: url)
      let (sound, notice) = try read(url)
      #expect(zip(sound, tracks[heard - 1]).allSatisfy { abs($0 - $1) < 1e-3 }, "\(name)")
      #expect(notice?.contains("of its \(tracks.count) sound tracks, number \(heard) is used") == true, "\(String(describing: notice))")
    }
  }

  @Test func aTrackThatIsNamedIsHeard() throws {
    let voice = SoundFile.babble(seconds: 2), hum = tone(50, seconds: 2, rate: 16000)
    let url = scratch.file("two tracks #2.avi")
    try SoundFile.write(tracks: [voice, hum], to: url)
    #expect(url.audioTrack == nil && url.audioTrack(2).audioTrack == 2 && url.audioTrack(2).path == url.path)
    let (sound, notice) = try read(url.audioTrack(2))
    #expect(notice == nil)
    #expect(zip(sound, hum).allSatisfy { abs($0 - $1) < 1e-3 })
    let error = #expect(throws: MediaError.self) { _ = try AudioReader(url.audioTrack(3)) }
    #expect(error?.description.contains("two tracks #2.avi: has 2 sound tracks and no track 3") == true)
    // A path that is not absolute keeps its base.
    let near = URL(filePath: "two tracks #2.avi", relativeTo: scratch.file("x").deletingLastPathComponent())
    #expect(near.audioTrack(1).relativePath == near.relativePath)
    #expect(try read(near.audioTrack(1)).sound.count == voice.count)
  }
}
