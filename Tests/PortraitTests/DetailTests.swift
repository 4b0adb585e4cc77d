import Generator
import Portrait
import Testing
import Torch

@Suite struct DetailTests {
  private func small(_ reading: DetailConfiguration.Reading = .feature, resolution: Int = 16, channels: Int = 12) -> DetailConfiguration {
    DetailConfiguration(
      reading: reading, resolution: resolution, channels: channels, widths: [32, 64], features: 24, blocks: 2, fusionWidth: 20)
  }
  private func grads(_ module: some Module) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: module.parameters().map { ($0.name, $0.tensor.grad?.abs().max().item ?? 0) })
  }

  /// Whatever the photo, an untrained network leaves features as they are, bit for bit.
  @Test(arguments: [4, 16, 32]) func startsAsTheIdentity(resolution: Int) throws {
    let network = DetailNetwork(small(resolution: resolution), Generator(seed: 1))
    let residual = Tensor.randn([2, 3, 40, 40], Generator(seed: 2))
    let feature = Tensor.randn([2, 12, resolution, resolution], Generator(seed: 3)) * 50
    let found = network.features(residual)
    #expect(found.shape == [2, 24, resolution, resolution] && found.abs().max().item > 0)
    #expect((network.fuse(feature, found) .== feature).all())
  }
  /// The other reading: whole planes, larger than the maps.
  @Test func planesMayBeChangedInstead() throws {
    let network = DetailNetwork(small(.planes, resolution: 8, channels: 24), Generator(seed: 1))
    let planes = Tensor.randn([1, 24, 32, 32], Generator(seed: 3))
    let found = network.features(Tensor.randn([1, 3, 32, 32], Generator(seed: 2)))
    #expect((network.fuse(planes, found) .== planes).all())
    withoutGradient { for (name, tensor) in network.parameters() where name == "eta.last.bias" { tensor.fill_(0.5) } }
    expectSame(network.fuse(planes, found), planes + 0.5)
  }
  private func expectSame(_ a: Tensor, _ b: Tensor) { #expect((a - b).abs().max().item < 1e-5) }

  @Test func gradientsReachWhatTheyShould() throws {
    let network = DetailNetwork(small(), Generator(seed: 4))
    let coarse = Tensor.rand([2, 3, 64, 64], Generator(seed: 5)).requiringGrad(), photo = Tensor.rand([2, 3, 64, 64], Generator(seed: 6))
    let feature = Tensor.randn([2, 12, 16, 16], Generator(seed: 7)).requiringGrad()
    let target = Tensor.randn([2, 12, 16, 16], Generator(seed: 8))
    func step() {
      for (_, tensor) in network.parameters() { tensor.grad?.zero_() }
      let found = network.features(DetailNetwork.residual(photo: photo, coarse: coarse))
      (network.fuse(feature, found) - target).square().sum().backward()
    }
    step()
    // The last convolutions are zero: they learn, nothing before them yet, and the feature's gradient is as without the network.
    let first = grads(network)
    for name in ["gamma.last.weight", "eta.last.weight", "gamma.last.bias", "eta.last.bias"] { #expect(first[name]! > 0, "\(name)") }
    #expect(first["stem.weight"]! == 0 && first["gamma.first.weight"]! == 0)
    let gradient = try #require(feature.grad)
    expectSame(gradient, 2.0 * (feature.detach() - target))
    // The coarse image is looked at, not changed.
    #expect(coarse.grad == nil)
    withoutGradient {
      for (name, tensor) in network.parameters() where name.hasSuffix("last.weight") {
        tensor.copy_(Tensor.randn(tensor.shape, Generator(seed: 9)) * 0.05)
      }
    }
    step()
    // An excitation of few numbers may be shut.
    for (name, grad) in grads(network) where !name.contains(".5.fc") { #expect(grad > 0, "\(name)") }
  }

  /// Both images may have sizes of their own, and only what the photo can hold is missed.
  @Test func residualsAreOfThePhotosSize() throws {
    let photo = Tensor.full([1, 3, 32, 32], 1), coarse = Tensor.full([1, 3, 16, 16], 3)
    let residual = DetailNetwork.residual(photo: photo, coarse: coarse)
    #expect(residual.shape == [1, 3, 32, 32] && residual.abs().max().item == 0)
  }

  @Test func sizeIsTheDesigns() {
    let network = DetailNetwork(DetailConfiguration(channels: 512), Generator(seed: 1))
    let count = Double(network.parameters().reduce(0) { $0 + $1.tensor.numel })
    #expect(abs(count / 8.4e6 - 1) < 0.05, "\(count)")
    #expect(network.configuration.imageResolution == 256)
  }

  @Test func configurationsThatCannotBeAreRefused() {
    var bad = small()
    bad.resolution = 24
    #expect(throws: PortraitError.self) { try bad.check() }
    bad = small()
    bad.widths = []
    #expect(throws: PortraitError.self) { try bad.check() }
    bad = small(channels: 0)
    #expect(throws: PortraitError.self) { try bad.check() }
    for resolution in [32, 64, 128] {
      #expect(throws: Never.self) { try DetailConfiguration(resolution: resolution, channels: 512).check() }
    }
  }
}
