import Datasets
import Face
import Foundation
import Media
import Synthetic
import Torch

/// A dataset of a performer who does not exist, as a perfect capture would have it, in a folder of its own that goes when this does.
final class PerformerData {
  let folder: URL
  let dataset: URL
  private static let frames = 40, side = 256, seconds = 16.0

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "likeness-bench-\(UUID().uuidString)")
    let place = DatasetFolder(folder.appending(path: "data"))
    dataset = place.url
    for part in [place.images, place.labels] { try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true) }
    let script = PerformerScript(seconds: Self.seconds, size: Self.side, seed: 1)
    let performer = try Performer(script, model: .builtIn(), sound: Self.babble(Self.seconds))
    var track = performer.truth
    let chosen = (0..<Self.frames).map { $0 * performer.frameCount / Self.frames }
    var sum = Tensor.zeros([Self.side, Self.side, 3]), seen = Tensor.zeros([Self.side, Self.side, 1])
    for (i, number) in chosen.enumerated() {
      let frame = performer.frame(number)
      try ImageFile.write(frame.rgb, to: place.image(i))
      try ImageFile.write(SemanticClass.image(of: frame.labels), to: place.labels(i))
      let empty = (frame.labels .== 0).to(.float32).unsqueeze(-1)
      sum += frame.rgb.to(.float32) * empty
      seen += empty
    }
    // What the person always hides is grey.
    let background = (sum / seen.clamp(1)).where(seen .> 0, else: Tensor.full(sum.shape, 110))
    try ImageFile.write(background.round().to(.uint8), to: place.background)
    track.frames = chosen.enumerated().map { i, number in
      var frame = track.frames[number]
      frame.index = i
      return frame
    }
    try place.write(track)
  }
  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Speech without a synthesiser: syllables in even steps.
  private static func babble(_ seconds: Double) -> Utterance {
    let sounds = ["m", "ɑː", "b", "ɑː", "", "p", "uː", "f", "iː", ""]
    let phonemes = stride(from: 0.2, to: seconds, by: 0.16).enumerated().map { i, start in
      Phoneme(symbol: sounds[i % sounds.count], start: start, end: start + 0.16)
    }
    let samples = (0..<Int(seconds * 16000)).map { 0.2 * Float(sin(Double($0) * 0.07)) }
    return Utterance(samples: samples, sampleRate: 16000, phonemes: phonemes)
  }
}
