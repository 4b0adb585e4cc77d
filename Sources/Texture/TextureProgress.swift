import Foundation
import Media
import Metrics
import Runs
import Torch

/// How far a training is, as it tells whoever shows it.
package struct TextureProgress: Equatable, Sendable {
  /// Steps made, those before a resume included.
  package var step: Int
  /// 0...1: of the steps or of the time, whichever ends first.
  package var fraction: Double
  package var imagesPerSecond, loss: Double
  /// Decibels over the last steps' cut-outs: as they were rendered, and enhanced.
  package var psnrBefore, psnr: Double

  package init(step: Int, fraction: Double, imagesPerSecond: Double, loss: Double, psnrBefore: Double, psnr: Double) {
    (self.step, self.fraction, self.imagesPerSecond) = (step, fraction, imagesPerSecond)
    (self.loss, self.psnrBefore, self.psnr) = (loss, psnrBefore, psnr)
  }
}

/// Sums of what the steps since the last report showed; what is not asked for is not waited for.
struct Averages {
  private var losses: [Tensor] = [], before: [Tensor] = [], after: [Tensor] = []
  private var images = 0
  private let start = ContinuousClock.now

  mutating func add(loss: Tensor, made: Tensor, _ batch: TextureBatch) {
    losses.append(loss.detach())
    withoutGradient {
      before.append((batch.rendered - batch.truth).square().mean())
      after.append((made - batch.truth).square().mean())
    }
    images += made.size(0)
  }
  /// Not a number where every step was skipped.
  private func mean(_ all: [Tensor]) -> Double { all.isEmpty ? .nan : stack(all).mean().item }
  private func decibels(_ errors: [Tensor]) -> Double { Metrics.psnr(meanSquaredError: mean(errors)) }

  func progress(_ step: Int, _ fraction: Double) -> TextureProgress {
    TextureProgress(
      step: step, fraction: fraction, imagesPerSecond: Double(images) / max(1e-9, (ContinuousClock.now - start) / .seconds(1)),
      loss: mean(losses), psnrBefore: decibels(before), psnr: decibels(after))
  }
}

extension TextureTrainer {
  /// Tells the curve and the caller what the last steps showed, and forgets them.
  func report(_ done: Double, _ progress: (TextureProgress) -> Void) throws {
    let shown = recent.progress(step, done)
    recent = Averages()
    let values = [
      "loss": shown.loss, "psnr": shown.psnr, "psnr_before": shown.psnrBefore, "pictures_per_second": shown.imagesPerSecond,
      "learning_rate": adam.groups[0].learningRate,
    ]
    try run.log(step: step, seconds: seconds, values)
    progress(shown)
  }

  /// Enhances a few held-out frames, always the same; the first goes to `validation/`: rendered, enhanced, truth. Returns their mean PSNR.
  package func validate(shouldStop: () -> Bool) throws -> Double? {
    let count = min(3, data.held.count)
    guard count > 0 else { return nil }
    let enhancer = TextureEnhancer(model)
    var (errors, scores): ([Double], [SharpnessScores]) = ([], [])
    for i in 0..<count {
      let frame = data.held[(2 * i + 1) * data.held.count / (2 * count)]
      let shown = enhancer.shown(frame), (image, truth) = (shown.to(.float32) / 255, frame.truth.to(.float32) / 255)
      errors.append(Metrics.psnr(meanSquaredError: meanSquaredError(image, truth) ?? .nan))
      if let score = SharpnessScores(image, truth: truth) { scores.append(score) }
      guard i == 0 else { continue }
      try ImageFile.write(cat([frame.rendered, shown, frame.truth], 1), to: run.image(step))
    }
    let mean = errors.reduce(0, +) / Double(count)
    var values = ["validation_psnr": mean]
    if let scores = SharpnessScores.mean(scores) { values["validation_detail"] = scores.detail }
    try run.log(step: step, seconds: seconds, values)
    return mean
  }

  /// Weights, optimizer and random state: all that the next step depends on. The configuration goes with it, so that the file stands alone.
  package func state() throws -> (tensors: [String: Tensor], metadata: [String: String]) {
    var tensors = model.namedState(prefix: "model.")
    for (name, tensor) in adam.state() { tensors["optimizer." + name] = tensor }
    tensors["random"] = generator.state
    // Where the avatar lies says something about whoever made it.
    var configuration = configuration
    configuration.avatar = ""
    return (tensors, ["texture": String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)])
  }

  package func restore(_ checkpoint: Checkpoint) throws {
    func part(_ prefix: String) -> [String: Tensor] { checkpoint.tensors.filter { $0.key.hasPrefix(prefix) } }
    try model.load(part("model."), prefix: "model.")
    try adam.load(part("optimizer."), prefix: "optimizer.")
    try generator.load(checkpoint.tensors["random"], name: "random")
  }
}
