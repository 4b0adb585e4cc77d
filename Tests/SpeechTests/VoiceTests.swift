import Foundation
import Speech
import Testing
import Torch

/// Windows that say which frame they are.
private struct CountingFeatures: SpeechFeatures {
  let name = "mel", channels = 1, window = 2
  let frames: Int
  func stream(_ audio: URL, fps: Double) throws -> SpeechStream {
    var next = 0
    return SpeechStream { count in
      let end = min(frames, next + min(count, 5))
      guard end > next else { return nil }
      defer { next = end }
      return Tensor((next..<end).flatMap { [Float($0), Float($0)] }, [end - next, 2, 1])
    }
  }
}

/// What a voice says about a frame.
@Suite struct VoiceTests {
  @Test func isHeardAboutEveryFrame() throws {
    let voice = try Voice(URL(filePath: "any.wav"), CountingFeatures(frames: 150), fps: 25)
    func about(_ frame: Int) throws -> [Float] { try voice.heard(about: frame)[.all, 0, 0].floats }
    func expected(_ frame: Int) -> [Float] { (-4...3).map { Float(min(149, max(0, frame + $0))) } }
    for frame in [0, 1, 2, 5, 63, 64, 65, 140, 147, 149, 160, 3, 90, 89] { #expect(try about(frame) == expected(frame), "frame \(frame)") }
  }
  @Test func nothingIsNoVoice() throws {
    let voice = try Voice(URL(filePath: "any.wav"), CountingFeatures(frames: 0), fps: 25)
    #expect(throws: SpeechError.self) { try voice.heard(about: 0) }
  }
}
