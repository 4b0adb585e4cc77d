import Datasets
import Face
import Foundation
import Media
import Torch

/// The avatar's images of its own clip beside the truth, in memory.
package final class TextureData {
  /// `[N, H, W, 3]` uint8 each: training frames as they were rendered and as they were filmed.
  let rendered, truth: Tensor
  /// Of each training frame, the pixels that the head takes: left, top, right, bottom, the last two left out.
  let heads: [(left: Int, top: Int, right: Int, bottom: Int)]
  /// `[N, 16, channels]`, where the clip's speech is known.
  let speech: Tensor?
  /// The training frame with the mouth most open, as filmed: what the paper's extractor looks at. `[H, W, 3]` uint8.
  let source: Tensor
  /// Of held-out frames.
  package let held: [HeldOut]
  /// Stands for the dataset; nil for images that came from none.
  let fingerprint: String?

  /// A frame that was not trained on, `[H, W, 3]` uint8 each.
  package struct HeldOut {
    package let rendered, truth: Tensor
    /// `[H, W]` bool.
    package let head: Tensor
    /// Whether it comes right after the one before it in the list.
    package let follows: Bool
    let speech: Tensor?

    package init(rendered: Tensor, truth: Tensor, head: Tensor, follows: Bool = false, speech: Tensor? = nil) {
      (self.rendered, self.truth, self.head, self.follows, self.speech) = (rendered, truth, head, follows, speech)
    }
  }

  /// Images that are there already, `[N, H, W, 3]` uint8, heads anywhere; `source` is the first.
  package init(rendered: Tensor, truth: Tensor, speech: Tensor? = nil, held: [HeldOut]) {
    (self.rendered, self.truth, self.speech, self.held, fingerprint) = (rendered, truth, speech, held, nil)
    heads = [(left: Int, top: Int, right: Int, bottom: Int)](repeating: (0, 0, truth.size(2), truth.size(1)), count: truth.size(0))
    source = truth[.at(0)].clone()
  }

  /// Draws training frames, at most `frames`, and held-out ones, 20 pairs, evenly spread, and keeps the images as PNGs in `folder`: those that
  /// are there already are read. `render` draws the frame at a position of the dataset's track, `[H, W, 3]` in 0...1; `speech` is that of
  /// every frame, `[count, 16, channels]`. nil when `shouldStop` asked for it. Throws `TextureError`, and what reading and writing throws.
  package init?(
    _ dataset: Dataset, frames: Int, keptIn folder: URL, speech: Tensor? = nil, render: (Int) throws -> Tensor,
    progress: (_ done: Int, _ all: Int) -> Void, shouldStop: () -> Bool
  ) throws {
    let train = Self.evenly(dataset.trainIndices, frames), test = Self.pairs(dataset.testIndices, 20)
    guard !train.isEmpty else { throw TextureError.noFrames(dataset.folder.path) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    AtomicFile.removeLeftovers(in: folder)
    let shape = [dataset.height, dataset.width, 3]
    func image(_ position: Int) throws -> Tensor {
      let file = folder.appending(path: "\(dataset.track.frames[position].index).png")
      if FileManager.default.fileExists(atPath: file.path) {
        let kept = try ImageFile.read(file)
        guard kept.shape == shape else { throw TextureError.image(file, kept.shape) }
        return kept
      }
      let drawn = (try render(position) * 255).round().clamp(0, 255).to(.uint8)
      try ImageFile.write(drawn, to: file)
      return drawn
    }
    func window(_ position: Int) -> Tensor? { speech.map { $0[.at(position)].unsqueeze(0) } }

    let rendered = Tensor.empty([train.count] + shape, .uint8)
    for (i, position) in train.enumerated() {
      if shouldStop() { return nil }
      rendered[.at(i)].copy_(try image(position))
      progress(i + 1, train.count + test.count)
    }
    var held: [HeldOut] = []
    for (i, position) in test.enumerated() {
      if shouldStop() { return nil }
      let (drawn, filmed) = (try image(position), try dataset.image(position))
      held.append(
        HeldOut(
          rendered: drawn, truth: filmed, head: Self.head(try dataset.labels(position)), follows: i > 0 && test[i - 1] + 1 == position,
          speech: window(position)))
      progress(train.count + i + 1, train.count + test.count)
    }
    let labels = try dataset.labels(train)
    (self.rendered, self.held, truth, fingerprint) = (rendered, held, try dataset.images(train), dataset.fingerprint())
    self.speech = speech.map { $0.indexSelect(0, Tensor(train)) }
    heads = (0..<train.count).map { Self.box(Self.head(labels[.at($0)])) }
    let open = (labels .== Double(SemanticClass.mouthInterior.rawValue)).to(.float32).sum(1, 2)
    source = truth[.at(Int(open.argmax(0).item))].clone()
  }

  private static func evenly(_ positions: [Int], _ most: Int) -> [Int] {
    guard positions.count > most else { return positions }
    return (0..<most).map { positions[(2 * $0 + 1) * positions.count / (2 * most)] }
  }

  /// At most `most` positions, and the one after each that is there.
  private static func pairs(_ positions: [Int], _ most: Int) -> [Int] {
    let (known, chosen) = (Set(positions), evenly(positions, most))
    return Set(chosen + chosen.map { $0 + 1 }.filter { known.contains($0) }).sorted()
  }

  /// Face, hair and ears.
  private static func head(_ labels: Tensor) -> Tensor {
    let (first, last) = (SemanticClass.skin.rawValue, SemanticClass.hair.rawValue)
    return (labels .>= Double(first)) .& (labels .<= Double(last))
  }

  /// What a mask spans; the whole image where it is empty.
  private static func box(_ mask: Tensor) -> (left: Int, top: Int, right: Int, bottom: Int) {
    func span(_ dim: Int) -> (Int, Int)? {
      let found = mask.any(dim).nonzero()
      return found.numel == 0 ? nil : (Int(found.min().item), Int(found.max().item) + 1)
    }
    guard let (left, right) = span(0), let (top, bottom) = span(1) else { return (0, 0, mask.size(1), mask.size(0)) }
    return (left, top, right, bottom)
  }

  /// Cuts squares of `crop` pixels, or what fits, out of random frames: around places of the head, the rest anywhere.
  func draw(_ configuration: TextureConfiguration, _ generator: Generator) -> TextureBatch {
    let (height, width) = (truth.size(1), truth.size(2))
    // Smaller images are taken whole, as far as the networks' halvings allow.
    let (h, w) = (min(configuration.crop, height / 8 * 8), min(configuration.crop, width / 8 * 8))
    var rendered: [Tensor] = [], truth: [Tensor] = [], source: [Tensor] = [], frames: [Int] = []
    // A row an image: frame, whether it shows the head, place, how the truth is moved.
    let random = Tensor.rand([configuration.batch, 6], generator).array(Double.self), shift = configuration.shift
    for row in stride(from: 0, to: random.count, by: 6) {
      let frame = Int(random[row] * Double(heads.count)), box = heads[frame], isHead = random[row + 1] < configuration.headShare
      func place(_ random: Double, _ low: Int, _ high: Int, _ length: Int, _ all: Int) -> Int {
        let start = isHead ? Double(low) + random * Double(high - low) - Double(length) / 2 : random * Double(all - length + 1)
        return max(0, min(all - length, Int(start)))
      }
      let x = place(random[row + 2], box.left, box.right, w, width), y = place(random[row + 3], box.top, box.bottom, h, height)
      func cut(_ image: Tensor, _ y: Int, _ x: Int) -> Tensor { image.narrow(0, y, h).narrow(1, x, w) }
      func moved(_ start: Int, _ random: Double, _ most: Int) -> Int {
        max(0, min(most, start - shift + Int(random * Double(2 * shift + 1))))
      }
      rendered.append(cut(self.rendered[.at(frame)], y, x))
      truth.append(cut(self.truth[.at(frame)], moved(y, random[row + 4], height - h), moved(x, random[row + 5], width - w)))
      source.append(cut(self.source, y, x))
      frames.append(frame)
    }
    func planes(_ cuts: [Tensor]) -> Tensor { (stack(cuts).to(.float32) / 255).permute(0, 3, 1, 2) }
    return TextureBatch(
      rendered: planes(rendered), truth: planes(truth), source: planes(source), speech: speech.map { $0.indexSelect(0, Tensor(frames)) })
  }
}
