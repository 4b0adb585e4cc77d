import Foundation
import Generator
import Golden
import Portrait
import Testing
import Torch

@Suite struct EncoderTests {
  private func configuration(_ file: Safetensors) throws -> EncoderConfiguration {
    try JSONDecoder().decode(EncoderConfiguration.self, from: Data(try #require(file.metadata["config"]).utf8))
  }

  /// Values and gradients of a tiny network that `Tools/fixtures/portrait_encoder.py` computed in PyTorch.
  @Test func isPyTorchs() throws {
    let file = try Safetensors.read(try #require(Bundle.module.url(forResource: "Fixtures/encoder", withExtension: "safetensors")))
    let encoder = ImageEncoder(try configuration(file), Generator(seed: 1))
    try encoder.load(file.tensors.filter { !$0.key.hasPrefix("in.") && !$0.key.hasPrefix("out") })
    let x = try #require(file.tensors["in.x"]), upstream = try #require(file.tensors["in.upstream"])
    let y = encoder(x)
    expectClose(y, try #require(file.tensors["out"]), absolute: 2e-5, "offsets")
    (y * upstream).sum().backward()
    let parameters = Dictionary(uniqueKeysWithValues: encoder.parameters().map { ($0.name, $0.tensor) })
    var compared = 0
    for (name, expected) in file.tensors where name.hasPrefix("out.grad.") {
      let found = try #require(parameters[String(name.dropFirst("out.grad.".count))]?.grad, "\(name)")
      expectClose(found, expected, absolute: 1e-4, relative: 1e-4, name)
      compared += 1
    }
    #expect(compared == 5)
  }

  /// Before any training every photo is the average face, and the first step can already tell the slots apart.
  @Test func startsAtTheAverage() throws {
    let encoder = ImageEncoder(EncoderConfiguration(.tiny, slots: 14, latent: 32, imageResolution: 64), Generator(seed: 2))
    let average = Tensor.randn([32], Generator(seed: 3))
    let photo = Tensor.rand([2, 3, 96, 96], Generator(seed: 4)) * 2 - 1
    let ws = encoder.latents(photo, average: average)
    #expect(ws.shape == [2, 14, 32])
    #expect((ws .== average).all())
    #expect(ImageEncoder.spread(encoder(photo)).item == 0)
    ((ws - Tensor.randn(ws.shape, Generator(seed: 5))).square().sum()).backward()
    let grads = Dictionary(uniqueKeysWithValues: encoder.parameters().map { ($0.name, $0.tensor.grad?.abs().max().item ?? 0) })
    #expect(grads["head.weight"]! > 0 && grads["slot_bias"]! > 0)
    #expect(grads["patch.weight"]! == 0, "the head is zero, so nothing goes through it yet")
  }

  /// After a step of the head every weight learns.
  @Test func everyWeightLearns() throws {
    let encoder = ImageEncoder(EncoderConfiguration(.tiny, slots: 3, latent: 8, imageResolution: 32), Generator(seed: 6))
    withoutGradient { encoder.parameters().first { $0.name == "head.weight" }?.tensor.fill_(0.1) }
    (encoder(Tensor.randn([1, 3, 32, 32], Generator(seed: 7))) * Tensor.randn([1, 3, 8], Generator(seed: 8))).sum().backward()
    for (name, tensor) in encoder.parameters() { #expect((tensor.grad?.abs().max().item ?? 0) > 0, "\(name)") }
  }

  @Test(arguments: [(EncoderConfiguration.Preset.tiny, 0.2e6), (.small, 22e6)]) func sizesAreThePresets(
    preset: EncoderConfiguration.Preset, about: Double
  ) {
    let encoder = ImageEncoder(EncoderConfiguration(preset, slots: 14, latent: 512), Generator(seed: 1))
    let count = Double(encoder.parameters().reduce(0) { $0 + $1.tensor.numel })
    #expect(abs(count / about - 1) < 0.15, "\(count)")
  }

  @Test func configurationsThatCannotBeAreRefused() {
    var bad = EncoderConfiguration(.tiny, slots: 14, latent: 512)
    bad.heads = 3
    #expect(throws: PortraitError.self) { try bad.check() }
    bad = EncoderConfiguration(.tiny, slots: 14, latent: 512, imageResolution: 100)
    #expect(throws: PortraitError.self) { try bad.check() }
    bad = EncoderConfiguration(.tiny, slots: 0, latent: 512)
    #expect(throws: PortraitError.self) { try bad.check() }
    for preset in EncoderConfiguration.Preset.allCases {
      #expect(throws: Never.self) { try EncoderConfiguration(preset, slots: 14, latent: 512).check() }
    }
  }
}
