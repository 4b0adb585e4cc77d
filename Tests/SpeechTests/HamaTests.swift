import Foundation
import Media
import Speech
import Testing
import Torch

@Suite struct HamaTests {
  static let library = Result { try HamaLibrary.shared() }
  static let isInstalled = (try? library.get()) != nil
  static let skipped: Comment = "skipped: hama is absent (scripts/setup --with-hama)"
  static let aligned = SharedData.files(SharedData.assets.appending(path: "audio")) { $0.hasSuffix(".phonemes.json") }

  /// Two channels of row r: the sum of the window up to the row's sample, which tells what came before it, and the sample `ahead` rows on.
  private static let (hop, shape) = (4, SlidingWindow.Shape(context: 3, core: 2, ahead: 2))
  private static func hears(_ window: [Float]) -> [Float] {
    (0..<shape.rows).flatMap { row in
      let ahead = (row + shape.ahead) * hop
      return [window[max(0, (row - shape.context) * hop)...row * hop].reduce(0, +), ahead < window.count ? window[ahead] : .nan]
    }
  }
  /// All rows of samples that arrive in pieces of the given length.
  private static func rows(_ samples: [Float], pieces: Int) throws -> Tensor {
    var left = samples[...]
    let source = SlidingWindow(shape, hop: hop, channels: 2) {
      guard !left.isEmpty else { return nil }
      defer { left = left.dropFirst(pieces) }
      return Array(left.prefix(pieces))
    } recognise: {
      #expect($0.count == (shape.rows - 1) * hop + 1)
      return hears($0)
    }
    var parts: [Tensor] = []
    while let part = try source.next() { parts.append(part) }
    return parts.isEmpty ? .zeros([0, 2]) : cat(parts)
  }

