import Foundation

/// Sound files of several channels and tracks, which `AudioFile` does not write.
enum SoundFile {
  private static func word<I: FixedWidthInteger>(_ value: I) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
  private static func chunk(_ name: String, _ body: Data) -> Data { Data(name.utf8) + word(UInt32(body.count)) + body }
  private static func format(_ channels: Int, _ rate: Int) -> Data {
    word(UInt16(1)) + word(UInt16(channels)) + word(UInt32(rate)) + word(UInt32(rate * channels * 2)) + word(UInt16(channels * 2))
      + word(UInt16(16))
  }
  private static func pcm(_ samples: [Float]) -> Data {
    samples.reduce(into: Data()) { $0 += word(Int16(max(-32768, min(32767, ($1 * 32768).rounded())))) }
  }

  /// A WAV file whose channels are as long as one another.
  static func write(_ channels: [[Float]], rate: Int = 16000, to url: URL) throws {
    let samples = channels[0].indices.flatMap { i in channels.map { $0[i] } }
    let body = Data("WAVE".utf8) + chunk("fmt ", format(channels.count, rate)) + chunk("data", pcm(samples))
    try chunk("RIFF", body).write(to: url)
  }

  /// An AVI file of sound alone, a track of one channel each.
  static func write(tracks: [[Float]], rate: Int = 16000, to url: URL) throws {
    let second = rate, pieces = tracks.map { ($0.count + second - 1) / second }.max() ?? 0
    func list(_ name: String, _ body: Data) -> Data { chunk("LIST", Data(name.utf8) + body) }
    let main = [1_000_000, 0, 0, 0x110, pieces, 0, tracks.count, 0, 0, 0, 0, 0, 0, 0].reduce(into: Data()) { $0 += word(UInt32($1)) }
    let streams = tracks.reduce(into: Data()) { all, track in
      let header =
        Data("auds".utf8) + [1, 0, 0, 0, 2, 2 * rate, 0, track.count, 0, 0, 2, 0, 0].reduce(into: Data()) { $0 += word(UInt32($1)) }
      all += list("strl", chunk("strh", header) + chunk("strf", format(1, rate)))
    }
    var movie = Data()
    for piece in 0..<pieces {
      for (number, track) in tracks.enumerated() {
        let from = min(track.count, piece * second)
        movie += chunk("0\(number)wb", pcm(Array(track[from..<min(track.count, from + second)])))
      }
    }
    try chunk("RIFF", Data("AVI ".utf8) + list("hdrl", chunk("avih", main) + streams) + list("movi", movie)).write(to: url)
  }

  /// Something with the pauses of speech: bursts of tones that come and go.
  static func babble(seconds: Double, rate: Int = 16000, loudness: Float = 0.5) -> [Float] {
    (0..<Int(seconds * Double(rate))).map { i in
      let t = Double(i) / Double(rate), syllable = sin(2 * .pi * 2 * t)
      let tones = sin(2 * .pi * 170 * t) + 0.5 * sin(2 * .pi * 730 * t)
      return syllable > 0 ? loudness * Float(syllable * tones / 1.5) : 0
    }
  }
}
