import Foundation
import Torch

/// The step that makes training images again.
extension PriorTrainer {
  /// min over generator and encoder of the images' difference; `done` is the share of the budget used up.
  func reconstruct(_ encoder: LatentEncoder, done: Double) -> [String: Tensor] {
    let images = data.draw(configuration.batch, random), conditioning = conditioning(images.label.to(device))
    // Many small operators gain little from threads of their own: on the processor each lane takes a part of the batch, whole.
    let parts = device == .cpu ? images.parts(Lanes.count) : [(0, images)]
    let seeds = Tensor.randint(0..<Int(Int32.max), [parts.count], random).array(Int.self)
    let parameters = adam.reconstruction.groups[0].parameters.map(\.tensor)
    if step == 0 { updateRunningStatistics(to: encoder) }
    let whitening = encoder.whitening()
    let found = Lanes.map(parts.count) { i in
      let (first, part) = parts[i], share = Double(part.count) / Double(images.count)
      let conditioning = conditioning.narrow(0, first, part.count)
      let (loss, terms, encoded, ws) = reconstructionLoss(
        part, encoder, whitening, conditioning: conditioning, Generator(seed: UInt64(seeds[i])))
      let gradients = gradients(of: [loss * share], for: parameters)
      return (gradients: gradients, terms: terms.mapValues { $0.detach() * share }, encoded: encoded.detach(), w: ws.select(1, 0).detach())
    }
    // In one order, so that sums have the same last bits in every session.
    for (i, parameter) in parameters.enumerated() {
      parameter.grad = found.compactMap { $0.gradients[i] }.reduce(nil) { sum, next in sum.map { $0 + next } ?? next }
    }
    let rate = configuration.rates.reconstruction * pow(configuration.rates.reconstructionDecay, done)
    adam.reconstruction.groups[0].learningRate = rate * min(1, Double(step + 1) / 100)
    let terms = found.dropFirst().reduce(found[0].terms) { sum, part in sum.merging(part.terms) { $0 + $1 } }
    guard session.move(adam.reconstruction, losses: terms["reconstruction"].map { [$0] } ?? []) else { return [:] }
    network.backbone.mapping.follow(cat(found.map(\.w)))
    encoder.follow(cat(found.map(\.encoded)), keeping: 0.99)
    return terms
  }

  /// Takes mean and covariance of what an untrained encoder says of some images.
  private func updateRunningStatistics(to encoder: LatentEncoder) {
    let encoded = withoutGradient { cat((0..<16).map { _ in encoder.encoded(data.draw(32, random).images(on: device)) }) }
    // The mean first: the covariance is about it.
    for _ in 0..<2 { encoder.follow(encoded, keeping: 0) }
  }

  /// What making `images` again costs, its terms, what the encoder says of them, and the style vectors of what was made.
  private func reconstructionLoss(
    _ images: PosedBatch, _ encoder: LatentEncoder, _ whitening: Tensor, conditioning: Tensor, _ random: Generator
  ) -> (loss: Tensor, terms: [String: Tensor], encoded: Tensor, ws: Tensor) {
    let truth = images.images(on: device), labels = images.label.to(device), encoded = encoder.encoded(truth)
    let ws = network.map(encoder.latents(encoder.whitened(encoded, by: whitening), random), conditioning)
    let made = make(ws, labels, random), plan = configuration.reconstruction
    var terms = ReconstructionLoss(plan).terms(made, truth, coverage: images.coverage?.to(device), depth: images.depth?.to(device))
    let costs = plan.costs
    let loss = terms.sorted { $0.key < $1.key }.reduce(Tensor.zeros([], device: device)) { $0 + $1.value * (costs[$1.key] ?? 0) }
    terms["reconstruction"] = loss
    terms["squared_error"] = withoutGradient { (made.image - truth).square().mean() / 4 }
    return (loss, terms, encoded, ws)
  }
}

extension PriorConfiguration.Reconstruction {
  /// What each term of the loss costs.
  var costs: [String: Double] {
    ["picture": 1, "raw": raw, "detail": detail, "contrast": contrast, "depth": depth, "coverage": coverage]
  }
}

/// How far a made image is from the truth.
package struct ReconstructionLoss {
  let plan: PriorConfiguration.Reconstruction
  init(_ plan: PriorConfiguration.Reconstruction) { self.plan = plan }

  /// Means over pixels, by name, those that cost something: of images `[N, 3, S, S]` in -1...1, with coverage `[N, 1, S, S]` uint8 and
  /// distances `[N, 1, s, s]` where there are some.
  func terms(_ made: GeneratedImage, _ truth: Tensor, coverage: Tensor?, depth: Tensor?) -> [String: Tensor] {
    let side = made.raw.size(2), small = PosedBatch.reduced(truth, to: side)
    var terms = ["picture": made.image.l1Loss(truth), "raw": made.raw.l1Loss(small)]
    if plan.detail > 0 { terms["detail"] = Self.detail(made.image, truth) }
    if plan.contrast > 0 { terms["contrast"] = Self.contrast(made.image, truth) }
    if plan.coverage > 0, let coverage {
      let share = PosedBatch.reduced(coverage.to(.float32) / 255, to: side).clamp(0, 1)
      terms["coverage"] = made.weights.clamp(1e-4, 1 - 1e-4).binaryCrossEntropy(share)
    }
    if plan.depth > 0, let depth {
      let truth = depth.size(2) == side ? depth : depth.interpolate(size: [side, side], .nearest)
      let known = (truth .> 0).to(.float32)
      // Of a ray that sees next to nothing the distance is next to nothing over next to nothing.
      terms["depth"] = ((made.depth - truth).abs() * known * made.weights.detach().clamp(0, 1)).sum() / known.sum().clamp(1)
    }
    return terms
  }

  /// Mean absolute difference of the steps between neighbouring pixels, at three sizes: to plain differences a sharp line a pixel off is
  /// worse than none.
  package static func detail(_ a: Tensor, _ b: Tensor) -> Tensor { sum(a, b, over: 1) { $0.l1Loss($1) } }

  /// Mean absolute difference of how large these steps are around each place, root mean squares in windows of 8 x 8 pixels: where it is not
  /// known how strands lie, `detail` is least for none, this for as many as there are.
  package static func contrast(_ a: Tensor, _ b: Tensor) -> Tensor {
    func size(_ steps: Tensor) -> Tensor { (steps.square().avgPool2d(8, stride: [4]) + 1e-6).sqrt() }
    return sum(a, b, over: 9) { size($0).l1Loss(size($1)) }
  }

  /// What `compare` says of the steps between neighbouring pixels, both ways, at up to three sizes of `least` pixels at least.
  private static func sum(_ a: Tensor, _ b: Tensor, over least: Int, _ compare: (Tensor, Tensor) -> Tensor) -> Tensor {
    var (a, b) = (a, b)
    var sum = Tensor.zeros([], device: a.device)
    for level in 0..<3 {
      guard min(a.size(2), a.size(3)) >= max(least, level > 0 ? 4 : 1) else { break }
      for axis in [3, 2] { sum = sum + compare(a.diff(axis), b.diff(axis)) }
      if level < 2 { (a, b) = (a.avgPool2d(2), b.avgPool2d(2)) }
    }
    return sum
  }
}
