import Foundation
import Generator
import Golden
import Testing
import Torch

@Suite(.serialized) struct FullGeneratorTests {
  @Test func namesGiveSeeds() {
    #expect(ComputedTensor.seed("in.z") == 0xf4e1_b3c5_79e8_f63e)
  }

  /// The published size by way of inference.
  @Test(.enabled(if: GoldenFile.exist("24_full", of: .portrait), "skipped: no golden vectors"), .golden("24_full", of: .portrait))
  func publishedSize() throws {
    let generator = TriplaneGenerator(.ffhq512, Generator(seed: 0)), c = generator.configuration.rendering
    try generator.load(
      Dictionary(uniqueKeysWithValues: generator.state().map { ($0.name, ComputedTensor.weight($0.name, $0.tensor.shape)) }))
    generator.onTestDevice()
    let state = generator.namedState(), rays = c.resolution * c.resolution
    let inputs = [
      "in.z": ComputedTensor.unit("in.z", [1, generator.configuration.latent]),
      "in.jitter": ComputedTensor.even("in.jitter", [1, rays, c.coarse, 1]), "in.u": ComputedTensor.even("in.u", [rays, c.fine]),
    ].mapValues { $0.to(.test) }
    for file in try GoldenFile.all("24_full", of: .portrait, on: .test) {
      for (name, expected) in file.tensors where name.hasPrefix("check.") {
        guard let own = inputs[String(name.dropFirst(6))] ?? state[String(name.dropFirst(6))] else { continue }
        expectClose(own.detach().flatten().narrow(0, 0, min(expected.numel, own.numel)), expected.flatten(), "\(file.name) \(name)")
      }
      var found: [String: Tensor] = [:]
      try withoutGradient {
        let label = try file["in.c"].reshape(1, 25), psi = file.setting("truncation_psi") ?? file.setting("psi") ?? 0.7
        let ws = generator.map(inputs["in.z"]!, label, truncation: psi), planes = generator.planes(ws)
        let image = generator.render(
          planes, label, ws, draws: .given(jitter: inputs["in.jitter"]!, importance: inputs["in.u"]!))
        found = [
          "ws": ws, "ws0": ws.select(1, 0), "planes": planes, "image_raw": image.raw, "image_depth": image.depth,
          "image": image.image,
        ]
      }
      for (name, expected) in try file.results {
        let words = name.split(separator: "_"), ending = words.count > 1 ? String(words[words.count - 1]) : ""
        let whole =
          found[name] ?? found[words.dropLast().joined(separator: "_")] ?? (words.first == "raw" ? found["image_raw"] : nil)
          ?? (words.first == "depth" ? found["image_depth"] : nil)
        let own = try #require(whole, "\(file.name): \(name) is no result that is known")
        let part: Tensor =
          switch found[name] == nil ? ending : "" {
          case "s": own[.all, .slice(0, nil, step: 3), .slice(0, nil, step: 8), .slice(0, nil, step: 8)]
          case "s4": own[.all, .all, .slice(0, nil, step: 4), .slice(0, nil, step: 4)]
          case "crop": own[.all, .all, .in(200..<264), .in(200..<264)]
          case "stat":
            stack([own.mean(), call("aten::std", own, true), own.abs().max()])
          default: own
          }
        expectNear(part.reshape(expected.shape), expected, 1e-3, "\(file.name) \(name)")
      }
    }
  }
}
