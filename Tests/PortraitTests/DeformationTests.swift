import Foundation
import Generator
import Golden
import Portrait
import Testing
import Torch

@Suite struct DeformationTests {
  /// Against PyTorch, which sees every layer's whole input; `Tools/fixtures/deformation.py` made the figures.
  @Test func valuesAndGradientsAreThoseOfTheFormula() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/deformation", withExtension: "safetensors"))
    let expected = try Safetensors.read(url).tensors
    let configuration = DeformationConfiguration(
      identity: 5, expression: 3, frequencies: 3, displacementDepth: 5, displacementWidth: 16, displacementSkip: 4, weightDepth: 3,
      weightWidth: 8, boxWarp: 1.2)
    let field = DeformationField(configuration, Generator(seed: 1))
    for (name, tensor) in field.state() { withoutGradient { tensor.copy_(Procedural.weight(name, tensor.shape)) } }
    let points = Procedural.tensor("points", [2, 40, 3], bound: 0.7).requiringGrad()
    let alpha = Procedural.tensor("alpha", [2, 5], bound: 1).requiringGrad()
    let beta = Procedural.tensor("beta", [2, 3], bound: 1).requiringGrad()
    let moved = field(points, identity: alpha, expression: beta)
    expectNear(moved, try #require(expected["out.moved"]), relative: 1e-5, "moved")
    expectNear(field.weight(at: points, identity: alpha), try #require(expected["out.weight"]), relative: 1e-5, "weight")
    (moved * Procedural.tensor("upstream", moved.shape, bound: 1)).sum().backward()
    var compared = 0
    for (name, tensor) in field.state() + [("points", points), ("alpha", alpha), ("beta", beta)] {
      let grad = try #require(tensor.grad, "no gradient of \(name)")
      for (kind, found) in [("grad", grad), ("rows", grad.dim > 1 ? grad.sum(1) : grad), ("columns", grad.sum(0))] {
        guard let known = expected["\(kind).\(name)"] else { continue }
        expectNear(found, known, relative: 1e-4, "\(kind) of \(name)")
        compared += 1
      }
    }
    #expect(compared == expected.count - 2)
  }

  @Test func nothingMovesAtTheStart() {
    let field = DeformationField(.standard, Generator(seed: 3)), generator = Generator(seed: 4)
    let points = Tensor.rand([1, 500, 3], generator) - 0.5
    let alpha = Tensor.randn([1, 80], generator), beta = Tensor.randn([1, 64], generator)
    #expect((field.weight(at: points, identity: alpha) - 0.5).abs().max().item < 1e-6)
    let move = field.move(points, identity: alpha, expression: beta).abs().max().item
    #expect(move > 0 && move < 1e-3, "\(move)")
    let count = field.parameters().reduce(0) { $0 + $1.tensor.numel }
    #expect((120_000...170_000).contains(count), "\(count)")
  }

  /// The field on a lattice is the field at the nodes, in between about it, and leaves out what hardly moves.
  @Test func latticeIsTheFieldAtItsNodes() throws {
    let generator = Generator(seed: 8)
    let alpha = Tensor.randn([1, 80], generator) * 0.3, beta = Tensor.randn([1, 64], generator) * 0.3
    let field = try movingField(alpha, beta, generator)
    let baker = DeformationBaker(field, identity: alpha, count: 33, extent: 0.5, least: 0)
    let lattice = baker.lattice(expression: beta)
    let nodes = DeformationLattice.nodes(33, extent: 0.5).unsqueeze(0)
    let exact = withoutGradient { field(nodes, identity: alpha, expression: beta) }
    expectClose(lattice(nodes), exact, absolute: 1e-5, "nodes")
    let points = Tensor.rand([1, 2000, 3], generator) - 0.5
    let moved = withoutGradient { field.move(points, identity: alpha, expression: beta) }, read = lattice(points) - points
    #expect(moved.abs().max().item > 0.02)
    #expect((moved - read).square().mean().sqrt().item < 0.15 * moved.square().mean().sqrt().item)
    let sparing = DeformationBaker(field, identity: alpha, count: 33, extent: 0.5, least: 0.3).lattice(expression: beta)
    let still = (withoutGradient { field.weight(at: nodes, identity: alpha) } .< 0.3).to(.float32)
    #expect(still.mean().item > 0.05 && still.mean().item < 0.95)
    expectClose(sparing(nodes), still * nodes + (1 - still) * exact, absolute: 1e-5, "left out")
  }
}

/// A field that moves points by up to 4 hundredths of the box, in some places more than in others.
private func movingField(_ alpha: Tensor, _ beta: Tensor, _ generator: Generator) throws -> DeformationField {
  let field = DeformationField(DeformationConfiguration(frequencies: 3), generator)
  let state = Dictionary(uniqueKeysWithValues: field.state().map { ($0.name, $0.tensor) })
  let points = Tensor.rand([1, 4000, 3], generator) - 0.5
  try withoutGradient {
    let weight = try #require(state["weight.layers.4.weight"]), bias = try #require(state["weight.layers.4.bias"])
    weight.copy_(Tensor.randn(weight.shape, generator))
    let w = field.weight(at: points, identity: alpha), logits = w.log() - (1 - w).log()
    let scale = 2 / logits.std(1).item
    weight.mul_(scale)
    bias.fill_(-scale * logits.mean().item)
    let last = try #require(state["displacement.layers.6.weight"])
    last.copy_(Tensor.randn(last.shape, generator))
    last.mul_(0.04 / field.move(points, identity: alpha, expression: beta).abs().max().item)
  }
  return field
}
