import Foundation
import Generator
import Golden
import Testing
import Torch

@Suite struct DiscriminatorTests {
  private let generator = Generator(seed: 1)

  /// The numbers of a file's `config`, those that are null left out.
  private static func options(_ file: GoldenFile) throws -> [String: Double] {
    let text = file.metadata["config"] ?? "{}"
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    return object.compactMapValues { ($0 as? NSNumber)?.doubleValue }
  }
  /// The clamp that a file was made with: its configuration's, or what its name says.
  private static func clamp(_ file: GoldenFile, _ options: [String: Double]) -> Double? {
    options["conv_clamp"] ?? file.name.firstMatch(of: #/clamp(\d+(?:\.\d+)?)/#).flatMap { Double($0.1) }
  }
  private static func weights(_ file: GoldenFile) -> [String: Tensor] {
    file.tensors.filter { !$0.key.hasPrefix("in.") && !$0.key.hasPrefix("out.") && !$0.key.hasSuffix("resample_filter") }
  }
  /// Sizes from the shapes of the weights, the rest from the configuration.
  private static func configuration(_ file: GoldenFile) throws -> DiscriminatorConfiguration {
    let options = try options(file), weights = weights(file)
    let sides = weights.keys.compactMap { $0.firstMatch(of: #/^b(\d+)\./#).flatMap { Int($0.1) } }
    var c = DiscriminatorConfiguration(resolution: try #require(sides.max()))
    let last = try #require(weights["b4.conv.weight"])
    c.groupChannels = last.size(1) - last.size(0)
    c.channelBase = options["channel_base"].map { Int($0) } ?? c.channelBase
    c.channelMax = options["channel_max"].map { Int($0) } ?? last.size(0)
    c.clamp = clamp(file, options)
    c.group = options["mbstd_group_size"].map { Int($0) } ?? c.group
    c.label = weights["mapping.embed.weight"]?.size(1) ?? 0
    c.mappingLayers = weights.keys.count { $0.hasPrefix("mapping.fc") && $0.hasSuffix("weight") }
    c.imageChannels = try #require(weights["b\(c.resolution).fromrgb.weight"]).size(1) / 2
    return c
  }

  @Test(.golden("18_dual_discriminator", of: .portrait))
  func wholeDiscriminators() throws {
    for file in try GoldenFile.all("18_dual_discriminator", of: .portrait, on: .test) {
      let discriminator = DualDiscriminator(try Self.configuration(file), generator)
      try discriminator.load(Self.weights(file))
      discriminator.onTestDevice()
      let parameters = Dictionary(uniqueKeysWithValues: discriminator.parameters())
      let (image, raw, label) = try (file["in.image"], file["in.image_raw"], file["in.c"])
      func close(_ tensor: Tensor?, _ name: String, _ relative: Double) throws {
        let expected = try file[name], tensor = try #require(tensor)
        let scale = expected.abs().max().item
        expectClose(tensor, expected, absolute: relative * max(scale, 1e-7), relative: 0, "\(file.name) \(name)")
      }
      try close(discriminator(image, raw: raw, label: label), "out.logits", 1e-4)
      if file.tensors["out.logits_batch2"] != nil {
        let two = discriminator(image[.to(2)], raw: raw[.to(2)], label: label[.to(2)])
        try close(two, "out.logits_batch2", 1e-4)
      }
      let leaf = image.clone().requiringGrad(), small = raw.clone().requiringGrad()
      let logits = discriminator(leaf, raw: small, label: label)
      let slopes = gradients(of: [logits.sum()], for: [leaf, small], retainGraph: true)
      try close(slopes[0], "out.r1_grad_image", 1e-3)
      try close(slopes[1], "out.r1_grad_raw", 1e-3)
      let penalty = gradientPenalty(logits, image: leaf, raw: small)
      try close(penalty, "out.r1_penalty", 1e-3)
      for (prefix, loss) in [
        ("out.r1_half_mean_grad.", (penalty * 0.5).mean()),
        ("out.dreal_grad.", AdversarialLoss.real(discriminator(image, raw: raw, label: label)).mean()),
      ] {
        let names = file.tensors.keys.filter { $0.hasPrefix(prefix) }.sorted().map { String($0.dropFirst(prefix.count)) }
        #expect(!names.isEmpty)
        let found = gradients(of: [loss], for: try names.map { try #require(parameters[$0]) })
        for (name, gradient) in zip(names, found) { try close(gradient, prefix + name, 1e-3) }
      }
    }
  }

  @Test(.golden("18_disc_block", of: .portrait))
  func blocks() throws {
    for file in try GoldenFile.all("18_disc_block", of: .portrait, on: .test) {
      let first = file.tensors["fromrgb.weight"], wide = try file["conv1.weight"]
      let block = DiscriminatorBlock(
        wide.size(1), wide.size(0), images: first?.size(1), clamp: Self.clamp(file, try Self.options(file)), generator)
      try block.load(Self.weights(file))
      block.onTestDevice()
      let input = try file.tensors["in.img"] ?? file["in.x"]
      try expectClose(block(input), file["out.x"], absolute: 1e-5, relative: 1e-4, "\(file.name)")
    }
  }

  @Test(.golden("18_minibatch_std", of: .portrait))
  func deviations() throws {
    for file in try GoldenFile.all("18_minibatch_std", of: .portrait, on: .test) {
      let x = try file["in.x"]
      for (name, expected) in file.tensors {
        guard let match = name.firstMatch(of: #/^out\.g(\d+)/#), let group = Int(match.1) else { continue }
        let deviation = MinibatchDeviation(group: group, channels: expected.size(1) - x.size(1))
        expectClose(deviation(x), expected, absolute: 1e-6, relative: 1e-4, "\(file.name) \(name)")
      }
    }
  }

  /// Every weight of the published discriminator has its place, under its name and of its shape.
  @Test func namesAndShapesAreThePublishedOnes() throws {
    let list = try #require(GoldenFolder.other("state_dict_dualD512.txt", of: .portrait))
    let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
    var published: [String: [Int]] = [:]
    for line in lines {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard !parts[0].hasSuffix("resample_filter") else { continue }
      published[parts[0]] = parts[1].matches(of: #/\d+/#).compactMap { Int($0.output) }
    }
    let state = DualDiscriminator(.ffhq512, generator).state()
    #expect(Dictionary(uniqueKeysWithValues: state.map { ($0.name, $0.tensor.shape) }) == published)
    #expect(state.reduce(0) { $0 + $1.tensor.numel } == 31_359_744)
  }

  /// Anywhere: the second derivative, of a weight that the penalty is quadratic in, so that differences of any size tell its slope.
  @Test func thePenaltysGradientIsItsSlope() {
    var c = DiscriminatorConfiguration(resolution: 16)
    (c.channelBase, c.channelMax, c.mappingLayers) = (128, 8, 2)
    let discriminator = DualDiscriminator(c, generator)
    let label = Tensor.randn([4, 25], generator)
    let image = Tensor.randn([4, 3, 16, 16], generator), raw = Tensor.randn([4, 3, 8, 8], generator)
    func penalty() -> Tensor {
      let (a, b) = (image.clone().requiringGrad(), raw.clone().requiringGrad())
      return gradientPenalty(discriminator(a, raw: b, label: label), image: a, raw: b).sum()
    }
    let weight = discriminator.parameters().first { $0.name == "b4.out.weight" }!.tensor
    let slope = gradients(of: [penalty()], for: [weight])[0]!
    let direction = slope / slope.norm(), step = 0.5
    func moved(_ by: Double) -> Double {
      withoutGradient { weight.add_(direction, alpha: by) }
      defer { withoutGradient { weight.add_(direction, alpha: -by) } }
      return penalty().item
    }
    let numeric = (moved(step) - moved(-step)) / (2 * step)
    #expect(abs(numeric - slope.norm().item) < 1e-3 * slope.norm().item)
  }
}
