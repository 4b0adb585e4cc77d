import Foundation
import Media
import Metrics
import Torch

/// What is looked at on the way. Nothing here draws from the training's chance, so that looking changes nothing.
extension PriorTrainer {
  /// Draws the sample sheet and, where asked for, compares many made pictures with real ones. Returns minus that distance, or the PSNR of
  /// pictures made again: more is better; nil where neither is there.
  package func validate(shouldStop: () -> Bool) throws -> Double? {
    let sheet = SampleSheet(average, people: 4, hearsCamera: configuration.hearsCamera, device: device)
    try ImageFile.write(sheet.picture(), to: run.picture(step))
    var values: [String: Double] = [:]
    let again = encoder.map { psnrOfPicturesMadeAgain($0) }
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

  /// Decibels over a few pictures, always the same, made again by the mean generator from what the encoder says, without noise.
  private func psnrOfPicturesMadeAgain(_ encoder: LatentEncoder) -> Double {
    withoutGradient {
      let count = min(16, data.count), places = (0..<count).map { (2 * $0 + 1) * data.count / (2 * count) }
      let pictures = data.batch(Tensor(places)), truth = pictures.images(on: device), labels = pictures.label.to(device)
      let ws = average.map(
        encoder.whitened(encoder.said(truth), by: encoder.whitening()), configuration.hearsCamera ? labels : labels.zerosLike())
      let made = average.render(average.planes(ws), labels, ws, resolution: resolution, draws: .even)
      return Metrics.psnr(meanSquaredError: ((made.image - truth).square().mean() / 4).item)
    }
  }

  /// The Fréchet distance of made and real pictures, and by which features; nil where none is asked for or `shouldStop` is in a hurry.
  private func distance(shouldStop: () -> Bool) throws -> (String, Double)? {
    let count = min(configuration.validation.pictures, data.count)
    guard count > 1 else { return nil }
    let chance = Generator(seed: 7), batch = 16
    func features(_ network: PictureFeatures, _ pictures: (Int) -> Tensor) -> FeatureStatistics? {
      var all: [Tensor] = []
      for start in stride(from: 0, to: count, by: batch) {
        if shouldStop() { return nil }
        // What would be shown has no values beyond black and white.
        all.append(network(withoutGradient { pictures(min(batch, count - start)) }.clamp(-1, 1)))
      }
      return FeatureStatistics(cat(all))
    }
    if judge == nil {
      let network = try PictureFeatures.best()
      judge = features(network) { data.draw($0, chance).images(on: .cpu) }.map { (network, $0) }
    }
    guard let judge else { return nil }
    let latents = Generator(seed: 8)
    let made = features(judge.features) { count in
      let labels = data.drawLabels(count, latents).to(device)
      let z = Tensor.randn([count, configuration.generator.latent], latents).to(device)
      let ws = average.map(z, configuration.hearsCamera ? labels : labels.zerosLike())
      return average.render(average.planes(ws), labels, ws, resolution: resolution, draws: .even).image
    }
    return made.map { (judge.features.name, judge.real.frechetDistance(to: $0)) }
  }
}
