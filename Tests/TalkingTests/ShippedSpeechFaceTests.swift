import Foundation
import Perception
import Speech
import Talking
import Testing
import Torch

/// The network that comes with the tool.
@Suite struct ShippedSpeechFaceTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Models/\(SpeechFace.shippedName)")

  /// It is small, and the one that Docs/models.md describes.
  @Test func isTheOneOfTheDocumentation() throws {
    let data = try Data(contentsOf: Self.file)
    #expect(data.count <= 4_000_000)
    let root = Self.file.deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "Docs/models.md"), encoding: .utf8)
    var sum = SHA256()
    data.withUnsafeBytes { sum.update($0) }
    #expect(page.contains(sum.hexadecimal()), "\(sum.hexadecimal())")
    #expect(sum.hexadecimal() == SpeechFace.shippedSum)
  }

  /// In silence, and where only a room is heard, the mouth is shut and still.
  @Test(arguments: [Float(0), 0.0003]) func silenceIsAShutMouth(noise: Float) throws {
    let face = try SpeechFace.read(Self.file), measures = LipMeasures()
    let sound = Sounds.babble(seconds: 4, strength: 0).map { $0 / 0.002 * noise }
    let frames = SpokenTake.frames(of: sound, by: face, rate: 25)
    let open = frames.map { $0[0] }.max() ?? 1
    let moved =
      zip(frames, frames.dropFirst()).map { zip($0, $1).prefix(SpokenShapes.names.count).map { abs($0 - $1) }.max() ?? 0 }.max() ?? 1
    #expect(open < 0.08 && moved < 0.06, "jaw \(open), motion \(moved), lips \(frames.map(measures.lipGap).max() ?? 0)")
  }

  /// In a pause of a louder room the mouth shuts and keeps still.
  @Test func pausesAreAShutMouth() throws {
    let face = try SpeechFace.read(Self.file)
    let room = Sounds.babble(seconds: 6, seed: 2, strength: 0).map { $0 * 1.5 }
    let voice = Sounds.babble(seconds: 4), sound = room.indices.map { room[$0] + ($0 < voice.count ? voice[$0] : 0) }
    let pause = SpokenTake.frames(of: sound, by: face, rate: 25).suffix(35).map { $0[0] }
    #expect((pause.max() ?? 1) < 0.08, "\(pause)")
  }

  /// At a buzz that opens and closes like syllables the mouth does so too.
  @Test func opensWithSyllables() throws {
    let face = try SpeechFace.read(Self.file)
    let frames = SpokenTake.frames(of: Sounds.babble(seconds: 4, seed: 3), by: face, rate: 50)
    let jaw = frames.map { $0[0] }
    #expect((jaw.max() ?? 0) > 0.15 && (jaw.min() ?? 1) < 0.1, "\(jaw.min() ?? 1)...\(jaw.max() ?? 0)")
  }
}
