import Testing
import Torch

private class Part: Module {
  class var checkpointNames: [String: String] { [:] }
  let first: Linear
  let maybe: Linear?
  let none: Linear? = nil
  let counter = Tensor.zeros([1])
  init(_ g: Generator, maybe: Bool) { (first, self.maybe) = (Linear(2, 3, g), maybe ? Linear(3, 1, bias: false, g) : nil) }
}
private final class Whole: Part {
  override class var checkpointNames: [String: String] { ["innerList": "inner_list"] }
  let layers: [Linear]
  let innerList: [any Module]
  let _cache = Tensor.zeros([9])
  let numbers = [1, 2, 3]
  let tied: Tensor
  var owner: Whole?
  init(_ g: Generator) {
    layers = [Linear(1, 1, g), Linear(1, 2, g)]
    innerList = [Part(g, maybe: false)]
    tied = layers[0].weight
    super.init(g, maybe: true)
    owner = self
  }
}

@Suite struct ModuleTests {
  @Test func namesAreTheWayToTheTensor() {
    let whole = Whole(Generator(seed: 1))
    defer { whole.owner = nil }
    let parameters = [
      "first.weight", "first.bias", "maybe.weight", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
    ]
    #expect(whole.parameters().map(\.name) == parameters + ["inner_list.0.first.weight", "inner_list.0.first.bias"])
    #expect(Set(whole.state().map(\.name)).subtracting(whole.parameters().map(\.name)) == ["counter", "inner_list.0.counter", "tied"])
  }

  @Test func loadsStrictly() throws {
    let (a, b) = (Part(Generator(seed: 1), maybe: true), Part(Generator(seed: 2), maybe: true))
    let good = a.namedState(prefix: "net.")
    let before = b.first.weight.floats
    #expect(before != a.first.weight.floats)
    func refused(_ error: ModuleError, _ change: (inout [String: Tensor]) -> Void) {
      var bad = good
      change(&bad)
      #expect(throws: error) { try b.load(bad, prefix: "net.") }
      #expect(b.first.weight.floats == before)
    }
    refused(.missing("net.maybe.weight")) { $0["net.maybe.weight"] = nil }
    refused(.extra("net.other")) { $0["net.other"] = .zeros([1]) }
    refused(.shape("net.maybe.weight", [3, 1], expected: [1, 3])) { $0["net.maybe.weight"] = .zeros([3, 1]) }
    refused(.type("net.counter", .int64, expected: .float32)) { $0["net.counter"] = .zeros([1], .int64) }
    try b.load(good.merging(["elsewhere": .zeros([1])]) { $1 }, prefix: "net.")
    #expect(b.first.weight.floats == a.first.weight.floats)
    #expect(b.first.weight.requiresGrad)
  }

  /// The "meta" device keeps shapes and no numbers: a second device that every machine has.
  @Test func movesToADevice() {
    let meta = Device(rawValue: "meta")
    let part = Part(Generator(seed: 1), maybe: true)
    let weight = part.first.weight
    part.move(to: .cpu)
    #expect(weight.device == .cpu && weight.abs().sum().item > 0)
    part.move(to: meta)
    #expect(part.state().allSatisfy { $0.tensor.device == meta } && weight === part.first.weight && weight.requiresGrad)
    let y = part.first(.ones([4, 2], device: meta))
    #expect(y.device == meta && y.shape == [4, 3] && y.requiresGrad)
  }
}
