import Generator
import Golden
import Testing
import Torch

@Suite struct SynthesisTests {
  private let generator = Generator(seed: 1)

  @Test(.golden("05_mapping", of: .portrait))
  func mapping() throws {
    for file in try GoldenFile.all("05_mapping", of: .portrait, on: .test) {
      let weights = file.weights(), count = weights.keys.filter { $0.hasPrefix("fc") && $0.hasSuffix("weight") }.count
      let z = file.tensors["in.z"], label = file.tensors["in.c"], width = try file["fc0.weight"].size(0)
      let network = MappingNetwork(
        latent: z?.size(1) ?? 0, label: label?.size(1) ?? 0, width: width, layers: count, keepsAverage: weights["w_avg"] != nil, generator)
      try network.load(weights)
      network.onTestDevice()
      let w = network(z, label)
      for (name, expected) in try file.results where name != "w_avg_after_update" {
        guard expected.dim == 3 else {
          expectNear(w, expected, "\(file.name) \(name)")
          continue
        }
        let found = network.broadcast(
          w, layers: expected.size(1), truncation: file.number("psi", in: name) ?? 1, cutoff: file.number("cut", in: name).map { Int($0) })
        expectNear(found, expected, "\(file.name) \(name)")
      }
      if let after = file.tensors["out.w_avg_after_update"], let average = network.average {
        network.follow(w, decay: file.number("w_avg_beta") ?? 0.998)
        expectNear(average, after, 1e-5, "\(file.name) running mean")
      }
      try file.expectGradients(of: network, results: ["w": w])
    }
  }

  @Test(.golden("08_block", of: .portrait))
  func blocks() throws {
    for file in try GoldenFile.all("08_block", of: .portrait, on: .test) {
      let weight = try file["conv1.weight"], x = file.tensors["in.x"], side = try file["conv1.noise_const"].size(-1)
      let entry: SynthesisBlock.Entry = file.tensors["const"] != nil ? .constant : x?.size(-1) == side ? .level : .doubling
      let block = SynthesisBlock(
        entry, file.tensors["conv0.weight"]?.size(1) ?? 0, weight.size(0), width: try file["in.ws"].size(2), resolution: side,
        imageChannels: try file["torgb.weight"].size(0), clamp: file.setting("conv_clamp"), generator)
      try block.load(file.weights())
      block.onTestDevice()
      let before = x.map { SynthesisState(feature: $0, image: file.tensors["in.img"]) }
      for (name, expected) in try file.results {
        let modulation: Modulation = name.hasSuffix("unfused") ? .unfused : .fused
        let state = try block(before, file["in.ws"], noise: name.contains("_none") ? .none : .constant, by: modulation)
        let found = try #require(name.hasPrefix("img") ? state.image : state.feature)
        expectNear(found, expected, "\(file.name) \(name)")
      }
    }
  }

  @Test(.golden("09_synthesis_network", of: .portrait))
  func networks() throws {
    for file in try GoldenFile.all("09_synthesis_network", of: .portrait, on: .test) {
      let ws = try file["in.ws"], sides = sequence(first: 4) { $0 * 2 }.prefix { file.tensors["b\($0).conv1.weight"] != nil }
      let network = SynthesisNetwork(
        width: ws.size(2), resolutions: Array(sides), channels: { file.tensors["b\($0).conv1.weight"]?.size(0) ?? 0 },
        imageChannels: try file["b4.torgb.weight"].size(0), generator)
      #expect(network.layers == ws.size(1))
      try network.load(file.weights())
      network.onTestDevice()
      let last = network.run(nil, ws) { side, state in
        for (name, found) in [("x", state.feature), ("img", state.image)] {
          if let expected = file.tensors["out.b\(side).\(name)"], let found { expectNear(found, expected, "\(file.name) b\(side).\(name)") }
        }
      }
      let image = try #require(last.image)
      try expectNear(image, file["out.img"], "\(file.name) img")
      try file.expectGradients(of: network, results: ["img": image])
      // In two parts.
      let half = network.run(nil, ws, to: 8), rest = network.run(half, ws, from: 16)
      try expectNear(#require(rest.image), file["out.img"], "\(file.name) in two parts")
    }
  }

  @Test(.golden("16_superres", of: .portrait))
  func superResolution() throws {
    for file in try GoldenFile.all("16_superres", of: .portrait, on: .test) {
      let side = try file["block0.conv0.noise_const"].size(-1),
        inputs = file.tensors.filter { $0.key.hasPrefix("in.") && $0.value.dim == 4 }
      let features = try file["block0.conv0.weight"].size(1)
      for (name, expected) in try file.results {
        // in.feature_16 or in.x_16 for out.image_16; the raw image is the first channels unless it is there too.
        let ending = name.firstIndex(of: "_").map { String(name[$0...]) } ?? ""
        let fitting = inputs.filter { $0.key.hasSuffix(ending) }
        let x = try #require(fitting.first { $0.value.size(1) == features }?.value, "\(file.name) has no features for \(name)")
        let raw = fitting.first { $0.value.size(1) == 3 && features != 3 }?.value ?? x.narrow(1, 0, 3)
        // Two blocks that double, or only the second.
        let doubles = file.setting("in_res").map { 2 * Int($0) == side } ?? (expected.size(-1) == 4 * x.size(-1))
        var c = SuperResolutionConfiguration(
          inputResolution: doubles ? side / 2 : side, firstChannels: try file["block0.conv1.weight"].size(0),
          secondChannels: try file["block1.conv1.weight"].size(0), firstDoubles: doubles, keepsLarger: file.name.contains("4x"))
        if let clamp = file.setting("conv_clamp") ?? file.number("conv_clamp") { c.clamp = clamp }
        let network = SuperResolution(c, features: features, width: try file["in.ws"].size(2), generator)
        try network.load(file.weights())
        network.onTestDevice()
        let image = try network(x, raw: raw, file["in.ws"])
        expectNear(image, expected, "\(file.name) \(name)")
        try file.expectGradients(of: network, results: ["image\(ending)": image])
        let fused = try network(x, raw: raw, file["in.ws"], by: .fused)
        expectNear(fused, expected, "\(file.name) \(name), fused")
        for i in 0..<x.size(0) {
          let alone = try withoutGradient {
            try network(x.narrow(0, i, 1), raw: raw.narrow(0, i, 1), file["in.ws"].narrow(0, i, 1))
          }
          expectNear(alone, expected.narrow(0, i, 1), "\(file.name) \(name), picture \(i) alone")
        }
      }
    }
  }
}
