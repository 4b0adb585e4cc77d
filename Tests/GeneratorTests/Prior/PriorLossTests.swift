import Foundation
import Generator
import Golden
import Testing
import Torch

@Suite struct PriorLossTests {
  @Test(.golden("21_blur_and_gan_losses", of: .portrait))
  func blursAndLosses() throws {
    for file in try GoldenFile.all("21_blur_and_gan_losses", of: .portrait, on: .test) {
      let logits = try file["in.logits"]
      try expectClose(AdversarialLoss.generator(logits), file["out.softplus_neg"], relative: 1e-5, file.name)
      try expectClose(AdversarialLoss.real(logits), file["out.softplus_neg"], relative: 1e-5, file.name)
      try expectClose(AdversarialLoss.made(logits), file["out.softplus_pos"], relative: 1e-5, file.name)
      var count = 0
      for (name, expected) in file.tensors {
        guard let match = name.firstMatch(of: #/^out\.(kernel|blur)_sigma(.+)$/#), let sigma = Double(match.2) else { continue }
        let blur = ImageBlur(sigma: sigma)
        try expectClose(match.1 == "kernel" ? blur.kernel : blur(file["in.x"]), expected, relative: 1e-4, "\(file.name) \(name)")
        count += 1
      }
      #expect(count > 0)
    }
  }

  @Test func withoutASigmaNothingIsBlurred() {
    let x = Tensor.randn([2, 3, 8, 8], Generator(seed: 1))
    #expect((ImageBlur(sigma: 0)(x) .== x).all())
    #expect((ImageBlur(sigma: 0.3)(x) .== x).all())
    #expect(ImageBlur(sigma: 2)(x).shape == x.shape)
  }

  @Test func schedulesAreThePublishedOnes() {
    let s = PriorConfiguration.ffhq512.schedules
    #expect(s.blurSigma(0) == 10 && abs(s.blurSigma(100_000) - 5) < 1e-12 && s.blurSigma(200_000) == 0 && s.blurSigma(900_000) == 0)
    #expect(s.resolution(0) == 64 && s.resolution(500_000) == 96 && s.resolution(2_000_000) == 128)
    // Halves go to the even one.
    #expect(s.resolution(7_812) == 64 && s.resolution(7_813) == 65 && s.resolution(23_438) == 66)
    #expect(s.swapProbability(0) == 1 && abs(s.swapProbability(500_000) - 0.75) < 1e-12 && s.swapProbability(5_000_000) == 0.5)
    let rates = LazyRates(learningRate: 2.5e-3, every: 4)
    #expect(abs(rates.learningRate - 2e-3) < 1e-12 && rates.betas.0 == 0 && abs(rates.betas.1 - pow(0.99, 0.8)) < 1e-12)
    #expect(LazyRates(learningRate: 1e-3, every: nil).learningRate == 1e-3)
  }

  @Test func camerasAreSwappedAsOftenAsTheScheduleSays() {
    let s = PriorConfiguration.ffhq512.schedules, generator = Generator(seed: 2)
    let labels = Tensor.arange(1000, .float32).unsqueeze(1).expand(1000, 25)
    #expect((s.conditioning(labels, images: 0, generator) .== labels.roll(1, 0)).all())
    let half = s.conditioning(labels, images: 1_000_000, generator)
    let kept = (half .== labels).to(.float32).mean().item
    #expect(abs(kept - 0.5) < 0.08)
    #expect(((half .== labels) .| (half .== labels.roll(1, 0))).all())
    let together = (0..<40).map { _ in
      (s.conditioning(labels, images: 1_000_000, together: true, generator) .== labels).to(.float32).mean().item
    }
    #expect(together.allSatisfy { $0 == 0 || $0 == 1 } && together.contains(0) && together.contains(1))
  }

  @Test func theMeanGeneratorFollowsWithItsHalfLife() {
    let rule = GeneratorAverage(kimg: 10, rampUp: nil)
    #expect(abs(rule.share(images: 0, batch: 32) - pow(0.5, 32.0 / 10_000)) < 1e-12)
    let early = GeneratorAverage(kimg: 10)
    #expect(early.share(images: 0, batch: 32) == 0)
    #expect(abs(early.share(images: 32_000, batch: 32) - pow(0.5, 32.0 / 1600)) < 1e-12)
    #expect(early.share(images: 10_000_000, batch: 32) == rule.share(images: 0, batch: 32))
    let (mean, module) = (Linear(2, 2, Generator(seed: 1)), Linear(2, 2, Generator(seed: 2)))
    let expected = mean.weight * 0.75 + module.weight * 0.25
    GeneratorAverage.update(mean, from: module, share: 0.75)
    expectClose(mean.weight, expected, "mean")
  }

  /// Lines in other places are as many lines; none are not.
  @Test func contrastCountsLinesWhereverTheyLie() {
    let lines = Tensor((0..<40).map { $0 % 4 < 2 ? 0 : 1 } as [Float]).expand(2, 3, 40, 40), moved = 1 - lines, even = lines * 0 + 0.5
    #expect(ReconstructionLoss.contrast(lines, moved).item < 1e-6)
    #expect(ReconstructionLoss.detail(lines, moved).item > ReconstructionLoss.detail(lines, even).item)
    #expect(ReconstructionLoss.contrast(lines, even).item > 0.5)
    let x = (lines * 0.5).requiringGrad()
    ReconstructionLoss.contrast(x, lines).backward()
    #expect(x.grad!.isFinite().all() && x.grad!.abs().max().item > 0)
    #expect(ReconstructionLoss.contrast(Tensor.ones([1, 3, 4, 4]), Tensor.zeros([1, 3, 4, 4])).item == 0)
  }
}
