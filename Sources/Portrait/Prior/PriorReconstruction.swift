import Foundation
import Torch

/// The step that makes training pictures again.
extension PriorTrainer {
  /// min over generator and encoder of the pictures' difference, plus what the encoder tells; `done` is the share of the budget used up.
  func makeAgain(_ encoder: LatentEncoder, done: Double) -> [String: Tensor] {
    let pictures = data.draw(configuration.batch, random), truth = pictures.images(on: device), labels = pictures.label.to(device)
    let (mean, logVariance) = encoder(truth)
    let z = mean + (logVariance * 0.5).exp() * draw(mean.shape)
    let ws = network.map(z, told(labels), follows: true)
    let made = make(ws, labels)

    let plan = configuration.reconstruction
    var terms = ReconstructionLoss(plan).terms(made, truth, coverage: pictures.coverage?.to(device), depth: pictures.depth?.to(device))
    terms["divergence"] = LatentEncoder.divergence(mean: mean, logVariance: logVariance).mean()
    let costs = plan.costs
    // In one order, so that the sum has the same last bits in every session.
    let loss = terms.sorted { $0.key < $1.key }.reduce(Tensor.zeros([], device: device)) { $0 + $1.value * (costs[$1.key] ?? 0) }
    loss.backward()
    let rate = configuration.rates.reconstruction * pow(configuration.rates.reconstructionDecay, done)
    adam.reconstruction.groups[0].learningRate = rate * min(1, Double(step + 1) / 100)
    apply(adam.reconstruction, adam.reconstruction.groups[0].parameters)

    terms["reconstruction"] = loss
    terms["squared_error"] = withoutGradient { (made.image - truth).square().mean() / 4 }
    return terms
  }
}

extension PriorConfiguration.Reconstruction {
  /// What each term of the loss costs.
  var costs: [String: Double] {
    ["picture": 1, "raw": raw, "detail": detail, "depth": depth, "coverage": coverage, "divergence": divergence]
  }
}

/// How far a made picture is from the truth.
struct ReconstructionLoss {
  let plan: PriorConfiguration.Reconstruction
  init(_ plan: PriorConfiguration.Reconstruction) { self.plan = plan }

  /// Means over pixels, by name, those that cost something: of pictures `[N, 3, S, S]` in -1...1, with coverage `[N, 1, S, S]` uint8 and
  /// distances `[N, 1, s, s]` where there are some.
  func terms(_ made: GeneratedPicture, _ truth: Tensor, coverage: Tensor?, depth: Tensor?) -> [String: Tensor] {
    let side = made.raw.size(2), small = PosedBatch.reduced(truth, to: side)
    var terms = ["picture": made.image.l1Loss(truth), "raw": made.raw.l1Loss(small)]
    if plan.detail > 0 { terms["detail"] = Self.detail(made.image, truth) }
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
  static func detail(_ a: Tensor, _ b: Tensor) -> Tensor {
    var (a, b) = (a, b)
    var sum = Tensor.zeros([], device: a.device)
    for level in 0..<3 {
      sum = sum + a.diff(3).l1Loss(b.diff(3)) + a.diff(2).l1Loss(b.diff(2))
      guard level < 2, min(a.size(2), a.size(3)) >= 8 else { break }
      (a, b) = (a.avgPool2d(2), b.avgPool2d(2))
    }
    return sum
  }
}
