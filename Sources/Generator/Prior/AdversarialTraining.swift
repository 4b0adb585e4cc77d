import Foundation
import Torch

/// The steps of the game between generator and discriminator.
extension PriorTrainer {
  private var regularisation: PriorConfiguration.Regularisation { configuration.regularisation }

  /// Rays a side of the volume's image, of this step.
  var resolution: Int { configuration.schedules.resolution(images) }
  /// Of this step; it begins with the game.
  private var blur: ImageBlur { ImageBlur(sigma: configuration.schedules.blurSigma(images - startOfGame)) }

  func draw(_ shape: [Int]) -> Tensor { Tensor.randn(shape, random).to(device) }

  /// What the mapping network hears of the cameras `labels`.
  func conditioning(_ labels: Tensor, together: Bool = false) -> Tensor {
    guard configuration.isConditionedOnCamera else { return labels.zerosLike() }
    return configuration.schedules.conditioning(labels, images: images, together: together, random)
  }

  /// New people under cameras of the images; `follows` moves the running mean of style vectors.
  private func sample(follows: Bool = false) -> (made: GeneratedImage, labels: Tensor) {
    let labels = data.drawLabels(configuration.batch, random).to(device)
    let ws = network.map(draw([configuration.batch, configuration.generator.latent]), conditioning(labels), follows: follows)
    return (make(ws, labels, random), labels)
  }
  /// The images of style vectors, under the true cameras.
  func make(_ ws: Tensor, _ labels: Tensor, _ random: Generator) -> GeneratedImage {
    network.render(network.planes(ws, noise: .random(random)), labels, ws, resolution: resolution, draws: .random(random))
  }

  /// min over the generator of softplus(-D(fake)).
  func generatorStep(against discriminator: DualDiscriminator) -> [String: Tensor] {
    weights.discriminator.forEach { $0.tensor.requiringGrad(false) }
    defer { weights.discriminator.forEach { $0.tensor.requiringGrad() } }
    let (made, labels) = sample()
    let logits = discriminator(blur(made.image), raw: made.raw, label: labels)
    let loss = AdversarialLoss.generator(logits).mean()
    loss.backward()
    return session.move(adam.generator, losses: [loss]) ? ["generator": loss] : [:]
  }

  /// The generator's lazy term: densities that hardly change over a short way.
  func densityRegularisationStep() -> [String: Tensor] {
    let labels = data.drawLabels(configuration.batch, random).to(device)
    let ws = network.map(draw([configuration.batch, configuration.generator.latent]), conditioning(labels, together: true))
    let points = regularisation.density.draw(configuration.batch, random).to(device)
    let loss = regularisation.density.loss(network.sample(network.planes(ws, noise: .random(random)), at: points).density)
    (loss * Double(regularisation.densityEvery)).backward()
    return session.move(adam.generator, losses: [loss]) ? ["density": loss] : [:]
  }

  /// min over the discriminator of softplus(D(fake)) + softplus(-D(real)).
  func discriminatorStep(_ discriminator: DualDiscriminator) -> [String: Tensor] {
    let (made, labels) = withoutGradient { sample(follows: true) }
    let fake = discriminator(blur(made.image), raw: made.raw, label: labels)
    let madeLoss = AdversarialLoss.made(fake).mean()
    madeLoss.backward()
    let batch = data.draw(configuration.batch, random), image = batch.images(on: device)
    let real = discriminator(blur(image), raw: raw(image), label: batch.label.to(device))
    let realLoss = AdversarialLoss.real(real).mean()
    realLoss.backward()
    guard session.move(adam.discriminator, losses: [madeLoss, realLoss]) else { return [:] }
    return ["discriminator": madeLoss + realLoss, "logit_fake": fake.mean(), "logit_real": real.mean()]
  }

  /// The discriminator's lazy term: gamma / 2 R1, so that it does not tell more than the generator can follow.
  func gradientPenaltyStep(_ discriminator: DualDiscriminator) -> [String: Tensor] {
    let batch = data.draw(configuration.batch, random), image = batch.images(on: device)
    let small = raw(image)
    image.requiringGrad()
    small.requiringGrad()
    let logits = discriminator(blur(image), raw: small, label: batch.label.to(device))
    let penalty = gradientPenalty(logits, image: image, raw: small).mean()
    (penalty * (regularisation.gamma / 2 * Double(regularisation.gradientEvery))).backward()
    return session.move(adam.discriminator, losses: [penalty]) ? ["gradient_penalty": penalty] : [:]
  }

  /// What a real image would have been rendered as: blurred too, since made ones come of a volume that knows no finer detail.
  private func raw(_ image: Tensor) -> Tensor { blur(PosedBatch.reduced(image, to: resolution)).clone() }
}
