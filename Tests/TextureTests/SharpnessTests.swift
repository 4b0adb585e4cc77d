import Foundation
import Golden
import Testing
import Texture
import Torch

/// Images with detail of every size, `[H, W, 3]` in 0...1.
func texture(_ seed: UInt64, _ size: Int = 64) -> Tensor {
  let generator = Generator(seed: seed)
  var image = Tensor.full([1, 3, size, size], 0.5)
  for scale in [2, 4, 8, 16] {
    let coarse = Tensor.rand([1, 3, size / scale, size / scale], generator) - 0.5
    image = image + coarse.interpolate(size: [size, size], .linear) * 0.4
  }
  return image[.at(0)].permute(1, 2, 0).clamp(0, 1).contiguous()
}
/// As if a field had drawn it: without its finest detail.
func blurred(_ image: Tensor) -> Tensor {
  let planes = image.permute(2, 0, 1).unsqueeze(0)
  let soft = planes.pad([1, 1, 1, 1], .replicate).avgPool2d(3, stride: [1])
  return soft[.at(0)].permute(1, 2, 0).contiguous()
}

@Suite struct SharpnessTests {
  @Test func aImageEqualsItself() throws {
    let scores = try #require(SharpnessScores(texture(1), truth: texture(1)))
    #expect(scores == SharpnessScores(detail: 0, sharpness: 1, edges: 1))
  }

  @Test func blurAndNoiseAreToldApart() throws {
    let truth = texture(2)
    let soft = try #require(SharpnessScores(blurred(truth), truth: truth))
    let noisy = try #require(SharpnessScores((truth + Tensor.randn([64, 64, 3], Generator(seed: 3)) * 0.1).clamp(0, 1), truth: truth))
    let plain = try #require(SharpnessScores(Tensor.full([64, 64, 3], 0.5), truth: truth))
    #expect(soft.sharpness < 0.7 && soft.detail > 0.1 && soft.edges < 0.999)
    #expect(noisy.sharpness > 1.2 && noisy.detail > 0.1)
    // Nothing at all is the worst there can be.
    #expect(plain.sharpness < 1e-3 && plain.detail > soft.detail && plain.detail <= 1 && plain.detail > 0.8 && plain.edges < soft.edges)
  }

  /// What is a pixel off has as much detail; PSNR cannot tell it from blur.
  @Test func detailMayLieAPixelOff() throws {
    let truth = texture(4)
    let moved = truth.roll(1, 1)
    let scores = try #require(SharpnessScores(moved, truth: truth)), soft = try #require(SharpnessScores(blurred(truth), truth: truth))
    #expect(scores.detail < soft.detail / 2)
    #expect((moved - truth).square().mean().item > (blurred(truth) - truth).square().mean().item)
  }

  @Test func onlyWhatTheMaskHoldsCounts() throws {
    let truth = texture(5)
    let left = Tensor.arange(64) .< 32
    let mask = left.unsqueeze(0).expand(64, 64), half = truth.where(mask.unsqueeze(-1), else: blurred(truth))
    let inside = try #require(SharpnessScores(half, truth: truth, where: mask))
    let outside = try #require(SharpnessScores(half, truth: truth, where: mask.logicalNot()))
    // Windows that reach across the border see a little of the other side.
    #expect(inside.detail < 0.05 && outside.detail > 4 * inside.detail)
    #expect(SharpnessScores(half, truth: truth, where: Tensor.zeros([64, 64], .bool)) == nil)
    #expect(SharpnessScores(texture(1, 16), truth: texture(2, 16)) == nil)
  }
}