  @Test(arguments: [1, 3, 4, 5, 16, 17, 40, 41])
  func rowsHearTheirContextAndLookAhead(count: Int) throws {
    let samples = (0..<count).map { Float($0 * $0 % 23 + 1) }
    func sound(_ i: Int) -> Float { samples.indices.contains(i) ? samples[i] : 0 }
    let rows = try Self.rows(samples, pieces: count)
    #expect(rows.shape == [(count + 3) / 4, 2])
    for row in 0..<rows.size(0) {
      // The middle of a row, half a hop after its start.
      let middle = row * Self.hop + Self.hop / 2
      let before = (middle - Self.shape.context * Self.hop...middle).reduce(0) { $0 + sound($1) }
      #expect(rows[.at(row)].floats == [before, sound(middle + Self.shape.ahead * Self.hop)])
    }
  }
  @Test func streamedIsTheWhole() throws {
    let samples = (0..<103).map { Float($0 % 7) - 3 }
    let whole = try Self.rows(samples, pieces: 103)
    for pieces in [1, 2, 9, 50] { #expect(try Self.rows(samples, pieces: pieces).floats == whole.floats) }
    #expect(try Self.rows([], pieces: 1).size(0) == 0)
  }

  @Test func filesOfAnotherSumAreRefused() throws {
    let folder = try ScratchFolder()
    let missing = #expect(throws: SpeechError.self) { try HamaLibrary(folder.url) }
    #expect(missing?.description.contains("libhama.so: is missing") == true)
    try Data("not a library".utf8).write(to: folder.file("libhama.so"))
    let other = #expect(throws: SpeechError.self) { try HamaLibrary(folder.url) }
    #expect(other?.kind == .setUp)
    #expect(other?.description.contains("libhama.so: its SHA-256") == true && other?.description.contains("--with-hama") == true)
  }
  @Test(.enabled(if: isInstalled, skipped)) func aModelOfAnotherSumIsRefused() throws {
    let folder = try ScratchFolder(), installed = try Self.library.get().folder
    try FileManager.default.copyItem(at: installed.appending(path: "libhama.so"), to: folder.file("libhama.so"))
    var model = try Data(contentsOf: installed.appending(path: "asr_waveform.hama"))
    model[model.count / 2] ^= 1
    try model.write(to: folder.file("asr_waveform.hama"))
    let error = #expect(throws: SpeechError.self) { try HamaLibrary(folder.url) }
    #expect(error?.description.contains("asr_waveform.hama: its SHA-256") == true)
  }
  @Test func noFileIsTaken() {
    let error = #expect(throws: SpeechError.self) { try SpeechKind.hama.features(weights: URL(filePath: "model.bin")) }
    #expect(error?.description == "model.bin: hama features need no file; leave it out")
  }

  @Test(.enabled(if: isInstalled, skipped)) func nothingIsHeardInNoSpeech() throws {
    let recogniser = try HamaRecogniser(Self.library.get())
    #expect(try recogniser.rows([]).isEmpty)
    for count in [1, 319, 320, 16000] {
      for value in [0, Float.nan, .infinity, 1e30] {
        let rows = Tensor(try recogniser.rows([Float](repeating: value, count: count)), [count / 320 + 1, HamaRecogniser.channels])
        #expect((rows.exp().sum(1) - 1).abs().max().item < 1e-3)
        #expect(rows.argmax(1).array(Int.self).allSatisfy { $0 == HamaRecogniser.channels - 1 }, "\(count) of \(value)")
      }
    }
  }
  @Test(.enabled(if: isInstalled && !aligned.isEmpty, "skipped: ../shared or hama is absent"))
  func aFileGivesTheSameInBatches() throws {
    let sound = try #require(Self.aligned.first).deletingPathExtension().deletingPathExtension().appendingPathExtension("wav")
    let folder = try ScratchFolder()
    let short = folder.file("short.wav")
    try AudioFile.write(Array(AudioReader.read(sound).prefix(16000 * 5)), sampleRate: 16000, to: short)
    let features = try SpeechKind.hama.features()
    let all = try features.windows(short, fps: 25)
    #expect(all.shape == [125, 16, 191] && all.min().item == 0 && all.max().item <= 1)
    let stream = try features.stream(short, fps: 25)
    var parts: [Tensor] = []
    while let part = try stream.next(37) { parts.append(part) }
    #expect(cat(parts).floats == all.floats)
  }

  private struct Word: Decodable {
    struct Phone: Decodable { let ph: String, bg: Int, ed: Int }
    let phones: [Phone]
  }
  /// Where the recogniser tells a new phone it is one row past its middle; to each row belongs the phone next to it.
  @Test(.enabled(if: isInstalled && !aligned.isEmpty, "skipped: ../shared or hama is absent"), arguments: aligned)
  func lipsShutWhereKnownWordsShutThem(url: URL) throws {
    let words = try JSONDecoder().decode([Word].self, from: Data(contentsOf: url))
    let truth = words.flatMap(\.phones).flatMap { [Bool](repeating: ["P", "B", "M"].contains($0.ph), count: $0.ed - $0.bg) }
    let sound = url.deletingPathExtension().deletingPathExtension().appendingPathExtension("wav")
    // Step 2i is the ninth of frame i's window; at 25 frames a second steps are the recogniser's rows.
    let rows = try HamaFeatures().windows(sound, fps: 25)[.all, .in(8..<10)].reshape(-1, HamaRecogniser.channels).argmax(1).array(Int.self)
    let told = rows.indices.filter { rows[$0] < 189 && ($0 == 0 || rows[$0 - 1] != rows[$0]) }
    let shut: Set = [10, 31, 35]  // b, m, p
    let pairs = (0..<min(rows.count, truth.count / 2)).map { row in
      let near = told.min { abs($0 - 1 - row) < abs($1 - 1 - row) }
      return (found: near.map { abs($0 - 1 - row) <= 6 && shut.contains(rows[$0]) } ?? false, isTrue: truth[2 * row + 1])
    }
    #expect(pairs.count > 1400)
    let both = Double(pairs.count { $0.found && $0.isTrue })
    let recall = both / Double(pairs.count(where: \.isTrue)), precision = both / Double(max(1, pairs.count(where: \.found)))
    print(String(format: "%@: shut lips: %.2f of them found, %.2f of what is found", url.lastPathComponent, recall, precision))
    // PocketSphinx has .54 and .51, .57 and .38.
    #expect(recall > 0.6 && precision > 0.6)
  }
}
