import Foundation
import Metrics
import Torch

/// How far a training is, as it tells whoever shows it.
package struct PriorProgress: Equatable, Sendable {
  /// Steps made, and images shown, those before a resume included.
  package var step, images: Int
  /// 0...1: of the steps or of the time, whichever ends first.
  package var fraction: Double
  package var imagesPerSecond: Double
  /// Losses of the two players, and decibels of images made again; nil in steps without them.
  package var generator, discriminator, psnr: Double?

  package init(
    step: Int, images: Int, fraction: Double, imagesPerSecond: Double, generator: Double? = nil, discriminator: Double? = nil,
    psnr: Double? = nil
  ) {
    (self.step, self.images, self.fraction, self.imagesPerSecond) = (step, images, fraction, imagesPerSecond)
    (self.generator, self.discriminator, self.psnr) = (generator, discriminator, psnr)
  }
}

/// What the steps since the last report showed; what is not asked for is not waited for.
struct PriorAverages {
  private var found: [String: [Tensor]] = [:]
  private var images = 0
  private let start = ContinuousClock.now

  mutating func add(_ values: [String: Tensor]) { for (name, value) in values { found[name, default: []].append(value.detach()) } }
  mutating func count(_ images: Int) { self.images += images }

  /// Means by name; of the squared error also decibels as `psnr`.
  var means: [String: Double] {
    var means = found.mapValues { stack($0).mean().item }
    if let error = means.removeValue(forKey: "squared_error") { means["psnr"] = Metrics.psnr(meanSquaredError: error) }
    return means
  }
  var imagesPerSecond: Double { Double(images) / max(1e-9, (ContinuousClock.now - start) / .seconds(1)) }
}

extension PriorTrainer {
  /// What is trained on what, in a line.
  package var words: String {
    let c = configuration, parts = [data.hasMasks ? "masks" : nil, data.hasDepths ? "depth maps" : nil].compactMap(\.self)
    let beside = parts.isEmpty || c.objective == .adversarial ? "" : " with \(parts.joined(separator: " and "))"
    return "\(data.count) images of \(c.size) x \(c.size)\(beside), preset \(c.preset), objective \(c.objective.rawValue)"
  }

  /// Tells the curves and the caller what the last steps showed, and forgets them.
  func report(_ done: Double, _ progress: (PriorProgress) -> Void) throws {
    var values = recent.means
    let speed = recent.imagesPerSecond
    recent = PriorAverages()
    values["pictures_per_second"] = speed
    values["kimg"] = Double(images) / 1000
    values["resolution"] = Double(resolution)
    try run.log(step: step, seconds: seconds, values)
    progress(
      PriorProgress(
        step: step, images: images, fraction: done, imagesPerSecond: speed, generator: values["generator"],
        discriminator: values["discriminator"], psnr: values["psnr"]))
  }
}
