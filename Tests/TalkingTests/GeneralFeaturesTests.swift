import Foundation
import Media
import Speech
import Talking
import Testing
import Torch

/// Features that a network for any voice hears.
@Suite struct GeneralFeaturesTests {
  private static func write(_ samples: [Float], to url: URL) throws {
    var data = Data("RIFF".utf8)
    func append<T: FixedWidthInteger>(_ value: T) { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
    append(UInt32(36 + 2 * samples.count))
    data += Data("WAVEfmt ".utf8)
    append(UInt32(16))
    append(UInt16(1))
    append(UInt16(1))
    append(UInt32(16000))
    append(UInt32(32000))
    append(UInt16(2))
    append(UInt16(16))
    data += Data("data".utf8)
    append(UInt32(2 * samples.count))
    for sample in samples { append(Int16(max(-1, min(1, sample)) * 32767)) }
    try data.write(to: url)
  }

  /// Loudness comes first, then what the network says at the same moments, then the numbers it says it from.
  @Test func areLoudnessAndWhatTheNetworkSays() throws {
    try Sounds.withFolder { folder in
      let url = folder.appending(path: "a.wav"), face = Sounds.face(), features = GeneralFeatures(face)
      try Self.write(Sounds.babble(seconds: 2), to: url)
      let windows = try features.windows(url, fps: 25), loudness = GeneralFeatures.loudness, shapes = SpokenShapes.names.count
      #expect(windows.shape == [50, 16, loudness + shapes + 1 + face.configuration.width])
      #expect((windows.narrow(2, 0, loudness) .== (try MelFeatures().windows(url, fps: 25))).all())
      let said = SpokenTake.frames(of: try AudioReader.read(url, sampleRate: 16000), by: face, rate: 50)
      // At 25 frames a second the steps are the network's own, and a frame of 50 a second lies between two of them.
      for frame in [10, 31] {
        for i in [0, 7] {
          let both = [7, 8].map { windows[.at(frame), .at($0), .at(loudness + i)].item }
          #expect(abs((both[0] + both[1]) / 2 - Double(said[2 * frame][i])) < 1e-5)
        }
      }
      #expect(windows.isFinite().all())
    }
  }

  /// Batches of any length and other frame rates.
  @Test(arguments: [24.0, 25, 29.97, 60]) func streamedIsWhole(fps: Double) throws {
    try Sounds.withFolder { folder in
      let url = folder.appending(path: "a.wav"), features = GeneralFeatures(Sounds.face())
      try Self.write(Sounds.babble(seconds: 1.3), to: url)
      let whole = try features.windows(url, fps: fps), stream = try features.stream(url, fps: fps)
      var parts: [Tensor] = []
      while let part = try stream.next(7) { parts.append(part) }
      #expect(whole.shape == cat(parts).shape && (whole .== cat(parts)).all())
      #expect(abs(Double(whole.size(0)) - 1.3 * fps) <= 1)
    }
  }

  /// What is packed is what comes out again; another network is told apart.
  @Test func aPackedNetworkIsTheSame() throws {
    let face = Sounds.face(), url = URL(filePath: "avatar.safetensors")
    let (tensors, metadata) = face.packed
    let again = try SpeechFace(tensors, metadata, url)
    #expect(again.isSame(as: try SpeechFace(again.packed.tensors, again.packed.metadata, url)))
    #expect(!again.isSame(as: SpeechFace(untrained: SpeechFaceConfiguration(), seed: 8)))
    #expect(throws: TalkingError.self) { try SpeechFace(tensors, [:], url) }
    #expect(throws: TalkingError.self) { try SpeechFace(tensors.filter { $0.key != "network.input.bias" }, metadata, url) }
  }
}
