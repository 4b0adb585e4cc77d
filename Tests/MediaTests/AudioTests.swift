import Foundation
import Media
import Testing

@Suite struct AudioTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func wavKeepsSamples() throws {
    let samples = tone(300, seconds: 0.5, rate: 16000)
    for encoding in [AudioFile.Encoding.pcm16, .float32] {
      try AudioFile.write(samples, sampleRate: 16000, to: scratch.file("tone.wav"), encoding: encoding)
      let back = try AudioReader.read(scratch.file("tone.wav"))
      #expect(back.count == samples.count)
      #expect(zip(back, samples).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  @Test func otherRatesKeepTimeAndLoudness() throws {
    for rate in [1000, 8000, 22050, 44100, 48000] {
      // Silence with one burst in the middle: both its place and its loudness must stay.
      var samples = [Float](repeating: 0, count: rate)
      let burst = tone(200, seconds: 0.1, rate: rate)
      samples.replaceSubrange(rate / 2..<rate / 2 + burst.count, with: burst)
      try AudioFile.write(samples, sampleRate: rate, to: scratch.file("burst.wav"), encoding: .float32)
      let back = try AudioReader.read(scratch.file("burst.wav"))
      #expect(abs(back.count - 16000) <= 32, "\(rate) Hz: \(back.count)")
      #expect(loudness(back[0..<7900]) < 0.01, "\(rate) Hz")
      #expect(abs(loudness(back[8040..<9560]) - 0.3535) < 0.02, "\(rate) Hz: \(loudness(back[8040..<9560]))")
      #expect(loudness(back[9700...]) < 0.01, "\(rate) Hz")
      #expect(back.allSatisfy { $0.isFinite })
    }
  }

  @Test func whatIsNoNumberIsSilence() throws {
    // Written by hand, since AudioFile would not write it.
    try AudioFile.write(tone(200, seconds: 1, rate: 44100), sampleRate: 44100, to: scratch.file("nan.wav"), encoding: .float32)
    var data = try Data(contentsOf: scratch.file("nan.wav"))
    for (i, value) in [Float.nan, .infinity, -.infinity, 1e30].enumerated() {
      let place = 44 + 4 * (5000 + 700 * i)
      withUnsafeBytes(of: value) { data.replaceSubrange(place..<place + 4, with: $0) }
    }
    try data.write(to: scratch.file("nan.wav"))
    let reader = try AudioReader(scratch.file("nan.wav"))
    var back: [Float] = []
    while let piece = try reader.next() { back += piece }
    #expect(abs(back.count - 16000) <= 32)
    #expect(back.allSatisfy { abs($0) < 1 })
    #expect(abs(loudness(back[100..<15900]) - 0.3535) < 0.01)
    #expect(reader.damage?.contains("4 samples") == true)
    try AudioFile.write([.nan, 0.5, .infinity, 7, -7], sampleRate: 8000, to: scratch.file("odd.wav"))
    #expect(try AudioReader.read(scratch.file("odd.wav"), sampleRate: 8000).map { ($0 * 100).rounded() } == [0, 50, 0, 100, -100])
  }

  @Test func lyingLengthIsNoHarm() throws {
    try AudioFile.write(tone(200, seconds: 1, rate: 16000), sampleRate: 16000, to: scratch.file("long.wav"))
    var data = try Data(contentsOf: scratch.file("long.wav"))
    let claimed = UInt32(8 * 3600 * 32000)
    withUnsafeBytes(of: claimed.littleEndian) { data.replaceSubrange(40..<44, with: $0) }
    withUnsafeBytes(of: (claimed + 36).littleEndian) { data.replaceSubrange(4..<8, with: $0) }
    try data.write(to: scratch.file("long.wav"))
    let reader = try AudioReader(scratch.file("long.wav"))
    var count = 0
    while let piece = try reader.next() { count += piece.count }
    #expect(count == 16000)
  }
}
