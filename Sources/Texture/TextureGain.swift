import Foundation
import Metrics
import Torch

/// What an enhancement does to held-out frames: means over them.
package struct TextureGain {
  /// Of the images of one kind against the truth.
  package struct Scores {
    /// Decibels, of the whole image and of the head.
    package var psnr, psnrHead: Double?
    package var whole, head: SharpnessScores?
    /// The mean absolute change from one frame to the next over the truth's: above 1 the image flickers, below it it is too still.
    package var change: Double?
  }
  /// As rendered, and enhanced.
  package let before, after: Scores

  /// Judged as they would be shown, in 8 bits; `progress` hears how many frames are done.
  package init(_ held: [TextureData.HeldOut], by enhancer: TextureEnhancer, progress: (Int) -> Void = { _ in }) {
    var (before, after) = (Sums(), Sums())
    for (i, frame) in held.enumerated() {
      before.add(frame.rendered, frame)
      after.add(enhancer.shown(frame), frame)
      progress(i + 1)
    }
    (self.before, self.after) = (before.scores, after.scores)
  }

  private struct Sums {
    var psnr: [Double] = [], psnrHead: [Double] = [], whole: [SharpnessScores] = [], head: [SharpnessScores] = []
    var (change, truthChange) = (0.0, 0.0)
    var last: (image: Tensor, truth: Tensor)?

    mutating func add(_ shown: Tensor, _ frame: TextureData.HeldOut) {
      let (image, truth) = (shown.to(.float32) / 255, frame.truth.to(.float32) / 255)
      if let all = Metrics.psnr(image, truth) { psnr.append(min(all, 100)) }
      if let part = Metrics.psnr(image, truth, where: frame.head) { psnrHead.append(min(part, 100)) }
      if let all = SharpnessScores(image, truth: truth) { whole.append(all) }
      if let part = SharpnessScores(image, truth: truth, where: frame.head) { head.append(part) }
      if frame.follows, let last, let moved = l1(image, last.image), let trulyMoved = l1(truth, last.truth) {
        change += moved
        truthChange += trulyMoved
      }
      last = (image, truth)
    }

    var scores: Scores {
      func mean(_ all: [Double]) -> Double? { all.isEmpty ? nil : all.reduce(0, +) / Double(all.count) }
      return Scores(
        psnr: mean(psnr), psnrHead: mean(psnrHead), whole: .mean(whole), head: .mean(head),
        change: truthChange > 0 ? change / truthChange : nil)
    }
  }
}

extension TextureGain: CustomStringConvertible {
  /// A table of both.
  package var description: String {
    func pad(_ text: String) -> String { String(repeating: " ", count: max(0, 13 - text.count)) + text }
    func number(_ value: Double?, _ digits: Int) -> String { pad(value.map { String(format: "%.\(digits)f", locale: nil, $0) } ?? "-") }
    func row(_ name: String, _ scores: Scores) -> String {
      let figures = [scores.whole, scores.head].flatMap { [number($0?.detail, 4), number($0?.sharpness, 3), number($0?.edges, 4)] }
      return name + number(scores.psnr, 2) + number(scores.psnrHead, 2) + figures.joined() + number(scores.change, 3)
    }
    let names = ["PSNR", "of head", "detail", "sharpness", "edges", "of head", "of head", "of head", "change"]
    return ["        " + names.map(pad).joined(), row("rendered", before), row("enhanced", after)].joined(separator: "\n")
  }
}
