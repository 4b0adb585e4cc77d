import Foundation
import Media
import Metrics
import Torch

/// What is looked at on the way. Nothing here draws from the training's chance, so that looking changes nothing.
extension PriorTrainer {
  /// Draws the sample sheet and, where asked for, compares many made images with real ones. Returns minus that distance, or the PSNR of
  /// images made again: more is better; nil where neither is there.
  package func validate(shouldStop: () -> Bool) throws -> Double? {
    let sheet = SampleSheet(average, people: 4, isConditionedOnCamera: configuration.isConditionedOnCamera, device: device)
    try ImageFile.write(sheet.image(), to: run.image(step))
    var values: [String: Double] = [:]
    let again = encoder.map { psnrOfImagesMadeAgain($0) }
    if let again { values["validation_psnr"] = again }
    var score = again
    if let (name, distance) = try distance(shouldStop: shouldStop) {
      values["fid_" + name] = distance
      score = -distance
    }
    guard !values.isEmpty else { return nil }
    try run.log(step: step, seconds: seconds, values)
    return score
  }

  /// Decibels over a few images, always the same, made again by the mean generator from what the encoder says, without noise.
  private func psnrOfImagesMadeAgain(_ encoder: LatentEncoder) -> Double {
    withoutGradient {
      let count = min(16, data.count), places = (0..<count).map { (2 * $0 + 1) * data.count / (2 * count) }
      let images = data.batch(Tensor(places)), truth = images.images(on: device), labels = images.label.to(device)
      let ws = average.map(
        encoder.whitened(encoder.encoded(truth), by: encoder.whitening()), configuration.isConditionedOnCamera ? labels : labels.zerosLike()
      )
      let made = average.render(average.planes(ws), labels, ws, resolution: resolution, draws: .even)
      return Metrics.psnr(meanSquaredError: ((made.image - truth).square().mean() / 4).item)
    }
  }

  /// The Fréchet distance of made and real images, and by which features; nil where none is asked for or `shouldStop` is in a hurry.
  private func distance(shouldStop: () -> Bool) throws -> (String, Double)? {
    let count = min(configuration.validation.images, data.count)
    guard count > 1 else { return nil }
    let random = Generator(seed: 7), batch = 16
    func features(_ network: ImageFeatures, _ images: (Int) -> Tensor) -> FeatureStatistics? {
      var all: [Tensor] = []
      for start in stride(from: 0, to: count, by: batch) {
        if shouldStop() { return nil }
        // What would be shown has no values beyond black and white.
        all.append(network(withoutGradient { images(min(batch, count - start)) }.clamp(-1, 1)))
      }
      return FeatureStatistics(cat(all))
    }
    if judge == nil {
      let network = try ImageFeatures.best()
      judge = features(network) { data.draw($0, random).images(on: .cpu) }.map { (network, $0) }
    }
    guard let judge else { return nil }
    let latents = Generator(seed: 8)
    let made = features(judge.features) { count in
      let labels = data.drawLabels(count, latents).to(device)
      let z = Tensor.randn([count, configuration.generator.latent], latents).to(device)
      let ws = average.map(z, configuration.isConditionedOnCamera ? labels : labels.zerosLike())
      return average.render(average.planes(ws), labels, ws, resolution: resolution, draws: .even).image
    }
    return made.map { (judge.features.name, judge.real.frechetDistance(to: $0)) }
  }
}
