import Generator
import Golden
import Testing
import Torch

extension GoldenFile {
  /// The configuration of a whole generator: sizes from the tensors, the rest from the words.
  func generatorConfiguration() throws -> GeneratorConfiguration {
    var c = GeneratorConfiguration()
    let fc0 = try self["backbone.mapping.fc0.weight"]
    c.width = fc0.size(0)
    c.label = tensors["backbone.mapping.embed.weight"]?.size(1) ?? 0
    c.latent = fc0.size(1) - (c.label > 0 ? c.width : 0)
    c.mappingLayers = tensors.keys.filter { $0.hasPrefix("backbone.mapping.fc") && $0.hasSuffix("weight") }.count
    let sides = sequence(first: 4) { $0 * 2 }.prefix {
      tensors["backbone.synthesis.b\($0).const"] != nil || tensors["backbone.synthesis.b\($0).conv1.weight"] != nil
    }
    c.planeResolution = Array(sides).last ?? 4
    c.planeChannels = try self["decoder.net.0.weight"].size(1)
    c.channelMax = try self["backbone.synthesis.b4.conv1.weight"].size(0)
    c.channelBase =
      try setting("channel_base").map { Int($0) } ?? self["backbone.synthesis.b\(c.planeResolution).conv1.weight"].size(0)
      * c.planeResolution
    c.decoderHidden = try self["decoder.net.0.weight"].size(0)
    c.decoderFeatures = try self["decoder.net.2.weight"].size(0) - 1
    c.decoderMultiplier = setting("decoder_lr_mul") ?? 1
    c.rendering.resolution = try setting("nrr").map { Int($0) } ?? self["out.image_raw"].size(-1)
    c.rendering.coarse = try self["in.jitter"].size(2)
    c.rendering.fine = tensors["in.u"]?.size(1) ?? 0
    c.rendering.near = setting("ray_start") ?? 2.25
    c.rendering.far = setting("ray_end") ?? 3.3
    c.rendering.boxWarp = setting("box_warp") ?? 1
    c.rendering.axes = .legacy
    let first = try self["superresolution.block0.conv0.noise_const"].size(-1)
    let doubles = setting("image_resolution").map { Int($0) == 2 * first } ?? true
    // Whether the first block doubles cannot be seen in the weights; the published ones of four times do.
    c.superResolution = SuperResolutionConfiguration(
      inputResolution: doubles && !(configuration["superresolution_module"] as? String ?? "").contains(/Hybrid[24]X/) ? first / 2 : first,
      firstChannels: try self["superresolution.block0.conv1.weight"].size(0),
      secondChannels: try self["superresolution.block1.conv1.weight"].size(0),
      firstDoubles: !(configuration["superresolution_module"] as? String ?? "").contains(/Hybrid[24]X/))
    c.superResolution?.antialias = configuration["sr_antialias"] as? Bool ?? true
    return c
  }
}

@Suite struct TriplaneGeneratorTests {
  /// All but a few depths are alike: that of a ray which sees hardly anything is a ratio of two tiny sums, and the processor's rounding decides it.
  private func expectDepths(_ found: Tensor, _ expected: Tensor, _ what: String) {
    let apart = (found - expected).abs().reshape(-1).sort(0).values.floats
    #expect(apart[(apart.count - 1) * 97 / 100] <= 1e-3 * Float(expected.abs().max().item), "\(what): \(apart.suffix(8))")
  }

