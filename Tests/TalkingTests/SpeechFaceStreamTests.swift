import Foundation
import Speech
import Talking
import Testing
import Torch

/// A sound as it comes in.
@Suite struct SpeechFaceStreamTests {
  /// However the sound is cut, the numbers are the same, bit by bit.
  @Test func streamedIsWhole() {
    let face = Sounds.face(), sound = Sounds.babble(seconds: 1.7)
    let whole = SpokenTake.frames(of: sound, by: face, rate: 60)
    for sizes in [[1, 639, 17, 3000], [640], [5, 159]] {
      var at = 0, turn = 0
      let take = SpokenTake(face, rate: 60) {
        guard at < sound.count else { return nil }
        let end = min(sound.count, at + sizes[turn % sizes.count])
        defer { (at, turn) = (end, turn + 1) }
        return Array(sound[at..<end])
      }
      var streamed: [[Float]] = []
      while let frames = try? take.next() { streamed += frames }
      #expect(streamed == whole, "pieces of \(sizes)")
    }
    #expect(whole.count == 102 && whole.allSatisfy { $0.allSatisfy { 0...1 ~= $0 } })
  }

  /// What is heard more than 160 ms after a moment changes nothing at it, and what is heard before does.
  @Test(arguments: [25.0, 30, 60]) func nothingIsHeardLongerAhead(rate: Double) {
    let face = Sounds.face(), sound = Sounds.babble(seconds: 2), t = 1.0
    #expect(SpeechFace.lookAhead(face.configuration.ahead) <= 0.16)
    func said(from seconds: Double) -> [[Float]] {
      var changed = sound
      for i in Int(seconds * 16000)..<changed.count { changed[i] = i % 100 < 50 ? 0.5 : -0.5 }
      return SpokenTake.frames(of: changed, by: face, rate: rate)
    }
    let frame = Int(t * rate), late = said(from: t + 0.16), early = said(from: t + 0.08),
      own = SpokenTake.frames(of: sound, by: face, rate: rate)
    #expect(Array(late[...frame]) == Array(own[...frame]))
    #expect(late[(frame + 1)...] != own[(frame + 1)...])
    #expect(early[frame] != own[frame], "80 ms ahead is heard")
  }

  /// As many frames as the sound lasts, at any rate; each lies between the steps about its moment.
  @Test(arguments: [24.0, 25, 30, 59.94, 60]) func framesOfAnyRate(rate: Double) {
    for seconds in [0.01, 0.04, 0.5, 1.003] {
      let frames = SpokenTake.frames(of: Sounds.babble(seconds: seconds), by: Sounds.face(), rate: rate)
      let samples = Int(seconds * 16000)
      #expect(frames.count == Int((Double(samples) / 16000 * rate - 1e-9).rounded(.up)), "\(seconds) s")
    }
    var clock = FrameClock(rate: rate)
    let steps = (0..<100).map { [Float($0)] }
    let frames = clock.append(Array(steps[..<37])) + clock.append(Array(steps[37...])) + clock.finish(seconds: 2)
    for (i, frame) in frames.enumerated() {
      let place = min(max(Double(i) / rate * 50 - 0.5, 0), 99)
      #expect(abs(Double(frame[0]) - place) < 1e-4)
    }
  }

  /// Nothing to hear, and too little.
  @Test func emptySounds() {
    #expect(SpokenTake.frames(of: [], by: Sounds.face(), rate: 25).isEmpty)
    #expect(SpokenTake.frames(of: [0.1], by: Sounds.face(), rate: 25).count == 1)
  }

  /// The features of the same speech are nearly the same at any strength, after a second.
  @Test func strengthDoesNotCount() {
    func features(_ strength: Float) -> [[Float]] {
      let mel = CausalMel()
      var level = CausalLevel(spectrum: [Float](repeating: -10, count: CausalMel.bands))
      let sound = Sounds.babble(seconds: 6).map { $0 * strength }
      return (mel.append(sound) + mel.finish()).flatMap { piece in
        (0..<CausalMel.piece).map { level.next(piece[$0 * CausalMel.bands..<($0 + 1) * CausalMel.bands]) }
      }
    }
    let usual = features(1)
    for strength in [Float(0.1), 4] {
      let other = features(strength)
      let far = zip(usual, other).suffix(200).map { zip($0, $1).map { abs($0 - $1) }.reduce(0, +) / Float(CausalMel.bands) }
      #expect(far.reduce(0, +) / 200 < 0.25, "\(strength): \(far.reduce(0, +) / 200)")
    }
  }
}
