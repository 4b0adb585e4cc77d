import Generator
import Golden
import Testing
import Torch

@Suite struct SynthesisLayerTests {
  private let generator = Generator(seed: 1)

  @Test(.golden("02_bias_act", of: .portrait))
  func activations() throws {
    for file in try GoldenFile.all("02_bias_act", of: .portrait, on: .test) {
      for (name, expected) in try file.results {
        let kind = try #require(LayerActivation(rawValue: String(name.prefix { $0.isLetter })), "\(name) is no activation")
        let last = name.contains("dim_last")
        let (x, b) = try last ? (file["in.x2"], file["in.b2"]) : (file["in.x"], file["in.b"])
        let found = x.biased(
          b, kind, slope: file.number("alpha", in: name) ?? 0.2, gain: file.number("gain", in: name), clamp: file.number("clamp", in: name))
        expectNear(found, expected, "\(file.name) \(name)")
      }
    }
  }

  @Test(.golden("04_fully_connected", of: .portrait))
  func denseLayers() throws {
    let multipliers = ["lr001": 0.01, "lr2": 2]
    for file in try GoldenFile.all("04_fully_connected", of: .portrait, on: .test) {
      for (name, expected) in try file.results {
        let weight = try file["\(name).weight"], words = name.split(separator: "_")
        let layer = EqualisedLinear(
          weight.size(1), weight.size(0), bias: file.tensors["\(name).bias"] != nil, activation: words.first == "lrelu" ? .lrelu : .linear,
          multiplier: words.compactMap { multipliers[String($0)] }.first ?? 1, generator)
        try layer.load(file.weights("\(name)."))
        layer.onTestDevice()
        try expectNear(layer(file["in.x"]), expected, "\(file.name) \(name)")
      }
    }
  }

  @Test(.golden("06_modulated_conv2d", of: .portrait))
  func modulatedConvolutions() throws {
    for file in try GoldenFile.all("06_modulated_conv2d", of: .portrait, on: .test) {
      for (name, expected) in try file.results {
        let up = name.hasPrefix("up2") ? 2 : 1
        let found = try file["in.x"].modulated(
          file["in.weight"], styles: file["in.styles"], noise: file.tensors["in.noise_up\(up)"], up: up,
          padding: file["in.weight"].size(-1) / 2, filter: file.tensors["in.f"], demodulates: name.hasSuffix("demod1"), flips: up == 1,
          by: name.contains("fused1") ? .fused : .unfused)
        expectNear(found, expected, "\(file.name) \(name)")
      }
    }
  }

  @Test(.golden("07_synthesis_layer", of: .portrait))
  func synthesisLayers() throws {
    for file in try GoldenFile.all("07_synthesis_layer", of: .portrait, on: .test) {
      let weight = try file["weight"], x = try file["in.x"], side = try file["noise_const"].size(-1)
      let clamp = file.name.contains("clamp") ? try clamp(of: file) : nil
      let layer = try SynthesisLayer(
        weight.size(1), weight.size(0), width: file["in.w"].size(1), resolution: side, doubles: side == 2 * x.size(-1), clamp: clamp,
        generator)
      try layer.load(file.weights())
      layer.onTestDevice()
      for (name, expected) in try file.results {
        let found = try layer(
          x, file["in.w"], noise: name.hasPrefix("none") ? .none : .constant, gain: name.contains("gain_sqrt0.5") ? 0.5.squareRoot() : 1,
          by: name.contains("_fused") ? .fused : .unfused)
        expectNear(found, expected, "\(file.name) \(name)")
      }
    }
  }
  /// What the file says, or where its largest values stop.
  private func clamp(of file: GoldenFile) throws -> Double? {
    try file.setting("conv_clamp") ?? file.number("clamp")
      ?? file.results.filter { !$0.name.contains("gain") }.map { $0.tensor.abs().max().item }
      .max()
  }

  @Test(.golden("07_torgb", of: .portrait))
  func imageLayers() throws {
    for file in try GoldenFile.all("07_torgb", of: .portrait, on: .test) {
      let weight = try file["weight"]
      let layer = try ImageLayer(
        weight.size(1), weight.size(0), width: file["in.w"].size(1), clamp: file.setting("conv_clamp"), generator)
      try layer.load(file.weights())
      layer.onTestDevice()
      for (name, expected) in try file.results { try expectNear(layer(file["in.x"], file["in.w"]), expected, "\(file.name) \(name)") }
      for i in try 0..<file["in.x"].size(0) {
        let one = try withoutGradient { try layer(file["in.x"].narrow(0, i, 1), file["in.w"].narrow(0, i, 1)) }
        for (name, expected) in try file.results { expectNear(one, expected.narrow(0, i, 1), "\(file.name) \(name), picture \(i) alone") }
      }
    }
  }

  /// The kernels for inference are compared with the layer of plain operators, with sides that tiles do not divide.
  @Test(arguments: [false, true]) func kernelsDrawWhatOperatorsDo(doubles: Bool) {
    for (input, output, side) in [(16, 32, 37), (48, 64, 33), (32, 96, 50)] {
      let layer = SynthesisLayer(
        input, output, width: 8, resolution: doubles ? 2 * side : side, doubles: doubles, clamp: 1.5, generator)
      withoutGradient {
        layer.noiseStrength.fill_(0.3)
        layer.bias.copy_(Tensor.randn([output], generator))
      }
      let x = Tensor.randn([2, input, side, side], generator), style = Tensor.randn([2, 8], generator)
      let plain = layer(x, style).detach(), drawn = withoutGradient { layer(x, style) }
      expectNear(drawn, plain, 1e-4, "\(input) to \(output) channels, \(side) pixels, doubles: \(doubles)")
      // What is kept of a weight is not used once it has changed.
      withoutGradient { layer.weight.mul_(-0.5) }
      expectNear(withoutGradient { layer(x, style) }, layer(x, style), 1e-4, "changed weight, \(input) to \(output) channels")
    }
  }
}
