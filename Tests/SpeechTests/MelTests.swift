import Foundation
import Golden
import Media
import Speech
import Testing
import Torch

@Suite struct MelTests {
  static let recordings = SharedData.files(SharedData.assets.appending(path: "audio")) { $0.hasSuffix(".wav") }

  /// Sound is computed on the CPU alone, also where LIKENESS_TEST_DEVICE names another device.
  @Test(.golden("27_mel_", of: .portrait)) func goldenSpectrogramsOfWav2Lip() throws {
    for file in try GoldenFile.all("27_mel_", of: .portrait) {
      try expectClose(
        MelSpectrogram.wav2Lip.wav2Lip(file["in.wav"].floats), file["out.mel"], absolute: 1e-4, relative: 0, file.name)
    }
  }

  /// A tone that starts at one second, in a file of two.
  private func toneFile(_ folder: ScratchFolder, gain: Float = 1, hertz: Double = 440, seconds: Double = 2) throws -> URL {
    let rate = 16000
    let samples = (0..<Int(seconds * Double(rate))).map { i -> Float in
      i < rate ? 0 : gain * 0.3 * Float(sin(2 * .pi * hertz * Double(i) / Double(rate)))
    }
    let url = folder.file("tone\(gain)\(hertz).wav")
    try AudioFile.write(samples, sampleRate: rate, to: url)
    return url
  }

  @Test(arguments: [24, 25, 29.97, 30, 50, 60.0])
  func twoStepsAFrameAtAnyRate(fps: Double) throws {
    let folder = try ScratchFolder()
    let url = try toneFile(folder)
    let windows = try MelFeatures().windows(url, fps: fps)
    #expect(windows.shape == [Int((2 * fps).rounded(.up)), 16, 80])
    // The tone starts in the middle of the window of the frame at one second: half of its steps hear it.
    let frame = Int(fps.rounded())
    let loudness = windows[.at(frame)].amax(1).floats
    #expect(loudness.prefix(7).allSatisfy { $0 == 0 } && loudness.suffix(8).allSatisfy { $0 > 3 }, "\(loudness)")
    // Windows overlap: each holds the next one's first steps.
    #expect((windows[.from(1), .to(14)] - windows[.to(-1), .from(2)]).abs().max().item == 0)
    // Before the sound and after it nothing is heard.
    #expect(windows[.at(0), .to(8)].abs().max().item == 0)
    #expect(windows[.at(-1), .from(11)].abs().max().item == 0)
  }

  @Test func batchesAndNumbersOfFramesDoNotMatter() throws {
    let folder = try ScratchFolder()
    let url = try toneFile(folder)
    let all = try MelFeatures().windows(url, fps: 25)
    let stream = try MelFeatures().stream(url, fps: 25)
    var parts: [Tensor] = []
    for count in [1, 7, 2, 30, 1000] { if let part = try stream.next(count) { parts.append(part) } }
    #expect(parts.map { $0.size(0) } == [1, 7, 2, 30, 10])
    #expect(try stream.next(1) == nil && stream.next(5) == nil)
    expectClose(cat(parts), all, absolute: 0, relative: 0, "in batches")
    expectClose(try MelFeatures().windows(url, fps: 25, frames: 20), all[.to(20)], absolute: 0, relative: 0, "fewer")
    let longer = try MelFeatures().windows(url, fps: 25, frames: 60)
    expectClose(longer[.to(50)], all, absolute: 0, relative: 0, "more")
    #expect(longer.size(0) == 60 && longer[.from(50)].abs().max().item == 0)
  }

  @Test func loudnessOfTheRecordingDoesNotMatter() throws {
    let folder = try ScratchFolder()
    let loud = try MelFeatures().windows(toneFile(folder), fps: 25)
    let quiet = try MelFeatures().windows(toneFile(folder, gain: 0.05), fps: 25)
    // In bands that hold little of the tone there is the rounding to 16 bits, whose share differs.
    #expect((loud - quiet).abs().maskedSelect(loud .> 2).max().item < 0.02)
    let silence = folder.file("silence.wav")
    try AudioFile.write([Float](repeating: 0, count: 16000), sampleRate: 16000, to: silence)
    let nothing = try MelFeatures().windows(silence, fps: 25)
    #expect(nothing.shape == [25, 16, 80] && nothing.abs().max().item == 0)
  }

  @Test func aToneIsHeardInItsBand() throws {
    let folder = try ScratchFolder()
    // Bands' middles rise by equal mels; 80 of them between 55 and 7600 Hz.
    for (hertz, band) in [(440.0, 10), (1000, 25), (4000, 63)] {
      let step = try MelFeatures().windows(toneFile(folder, hertz: hertz), fps: 25)[.at(40), .at(8)]
      let loudest = Int(step.argmax(0).item)
      #expect(abs(loudest - band) <= 1, "\(hertz) Hz in band \(loudest)")
    }
  }

  @Test(.enabled(if: !recordings.isEmpty, "skipped: ../shared is absent"), arguments: recordings)
  func recordingsOfAllKinds(url: URL) throws {
    let windows = try MelFeatures().windows(url, fps: 25)
    let reader = try AudioReader(url)
    let seconds = try #require(reader.duration)
    #expect(abs(Double(windows.size(0)) - seconds * 25) < 1.5)
    #expect(windows.isFinite().all() && windows.min().item >= 0 && windows.max().item < 6)
    // Speech and pauses: neither all loud nor all silent.
    #expect((0.5...2.8).contains(windows.mean().item), "\(url.lastPathComponent): mean \(windows.mean().item)")
    #expect(windows.std(0, 1, 2).item > 0.4)
  }

  @Test func whatIsNoSoundIsRefused() throws {
    let folder = try ScratchFolder()
    let text = folder.file("text.wav")
    try Data("this is no sound".utf8).write(to: text)
    #expect(throws: MediaError.self) { try MelFeatures().stream(text, fps: 25) }
    #expect(throws: SpeechError.self) { try SpeechKind.mel.features(weights: text) }
  }
}