  @Test(.golden("19_", of: .portrait))
  func wholeGenerators() throws {
    for file in try GoldenFile.all("19_", of: .portrait, on: .test) {
      let generator = TriplaneGenerator(try file.generatorConfiguration(), Generator(seed: 1))
      try generator.load(file.weights())
      generator.onTestDevice()
      let draws = try RayDraws.given(jitter: file["in.jitter"], importance: file.tensors["in.u"])
      func styles() throws -> Tensor { try generator.map(file["in.z"], file["in.c"], truncation: file.number("truncation_psi") ?? 1) }
      for modulation in [Modulation.fused, .unfused] {
        let ws = try styles()
        try expectNear(ws, file["out.ws"], "\(file.name) ws")
        let planes = generator.planes(ws, by: modulation)
        try expectNear(planes, file["out.planes"], "\(file.name) planes, \(modulation)")
        let image = try generator.render(planes, file["in.c"], ws, draws: draws, by: modulation)
        try expectNear(image.raw, file["out.image_raw"], 1e-3, "\(file.name) raw picture, \(modulation)")
        try expectDepths(image.depth, file["out.image_depth"], "\(file.name) depth, \(modulation)")
        try expectNear(image.image, file["out.image"], 1e-3, "\(file.name) picture, \(modulation)")
        if let up = file.tensors["in.grad_image"], let upRaw = file.tensors["in.grad_raw"] {
          let loss = (image.image * up).mean() + (image.raw * upRaw).mean()
          try expectNear(loss, file["out.loss"], 1e-2, "\(file.name) loss, \(modulation)")
          let parameters = Dictionary(uniqueKeysWithValues: generator.parameters().map { ($0.name, $0.tensor) })
          let names = file.tensors.keys.filter { $0.hasPrefix("out.grad.") }.map { String($0.dropFirst(9)) }.sorted()
          let leaves = try names.map { try #require(parameters[$0], "\($0) is no parameter") }
          for (name, found) in zip(names, gradients(of: [loss], for: leaves)) {
            try expectNear(#require(found), file["out.grad.\(name)"], 2e-3, "\(file.name) gradient of \(name), \(modulation)")
          }
        }
        if let points = file.tensors["in.coords"] {
          let (color, density) = generator.sample(planes, at: points)
          try expectNear(color, file["out.sample_rgb"], "\(file.name) colours at points")
          try expectNear(density, file["out.sample_sigma"], "\(file.name) densities at points")
        }
      }
      // Without history, one image at a time: the way of inference.
      let ws = try styles().detach()
      for i in 0..<ws.size(0) {
        let rays = try file["in.jitter"].size(1), u = file.tensors["in.u"].map { $0.reshape(ws.size(0), rays, -1).select(0, i) }
        let image = try withoutGradient {
          try generator(
            ws.narrow(0, i, 1), file["in.c"].narrow(0, i, 1), draws: .given(jitter: file["in.jitter"].narrow(0, i, 1), importance: u))
        }
        try expectNear(image.image, file["out.image"].narrow(0, i, 1), 1e-3, "\(file.name) picture \(i) alone")
      }
    }
  }

  @Test func presetsAreSoundAndDraw() throws {
    for (name, c) in GeneratorConfiguration.presets {
      try c.check()
      #expect(c.layers == 2 * c.resolutions.count, "\(name)")
    }
    #expect(GeneratorConfiguration.ffhq512.layers == 14)
    #expect(GeneratorConfiguration.ffhq512.imageResolution == 512)
    let c = GeneratorConfiguration.tiny, random = Generator(seed: 3)
    let generator = TriplaneGenerator(c, random)
    let label = CameraLabel(values: [1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 2.7, 0, 0, 0, 1, 4.2647, 0, 0.5, 0, 4.2647, 0.5, 0, 0, 1])
    let labels = try #require(label).tensor.unsqueeze(0), ws = generator.map(Tensor.randn([1, c.latent], random), labels)
    let image = generator(ws, labels)
    #expect(image.image.shape == [1, 3, c.imageResolution, c.imageResolution])
    #expect(image.image.isFinite().all())
    // In two parts, as a network that refines the first needs it.
    let state = generator.coarse(ws, resolution: 16)
    expectNear(generator.planes(from: state, ws), generator.planes(ws), 1e-6, "planes in two parts")
  }

  @Test func publishedShapes() throws {
    let list = try #require(GoldenFolder.other("state_dict_ffhq512.txt", of: .portrait))
    let text = try String(contentsOf: list, encoding: .utf8)
    var expected: [String: [Int]] = [:]
    for line in text.split(separator: "\n") where !line.contains("resample_filter") {
      guard let space = line.firstIndex(of: " ") else { continue }
      expected[String(line[..<space])] = line[space...].split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    }
    #expect(expected.count == 150)
    let generator = TriplaneGenerator(.ffhq512, Generator(seed: 1))
    let found = Dictionary(uniqueKeysWithValues: generator.state().map { ($0.name, $0.tensor.shape) })
    #expect(found == expected)
    #expect(generator.parameters().reduce(0) { $0 + $1.tensor.numel } == 30_662_136)
  }
}
