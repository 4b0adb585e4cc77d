import Testing
import Torch

/// A layer that can be run without knowing which it is.
private protocol Layer: Module {
  func callAsFunction(_ x: Tensor) -> Tensor
}
extension Linear: Layer {}
extension Conv1d: Layer {}
extension Conv2d: Layer {}
extension ConvTranspose2d: Layer {}
extension BatchNorm: Layer {}
extension InstanceNorm2d: Layer {}
extension LayerNorm: Layer {}
extension GroupNorm: Layer {}
extension Embedding: Layer {}
extension PReLU: Layer {}

/// Every layer against PyTorch's: names, values, gradients, running statistics, initial weights.
@Suite struct LayerTests {
  private static let layers: [String: @Sendable (Generator) -> any Layer] = [
    "Linear": { Linear(4, 3, $0) },
    "Conv1d": { Conv1d(4, 6, kernel: 3, stride: 2, padding: 1, dilation: 2, groups: 2, $0) },
    "Conv2d": { Conv2d(4, 2, kernel: [3, 2], stride: 2, padding: [1, 0], dilation: [1, 2], bias: false, $0) },
    "ConvTranspose2d": { ConvTranspose2d(4, 2, kernel: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2, dilation: 2, $0) },
    "BatchNorm1d": { _ in BatchNorm1d(4) },
    "BatchNorm2d": { _ in BatchNorm2d(4, momentum: 0.3) },
    "BatchNorm2dPlain": { _ in BatchNorm2d(4, affine: false, trackRunningStats: false) },
    "InstanceNorm2d": { _ in InstanceNorm2d(4) },
    "InstanceNorm2dAffine": { _ in InstanceNorm2d(4, affine: true) },
    "LayerNorm": { _ in LayerNorm([6, 5]) },
    "GroupNorm": { _ in GroupNorm(2, 4) },
    "Embedding": { Embedding(5, 3, $0) },
    "PReLU": { _ in PReLU(4) },
  ]
  private static let fresh: [String: @Sendable (Generator) -> any Module] = [
    "Linear": { Linear(4, 3, $0) }, "Conv1d": { Conv1d(4, 2, kernel: 3, groups: 2, $0) },
    "Conv2d": { Conv2d(4, 2, kernel: [3, 2], $0) }, "ConvTranspose2d": { ConvTranspose2d(4, 6, kernel: 3, groups: 2, $0) },
    "Embedding": { Embedding(5, 3, $0) },
  ]

  @Test func everyCaseIsTested() throws {
    let keys = try fixture("ops").tensors.keys.map { String($0.prefix { $0 != "/" }) }
    #expect(Set(keys.filter { $0.hasPrefix("layer.") }) == Set(Self.layers.keys.map { "layer." + $0 }))
    #expect(Set(keys.filter { $0.hasPrefix("initial.") }) == Set(Self.fresh.keys.map { "initial." + $0 }))
  }

  @Test(arguments: layers.keys.sorted()) func agreesWithPyTorch(_ name: String) throws {
    let file = try fixture("ops").tensors
    let make = try #require(Self.layers[name])
    let module = make(Generator(seed: 0))
    func part(_ name: String) -> [String: Tensor] {
      Dictionary(uniqueKeysWithValues: file.filter { $0.key.hasPrefix(name) }.map { (String($0.key.dropFirst(name.count)), $0.value) })
    }
    // The fixture keeps whole numbers as int32.
    try module.load(part("layer.\(name)/state.").mapValues { $0.dtype == .int32 ? $0.to(.int64) : $0 })
    let saved = try #require(file["layer.\(name)/in"])
    let x = saved.dtype == .float32 ? saved.clone().requiringGrad() : saved.to(.int64)
    module.train()
    _ = module(x)
    let y = module(x)
    (y * wave(y)).sum().backward()
    #expect(distance(y, file["layer.\(name)/out"]) < 1e-5)
    if saved.dtype == .float32 { #expect(distance(x.grad, file["layer.\(name)/grad"]) < 1e-5) }
    let gradients = part("layer.\(name)/grad.")
    #expect(Set(gradients.keys) == Set(module.parameters().map(\.name)))
    for (key, tensor) in module.parameters() { #expect(distance(tensor.grad, gradients[key]) < 5e-5, "gradient of \(key)") }
    let state = module.namedState()
    for (key, truth) in part("layer.\(name)/after.") { #expect(distance(state[key], truth) < 1e-6, "\(key) afterwards") }
    module.train(false)
    #expect(distance(module(x), file["layer.\(name)/eval"]) < 1e-5)
  }

  @Test(arguments: fresh.keys.sorted()) func startsAsPyTorchDoes(_ name: String) throws {
    let file = try fixture("ops").tensors
    let make = try #require(Self.fresh[name])
    let module = make(Generator(seed: 5))
    for (key, tensor) in module.state() {
      // Normal numbers go through logarithms, which differ in the last bit between builds.
      #expect(distance(tensor, file["initial.\(name)/\(key)"]) < (name == "Embedding" ? 1e-6 : 1e-9), "\(key)")
    }
  }
}
