import Foundation
import Torch

/// Sound files written by this tool.
package enum AudioFile {
  package enum Encoding: Sendable { case pcm16, float32 }

  /// Writes mono `samples` in -1...1 as a WAV file, whole or not at all; what is no number becomes silence, what is louder is clipped.
  ///
  /// Throws `MediaError` if the sound is longer than a WAV file can be, `FileError` if the disk does not take it.
  package static func write(_ samples: [Float], sampleRate: Int, to url: URL, encoding: Encoding = .pcm16) throws {
    precondition(sampleRate > 0, "\(sampleRate) samples a second")
    let width = encoding == .pcm16 ? 2 : 4
    guard samples.count * width < Int(UInt32.max) - 64 else {
      throw MediaError(.tooLarge, url, "a WAV file holds at most 4 GB: write the sound in parts")
    }
    var data = Data(capacity: 44 + samples.count * width)
    func append<I: FixedWidthInteger>(_ value: I) { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
    data.append(contentsOf: Array("RIFF".utf8))
    append(UInt32(36 + samples.count * width))
    data.append(contentsOf: Array("WAVEfmt ".utf8))
    append(UInt32(16))
    append(UInt16(encoding == .pcm16 ? 1 : 3))
    append(UInt16(1))
    append(UInt32(sampleRate))
    append(UInt32(sampleRate * width))
    append(UInt16(width))
    append(UInt16(8 * width))
    data.append(contentsOf: Array("data".utf8))
    append(UInt32(samples.count * width))
    switch encoding {
    case .pcm16:
      let rounded = samples.map { Int16(max(-32768, min(32767, (finite($0) * 32768).rounded()))).littleEndian }
      rounded.withUnsafeBytes { data.append(contentsOf: $0) }
    case .float32:
      samples.map { finite($0).bitPattern.littleEndian }.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    try AtomicFile.write(data, to: url)
  }
}

/// `sample`, or silence where it is no number.
func finite(_ sample: Float) -> Float { sample.isFinite ? sample : 0 }
