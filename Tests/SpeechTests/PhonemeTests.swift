import Foundation
import Media
import Speech
import Testing
import Torch

@Suite struct PhonemeTests {
  static let isInstalled = (try? PhonemeFeatures()) != nil && SharedData.exists(PhonemeFeatures.standardModel)
  static let aligned = SharedData.files(SharedData.assets.appending(path: "audio")) { $0.hasSuffix(".phonemes.json") }

  private struct Word: Decodable {
    struct Phone: Decodable { let ph: String, bg: Int, ed: Int }
    let phones: [Phone]
  }
  /// The phone of each 10 ms as another program aligned the known words.
  private func truth(_ url: URL) throws -> [String] {
    try JSONDecoder().decode([Word].self, from: Data(contentsOf: url)).flatMap(\.phones).flatMap { phone in
      [String](repeating: phone.ph, count: phone.ed - phone.bg)
    }
  }

  /// What lips do: shut, teeth on the lip, round, silence.
  private static let shapes: [(String, Set<String>)] = [
    ("shut", ["P", "B", "M"]), ("teeth", ["F", "V"]), ("open", ["AA", "AE", "AH", "AW", "AY", "EH", "AO"]),
    ("round", ["UW", "UH", "OW", "OY", "W", "AO", "ER", "R", "SH", "CH", "JH", "ZH"]), ("silence", ["SIL"]),
  ]

  @Test(.enabled(if: isInstalled && !aligned.isEmpty, "skipped: ../shared or PocketSphinx is absent"), arguments: aligned)
  func phonesAgreeWithAlignments(url: URL) throws {
    let expected = try truth(url)
    let sound = url.deletingPathExtension().deletingPathExtension().appendingPathExtension("wav")
    let windows = try PhonemeFeatures().windows(sound, fps: 25)
    // Step 2i is the ninth of frame i's window; it stands for 20 ms.
    let steps = windows[.all, .in(8..<10)].reshape(-1, Phones.all.count)
    // The last frame's second step may lie behind the sound.
    #expect((steps[.to(-1)].sum(1) - 1).abs().max().item < 1e-5 && steps.min().item >= 0)
    let found = steps.argmax(1).array(Int.self).map { Phones.all[$0] }
    let pairs = (0..<min(found.count, expected.count / 2)).map { (found[$0], expected[2 * $0 + 1]) }
    #expect(pairs.count > 1400)
    let same = Double(pairs.count { $0 == $1 }) / Double(pairs.count)
    var line = String(format: "%@: phones agree in %.3f of steps;", url.lastPathComponent, same)
    for (name, phones) in Self.shapes {
      let both = pairs.count { phones.contains($0.0) && phones.contains($0.1) }
      let recall = Double(both) / Double(max(1, pairs.count { phones.contains($0.1) }))
      let precision = Double(both) / Double(max(1, pairs.count { phones.contains($0.0) }))
      line += String(format: " %@ %.2f of it found, %.2f of what is found;", name, recall, precision)
      if name == "silence" { #expect(recall > 0.7 && precision > 0.6, "\(line)") }
    }
    print(line)
    // One of forty, chance would agree in a twentieth.
    #expect(same > 0.42, "\(line)")
  }

  @Test(.enabled(if: isInstalled, "skipped: PocketSphinx is absent"))
  func silenceIsSilence() throws {
    let folder = try ScratchFolder()
    let url = folder.file("silence.wav")
    try AudioFile.write([Float](repeating: 0, count: 16000 * 3 + 100), sampleRate: 16000, to: url)
    let windows = try SpeechKind.phonemes.features().windows(url, fps: 30)
    #expect(windows.shape == [91, 16, 40])
    #expect(windows[.all, .at(8), .at(0)].min().item > 0.99)
    // Nothing at all before the sound.
    #expect(windows[.at(0), .to(8)].abs().max().item == 0)
  }

  @Test(.enabled(if: isInstalled && !aligned.isEmpty, "skipped: ../shared or PocketSphinx is absent"))
  func theSameTwiceAndInBatches() throws {
    let sound = try #require(Self.aligned.first).deletingPathExtension().deletingPathExtension().appendingPathExtension("wav")
    let folder = try ScratchFolder()
    let short = folder.file("short.wav")
    try AudioFile.write(Array(AudioReader.read(sound).prefix(16000 * 20)), sampleRate: 16000, to: short)
    let features = try PhonemeFeatures()
    let all = try features.windows(short, fps: 29.97)
    #expect(all.size(0) == 600)
    let stream = try features.stream(short, fps: 29.97)
    var parts: [Tensor] = []
    while let part = try stream.next(37) { parts.append(part) }
    #expect((cat(parts) - all).abs().max().item == 0)
  }

  @Test func withoutTheLibraryThereIsARemedy() throws {
    let error = #expect(throws: SpeechError.self) { try PhonemeFeatures(library: "libabsent.so.9", model: PhonemeFeatures.standardModel) }
    #expect(error?.kind == .setUp)
    #expect(error?.description.contains("libabsent.so.9") == true && error?.description.contains("scripts/setup") == true)
  }
  @Test(.enabled(if: isInstalled, "skipped: PocketSphinx is absent"))
  func withoutTheModelThereIsARemedy() throws {
    let folder = try ScratchFolder()
    let features = try SpeechKind.phonemes.features(weights: folder.url)
    let sound = folder.file("silence.wav")
    try AudioFile.write([Float](repeating: 0, count: 16000), sampleRate: 16000, to: sound)
    let error = #expect(throws: SpeechError.self) { try features.stream(sound, fps: 25) }
    #expect(error?.description.contains("mdef") == true && error?.description.contains("pocketsphinx-en-us") == true)
  }
}
