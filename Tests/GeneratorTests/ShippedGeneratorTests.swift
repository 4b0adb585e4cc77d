import Foundation
import Generator
import Testing
import Torch

/// The generator that comes with the tool.
@Suite struct ShippedGeneratorTests {
  @Test func isSmallAndSaysWhereItComesFrom() throws {
    let file = try GeneratorFile.shipped(), notes = try GeneratorFile.notes(file)
    let size = try #require(try file.resourceValues(forKeys: [.fileSizeKey]).fileSize)
    #expect(size < 20_000_000)
    #expect(notes["hears_camera"] == "false" && notes["pictures"] == "white" && Double(notes["kimg"] ?? "") ?? 0 > 10)
    #expect(try GeneratorFile.read(file).configuration.planeResolution >= 64)
  }

  /// A head in the middle and nothing around it, nearer in the middle than at its rim, and other people with other latent vectors.
  @Test func makesHeads() throws {
    let generator = try GeneratorFile.read(try GeneratorFile.shipped()), sampler = CameraSampler(), people = 6
    withoutGradient {
      let ws = generator.map(
        Tensor.randn([people, generator.configuration.latent], Generator(seed: 11)), Tensor.zeros([people, 25]), truncation: 0.7)
      for yaw in [-0.7, 0, 0.7] {
        let label = sampler.label(yaw: yaw, pitch: 0).tensor.expand(people, 25), made = generator(ws, label)
        let side = made.weights.size(2), corner = made.weights.narrow(2, 0, side / 8).narrow(3, 0, side / 8)
        func middle(_ x: Tensor, _ share: Int) -> Tensor {
          x.narrow(2, side / 2 - side / share, 2 * side / share).narrow(3, side / 2 - side / share, 2 * side / share)
        }
        #expect(middle(made.weights, 8).min().item > 0.9, "yaw \(yaw)")
        // From the side the neck and long hair reach the corners.
        #expect(yaw != 0 || corner.max().item < 0.3)
        let near = middle(made.depth, 16).mean().item, depths = made.depth.maskedFill(made.weights .< 0.8, 0)
        #expect(depths.max().item > near + 0.1, "yaw \(yaw)")
        let apart = (made.image.narrow(0, 0, people - 1) - made.image.narrow(0, 1, people - 1)).abs().mean(1, 2, 3)
        #expect(apart.min().item > 0.02, "yaw \(yaw): people look alike")
      }
    }
  }
}
