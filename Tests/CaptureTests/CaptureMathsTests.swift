import Capture
import Foundation
import Golden
import Media
import Testing
import Torch

@Suite struct CaptureMathsTests {
  /// Noise bursts with the mouth's opening, seven frames late.
  @Test func lateSoundIsNoticed() throws {
    let frames = 250
    // Opening and closing without a period, as no speech has one.
    let raw = Tensor.rand([frames + 3], Generator(seed: 2)).floats
    let mouth: [Float] = (0..<frames).map { i in max(0, raw[i..<i + 4].reduce(0, +) / 4 - 0.45) / 2 }
    let noise = (Tensor.rand([frames * 640], Generator(seed: 1)) * 2 - 1).floats
    func sound(_ lag: Int) -> [Float] {
      (0..<frames * 640).map { s in
        let i = s / 640 - lag
        let loud = i >= 0 && i < frames ? mouth[i] : 0
        return (0.002 + loud) * noise[s]
      }
    }
    for lag in [7, 0, -4] {
      let found = SoundOffset(mouth: mouth, fps: 25, samples: sound(lag))
      #expect(found?.frames == lag && found?.correlation ?? 0 > 0.5)
    }
    // A voice that has nothing to do with the mouth.
    let other = (0..<frames * 640).map { s in noise[s] * max(0, sin(Float(s) / 4100) + sin(Float(s) / 2300)) }
    let (unrelated, quiet) = (SoundOffset(mouth: mouth, fps: 25, samples: other), [Float](repeating: 0, count: frames * 640))
    let still = SoundOffset(mouth: [Float](repeating: 0.1, count: frames), fps: 25, samples: other)
    let silent = SoundOffset(mouth: mouth, fps: 25, samples: quiet)
    #expect(unrelated == nil && silent == nil && still == nil)
  }

  /// A shot's sound can be taken from later or earlier in the clip; what is not there is silence.
  @Test func aShotsSoundIsMoved() throws {
    let scratch = try Scratch()
    let url = scratch.url.appending(path: "ramp.wav")
    let all = (0..<25 * 640).map { Float($0) / 32768 }
    try AudioFile.write(all, sampleRate: ShotSound.rate, to: url)
    for (range, shift) in [(5..<10, 0), (5..<10, 7), (5..<10, -3), (2..<10, -4), (0..<4, -9), (20..<25, 3)] {
      let found = try #require(try ShotSound.read(url, range, 25, shift: shift))
      let wanted = ((range.lowerBound + shift) * 640..<(range.upperBound + shift) * 640).map { all.indices.contains($0) ? all[$0] : 0 }
      #expect(found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-4 }, "\(range) moved by \(shift)")
    }
  }

  @Test func blurIsMeasured() throws {
    let generator = Generator(seed: 3)
    let noise = Tensor.rand([64, 64, 1], generator)
    let sharp = (noise.expand([64, 64, 3]) * 255).to(.uint8)
    // The mean over five rows and columns.
    func smooth(_ t: Tensor, _ dim: Int) -> Tensor {
      (0..<5).map { t.narrow(dim, $0, 60) }.reduce(Tensor.zeros(t.narrow(dim, 0, 60).shape), +) / 5
    }
    let soft = smooth(smooth(sharp.to(.float32), 0), 1).to(.uint8)
    let a = try #require(Sharpness.blur(sharp, low: [0, 0], high: [60, 60]))
    let b = try #require(Sharpness.blur(soft, low: [0, 0], high: [60, 60]))
    #expect(a < 0.3 && b > a + 0.1, "\(a) and \(b)")
    #expect(Sharpness.blur(Tensor.full([64, 64, 3], 9, .uint8), low: [0, 0], high: [60, 60]) == nil)
  }
}
