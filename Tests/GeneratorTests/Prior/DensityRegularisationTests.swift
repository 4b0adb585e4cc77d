import Foundation
import Generator
import Golden
import Testing
import Torch

@Suite struct DensityRegularisationTests {
  /// The golden file's weights are those of the tiny generator that its metadata names, or else of the first whose style vectors fit.
  private static func generator(for file: GoldenFile) throws -> TriplaneGenerator {
    let ws = try file["in.ws"]
    for other in try GoldenFile.all("19_", of: .portrait) {
      // A file that says nothing means a file of stored weights.
      guard file.metadata["weights"].map({ $0 == other.name }) ?? (other.metadata["procedural"] == nil) else { continue }
      let weights = other.tensors.filter { $0.key.hasPrefix("backbone.") || $0.key.hasPrefix("decoder.") }
        .filter { !$0.key.hasSuffix("resample_filter") }
      let sides = weights.keys.compactMap { $0.firstMatch(of: #/synthesis\.b(\d+)\./#).flatMap { Int($0.1) } }
      guard let first = weights["backbone.mapping.fc0.weight"], let side = sides.max() else { continue }
      var c = GeneratorConfiguration()
      func width(_ name: String, _ dim: Int) -> Int { weights[name]?.size(dim) ?? 0 }
      c.width = first.size(0)
      c.label = width("backbone.mapping.embed.weight", 1)
      c.latent = first.size(1) - (c.label > 0 ? c.width : 0)
      c.mappingLayers = weights.keys.count { $0.wholeMatch(of: #/backbone\.mapping\.fc\d+\.weight/#) != nil }
      (c.planeResolution, c.planeChannels) = (side, width("backbone.synthesis.b4.torgb.weight", 0) / 3)
      c.channelMax = width("backbone.synthesis.b4.conv1.weight", 0)
      c.channelBase = width("backbone.synthesis.b\(side).conv1.weight", 0) * side
      (c.decoderHidden, c.decoderFeatures) = (width("decoder.net.0.weight", 0), width("decoder.net.2.weight", 0) - 1)
      c.superResolution = nil
      guard c.width == ws.size(2), c.layers == ws.size(1) else { continue }
      c.rendering.axes = (other.metadata["config"] ?? "").contains("fixed") ? .fixed : .legacy
      let generator = TriplaneGenerator(c, Generator(seed: 0))
      try generator.load(weights)
      return generator.onTestDevice()
    }
    throw ModuleError.missing("a tiny generator for \(file.name)")
  }

  @Test(.golden("20_density_reg", of: .portrait))
  func goldenLosses() throws {
    for file in try GoldenFile.all("20_density_reg", of: .portrait, on: .test) {
      let generator = try Self.generator(for: file), rule = DensityRegularisation()
      let points = try DensityRegularisation.pairs(file["in.coords"], offsets: file["in.normal_noise"] * rule.distance)
      let density = try generator.sample(generator.planes(file["in.ws"]), at: points).density
      try expectClose(density, file["out.sigma"], absolute: 1e-4 * file["out.sigma"].abs().max().item, relative: 1e-4, file.name)
      let loss = rule.loss(density)
      try expectClose(loss, file["out.loss"], absolute: 1e-6, relative: 1e-4, file.name)
      loss.backward()
      let parameters = Dictionary(uniqueKeysWithValues: generator.parameters())
      var count = 0
      for (name, expected) in file.tensors where name.hasPrefix("out.grad.") {
        let found = try #require(parameters[String(name.dropFirst("out.grad.".count))]?.grad)
        expectClose(found, expected, absolute: 1e-3 * expected.abs().max().item, relative: 0, "\(file.name) \(name)")
        count += 1
      }
      #expect(count > 0)
    }
  }

  @Test func pointsLieInTheCubeAndTheirNeighboursNear() {
    let rule = DensityRegularisation(points: 500)
    let drawn = rule.draw(2, Generator(seed: 1))
    #expect(drawn.shape == [2, 1000, 3])
    let (first, second) = (drawn.narrow(1, 0, 500), drawn.narrow(1, 500, 500))
    #expect(first.abs().max().item <= 1 && abs(first.std(0, 1).mean().item - 0.577) < 0.02)
    #expect(abs((second - first).std(0, 1).mean().item - 0.004) < 3e-4)
    #expect(rule.loss(Tensor.ones([2, 1000, 1])).item == 0)
  }
}
