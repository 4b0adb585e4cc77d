import Golden
import Testing
import Texture
import Torch

extension GoldenFile {
  /// The tensors of the network: those behind `w.`, without it, and counts of batches, which no file has.
  func weights(for module: any Module) -> [String: Tensor] {
    var found = Dictionary(
      uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix("w.") }.map { (String($0.key.dropFirst(2)), $0.value) })
    for (name, tensor) in module.state() where tensor.dtype == .int64 { found[name] = tensor }
    // What the published classes declare and never use.
    if found["residual_downsample.weight"] != nil, found["initial.0.weight"] != nil {
      found = found.filter { !$0.key.hasPrefix("residual.") }
    }
    return found.filter { !$0.key.contains("_sn.") }
  }
}

@Suite struct NetworkTests {
  private let generator = Generator(seed: 1)

  @Test(.golden("12_resblock"))
  func residualBlocks() throws {
    for file in try GoldenFile.all("12_resblock", on: .test) {
      let weight = try file["w.initial.0.weight"], halving = file.tensors["w.residual_downsample.weight"] != nil
      let block = ResidualBlock(weight.size(1), weight.size(0), halving: halving, .batch, generator)
      try block.load(file.weights(for: block))
      block.onTestDevice()
      block.train(false)
      try expectClose(block(file["in.x"]), file["out.eval"], relative: 1e-4, "\(file.name)")
      block.train()
      try expectClose(block(file["in.x"]), file["out.train_batchstats"], relative: 1e-4, "\(file.name) training")
      let state = block.namedState()
      for (kind, name) in [("mean", "running_mean"), ("var", "running_var")] {
        guard let expected = file.tensors["out.running_\(kind)_after"] else { continue }
        expectClose(try #require(state["initial.1.\(name)"]), expected, "\(file.name) \(name)")
      }
    }
  }

  @Test(.golden("12_spade_layer"))
  func spadeLayers() throws {
    for file in try GoldenFile.all("12_spade_layer", on: .test) {
      let layer = try SpadeLayer(file["in.x"].size(1), features: file["in.fid"].size(1), generator)
      try layer.load(file.weights(for: layer))
      layer.onTestDevice()
      try expectClose(layer(file["in.x"], StyleSource(file["in.fid"])), file["out.y"], relative: 1e-4, "\(file.name)")
    }
  }

  @Test(.golden("12_spade_block"))
  func spadeBlocks() throws {
    for file in try GoldenFile.all("12_spade_block", on: .test) {
      let scaling: SpadeBlock.Scaling =
        file.tensors["w.residual_downsample.weight"] != nil
        ? .halved : file.tensors["w.residual_upsample.weight"] != nil ? .doubled : .none
      let weight = try file["w.conv1.weight_orig"]
      let block = try SpadeBlock(weight.size(1), weight.size(0), features: file["in.fid"].size(1), scaling, generator)
      try block.load(file.weights(for: block))
      block.onTestDevice()
      block.train(false)
      try expectClose(block(file["in.x"], StyleSource(file["in.fid"])), file["out.y"], relative: 1e-4, "\(file.name)")
      // Made once and kept, the styles are the same.
      let kept = try StyleSource(file["in.fid"], keeps: true)
      try withoutGradient {
        for _ in 0..<2 { try expectClose(block(file["in.x"], kept), file["out.y"], relative: 1e-4, "\(file.name) kept") }
      }
    }
  }

  @Test(.golden("13_texture_generator"))
  func wholeNetworks() throws {
    for file in try GoldenFile.all("13_texture_generator", on: .test) {
      let speaks = file.tensors.keys.contains { $0.hasPrefix("out.audio") }
      let network = TextureNetwork(normalization: .batch, audio: speaks ? 29 : nil, spread: .published, generator)
      try network.fillProcedurally(file.weights(for: network))
      network.onTestDevice()
      network.train(false)
      try withoutGradient {
        func input(_ name: String, _ shape: [Int], _ bound: Double) -> Tensor {
          file.tensors["in.\(name)"] ?? Procedural.tensor("in.\(name)", shape, bound: bound).to(.test)
        }
        let expected = try file["out.y"]
        func image(_ name: String) -> Tensor {
          file.tensors["in.\(name)"] ?? (Procedural.tensor("in.\(name)", expected.shape, bound: 1).to(.test) + 1) * 0.5
        }
        let features = network.features(image("I_src"))
        for (i, found) in features.enumerated() {
          guard let part = file.tensors["out.fid\(i + 1)_s8"] else { continue }
          let strided = found[.all, .all, .slice(0, nil, step: 8), .slice(0, nil, step: 8)]
          expectClose(strided, part, absolute: 1e-4, relative: 1e-4, "\(file.name) features \(i + 1)")
        }
        let heard = network.heard(speaks ? input("audio", [16, 29], 1).reshape(1, 16, 29) : nil)
        if let heard, let expected = file.tensors["out.audio64"] {
          expectClose(heard.reshape(expected.shape), expected, "\(file.name) speech")
        }
        let made = network(image("I_raw"), features.map { StyleSource($0) }, heard: heard)
        let scale = expected.abs().max().item
        expectClose(made / scale, expected / scale, absolute: 1e-4, relative: 0, "\(file.name)")
      }
    }
  }

  /// PyTorch's values and gradients after two steps of training; see Tools/fixtures/texture.py.
  @Test func blocksLearnAsInPyTorch() throws {
    let expected = try fixture("blocks").tensors
    func compare(_ kind: String, _ block: any Module, _ inputs: [Tensor], _ run: ([Tensor]) -> Tensor) throws {
      try block.fillProcedurally()
      block.onTestDevice()
      for (name, tensor) in block.state() where name.contains("running") { tensor.fill_(name.hasSuffix("var") ? 1 : 0) }
      block.train()
      var leaves: [Tensor] = []
      var last: Tensor?
      for _ in 0..<2 {
        for (_, parameter) in block.parameters() { parameter.grad = nil }
        leaves = inputs.map { $0.to(.test).clone().requiringGrad() }
        let y = run(leaves)
        y.backward(Procedural.tensor("upstream", y.shape, bound: 1).to(.test))
        last = y.detach()
      }
      expectClose(try #require(last), try #require(expected["\(kind).train"]), relative: 1e-4, "\(kind) training")
      for (i, leaf) in leaves.enumerated() {
        expectClose(
          try #require(leaf.grad), try #require(expected["\(kind).gradient.input\(i)"]), absolute: 1e-4, relative: 1e-3, "\(kind) \(i)")
      }
      let parameters = Dictionary(uniqueKeysWithValues: block.parameters().map { ($0.name, $0.tensor) })
      let prefix = "\(kind).gradient."
      for (name, gradient) in expected where name.hasPrefix(prefix) && !name.contains("input") {
        let own = try #require(parameters[String(name.dropFirst(prefix.count))])
        expectClose(try #require(own.grad), gradient, absolute: 1e-4, relative: 1e-3, name)
      }
      block.train(false)
      expectClose(run(inputs.map { $0.to(.test) }).detach(), try #require(expected["\(kind).eval"]), relative: 1e-4, "\(kind) afterwards")
    }
    let doubling = SpadeBlock(4, 5, features: 3, .doubled, generator)
    try compare(
      "doubling", doubling, [Procedural.tensor("x", [1, 4, 6, 8], bound: 1), Procedural.tensor("f", [1, 3, 9, 9], bound: 1)]
    ) { doubling($0[0], StyleSource($0[1])) }
    let halving = ResidualBlock(4, 5, halving: true, .batch, generator)
    try compare("halving", halving, [Procedural.tensor("x", [2, 4, 6, 8], bound: 1)]) { halving($0[0]) }
  }

  /// 17,272,259 as published, less the second branch that its two halving blocks declare and never use.
  @Test func theNetworkHasThePublishedSize() {
    let unused = [128, 256].map { c in c * c * 9 + c + 2 * c }.reduce(0, +)
    let network = TextureNetwork(normalization: .batch, generator)
    #expect(network.parameters().reduce(0) { $0 + $1.tensor.numel } == 17_272_259 - unused)
  }

  /// Every one of the 64 numbers changes every part of the image; as published, at most two do.
  @Test func speechReachesEveryPosition() throws {
    func reached(_ spread: AudioSpread) throws -> (features: Int, leastChange: Double) {
      let network = TextureNetwork(audio: 29, spread: spread, Generator(seed: 3))
      network.train(false)
      let image = Tensor.rand([1, 3, 32, 32], Generator(seed: 4))
      let sources = withoutGradient { network.features(image).map { StyleSource($0) } }
      let heard = Tensor.rand([1, 64], Generator(seed: 5)).requiringGrad()
      network(image, sources, heard: heard).square().sum().backward()
      let moved = try #require(heard.grad).abs() .> 0
      let change = withoutGradient { () -> Double in
        let a = network(image, sources, heard: heard), b = network(image, sources, heard: heard + 0.5)
        return (a - b).abs().sum(1).min().item
      }
      return (Int(moved.to(.float32).sum().item), change)
    }
    let everywhere = try reached(.everywhere)
    #expect(everywhere.features == 64 && everywhere.leastChange > 0)
    #expect(try reached(.published).features <= 2)
  }
}
