import Golden
import Radiance
import Testing
import Torch

/// The chain of layers in one operator, beside plain tensors.
@Suite struct FusedMLPTests {
  /// A chain and what goes through it.
  private struct Chain {
    var x: Tensor, weights: [Tensor], biases: [Tensor], group: Tensor?, slope: Double, skip: Int?, outputActivation: Bool

    init(
      _ widths: [Int], rows: Int, groups: Int = 0, slope: Double = 0, skip: Int? = nil, outputActivation: Bool = false,
      _ dtype: Tensor.DType = .float32
    ) {
      let generator = Generator(seed: UInt64(rows + widths.count))
      func random(_ shape: [Int], _ scale: Double = 1) -> Tensor {
        (Tensor.randn(shape, generator) * scale).to(dtype).to(.test).requiringGrad()
      }
      x = random([rows, widths[0]])
      weights = zip(widths, widths.dropFirst()).enumerated().map { i, pair in
        let input = pair.0 + (i > 0 && i == skip ? widths[0] : 0)
        return random([pair.1, input], 1.4 / Double(input).squareRoot())
      }
      biases = widths.dropFirst().enumerated().map { i, width in random(groups > 0 && i == 0 ? [groups, width] : [width], 0.1) }
      group = groups > 0 ? Tensor.randint(0..<groups, [rows], generator).to(.int32).to(.test) : nil
      (self.slope, self.skip, self.outputActivation) = (slope, skip, outputActivation)
    }
    var ours: Tensor {
      fusedMLP(x, weights: weights, biases: biases, group: group, slope: slope, skip: skip, outputActivation: outputActivation)
    }
    var twin: Tensor {
      referenceMLP(x, weights: weights, biases: biases, group: group, slope: slope, skip: skip, outputActivation: outputActivation)
    }
    var leaves: [Tensor] { [x] + weights + biases }
    func upstream(_ y: Tensor) -> Tensor { Tensor.randn(y.shape, Generator(seed: 4)).to(y.dtype).to(y.device) }
  }

  private static let chains: [(String, @Sendable () -> Chain)] = [
    ("the point network", { Chain([32, 64, 17], rows: 5000, groups: 3) }),
    ("the shading network", { Chain([19, 64, 15], rows: 700, groups: 5, slope: 0.01) }),
    ("a deformation", { Chain([63, 128, 128, 128, 3], rows: 1300, skip: 2) }),
    ("a trunk", { Chain([39, 256, 256, 256], rows: 97, slope: 0.01, skip: 2, outputActivation: true) }),
    ("odd widths", { Chain([5, 7, 1, 11], rows: 131, skip: 1, outputActivation: true) }),
    ("one layer", { Chain([9, 3], rows: 50) }),
    ("one row", { Chain([3, 40, 2], rows: 1, groups: 2) }),
    ("a line", { Chain([8, 24, 8], rows: 49, slope: 1) }),
  ]

  /// Rows of a longer input: what the chain makes of them picked before, values and gradients; also where most rows get no gradient.
  @Test(arguments: ["the point network", "one layer", "odd widths"], [false, true]) func takesRowsThatAreNamed(name: String, sparse: Bool)
    throws
  {
    let chain = try #require(Self.chains.first { $0.0 == name }).1()
    let rows = Tensor.randint(0..<chain.x.size(0), [12_000], Generator(seed: 9)).to(.test), table = chain.x.detach()
    let group = chain.group?.indexSelect(0, rows)
    func run(_ x: Tensor, _ at: Tensor?) -> Tensor {
      fusedMLP(
        x, at: at, weights: chain.weights, biases: chain.biases, group: group, slope: chain.slope, skip: chain.skip,
        outputActivation: chain.outputActivation)
    }
    let found = run(table, rows), expected = run(table.indexSelect(0, rows), nil)
    expectClose(found, expected, absolute: 0, relative: 0, "values")
    expectClose(withoutGradient { run(table, rows) }, expected, absolute: 0, relative: 0, "values without history")
    var upstream = chain.upstream(found)
    if sparse {
      upstream = upstream * (call("aten::remainder.Scalar", Tensor.arange(12_000, .float32).to(.test), 5) .== 0).to(.float32).unsqueeze(1)
    }
    let parameters = chain.weights + chain.biases
    let gradients = zip(
      Torch.gradients(of: [found], for: parameters, with: [upstream]),
      Torch.gradients(of: [expected], for: parameters, with: [upstream]))
    for (a, b) in gradients { expectClose(try #require(a), try #require(b), absolute: 0, relative: 0, "\(name): gradients") }
    // An input that learns gets its gradient, too.
    let some = Torch.gradients(of: [run(chain.x, rows)], for: [chain.x], with: [upstream])[0]
    let same = Torch.gradients(of: [run(chain.x.indexSelect(0, rows), nil)], for: [chain.x], with: [upstream])[0]
    expectClose(try #require(some), try #require(same), absolute: 0, relative: 0, "\(name): the input's gradient")
  }

  @Test(arguments: chains.map(\.0)) func isWhatPlainTensorsGive(name: String) throws {
    let chain = try #require(Self.chains.first { $0.0 == name }).1()
    let found = chain.ours, expected = chain.twin
    expectClose(found, expected, absolute: 2e-5, "\(name): values")
    expectClose(withoutGradient { chain.ours }, found, absolute: 0, relative: 0, "\(name): values without history")
    let upstream = chain.upstream(found)
    let gradients = zip(
      Torch.gradients(of: [found], for: chain.leaves, with: [upstream]),
      Torch.gradients(of: [expected], for: chain.leaves, with: [upstream]))
    for (i, (a, b)) in gradients.enumerated() {
      let (a, b) = (try #require(a), try #require(b))
      // Sums over the rows: their rounding grows with the sum's own size.
      expectClose(a, b, absolute: 1e-5 * max(1, b.abs().max().item), relative: 1e-4, "\(name): gradient \(i), \(b.shape)")
    }
  }

  /// What is not a number comes out as it went in, whatever activates on the way, and stays in its row.
  @Test(arguments: chains.map(\.0)) func keepsWhatIsNotANumber(name: String) throws {
    let chain = try #require(Self.chains.first { $0.0 == name }).1()
    let row = chain.x.size(0) / 2, sound = withoutGradient { chain.ours }
    withoutGradient { chain.x[.at(row), .at(0)].copy_(Tensor(Float.nan)) }
    for y in [withoutGradient { chain.ours }, chain.ours] {
      #expect(!y[.at(row)].isFinite().any(), "\(name)")
      for other in [row - 1, row + 1] where (0..<y.size(0)).contains(other) {
        expectClose(y[.at(other)], sound[.at(other)], absolute: 0, relative: 0, "\(name): row \(other)")
      }
    }
    chain.ours.square().sum().backward()
    #expect(try !#require(chain.weights[0].grad).isFinite().all())
  }

  /// Where no layer activates near a row, values move as the gradient says.
  @Test func gradientsAreTheSlopes() throws {
    let chain = Chain([3, 8, 8, 2], rows: 6, groups: 2, slope: 1, skip: 1)
    let weight = chain.upstream(chain.ours.detach())
    let gradients = Torch.gradients(of: [chain.ours], for: chain.leaves, with: [weight])
    for (leaf, gradient) in zip(chain.leaves, gradients) {
      let direction = Tensor.randn(leaf.shape, Generator(seed: 8)).to(.test)
      // The chain is a line in each of its inputs here: a large step is exact.
      let ends = [0.5, -0.5].map { step in
        withoutGradient {
          leaf.add_(direction, alpha: step)
          defer { leaf.add_(direction, alpha: -step) }
          return (chain.ours * weight).sum().item
        }
      }
      let slope = (try #require(gradient) * direction).sum().item
      #expect(abs(ends[0] - ends[1] - slope) < 1e-4 * max(1, abs(slope)))
    }
  }

  /// Rows whose upstream gradient is zero are left out on the way back, and get none.
  @Test func rowsWithoutGradientChangeNothing() throws {
    for kept in [0, 1, 3000, 8000] {
      let chain = Chain([20, 40, 24, 9], rows: 9000, groups: 3, skip: 1)
      let y = chain.ours, rows = Tensor.arange(9000).to(.test)
      let upstream = chain.upstream(y) * ((rows &* 7).remainder(9000) .< Double(kept)).to(.float32).unsqueeze(1)
      let ours = Torch.gradients(of: [y], for: chain.leaves, with: [upstream])
      let twin = Torch.gradients(of: [chain.twin], for: chain.leaves, with: [upstream])
      for (a, b) in zip(ours, twin) {
        let (a, b) = (try #require(a), try #require(b))
        #expect((a - b).abs().max().item < 2e-4 * max(1, b.abs().max().item), "\(kept) rows")
      }
    }
  }

  @Test func resultsDoNotDependOnTheThreads() {
    let chain = Chain([32, 64, 64, 17], rows: 9000, groups: 4, skip: 1)
    let before = Libtorch.threads
    defer { Libtorch.threads = before }
    let found = [1, 2, 4].map { threads in
      Libtorch.threads = threads
      let y = chain.ours
      return ([y] + Torch.gradients(of: [y], for: chain.leaves, with: [chain.upstream(y)]).compactMap(\.self)).map(\.floats)
    }
    #expect(found[0] == found[1] && found[0] == found[2])
  }

  /// A row's values do not depend on the rows beside it.
  @Test func rowsStandAlone() {
    let chain = Chain([19, 64, 15], rows: 200)
    let all = chain.ours
    for (start, count) in [(0, 1), (47, 2), (150, 50)] {
      let some = fusedMLP(chain.x.narrow(0, start, count), weights: chain.weights, biases: chain.biases)
      #expect(some.floats == all.narrow(0, start, count).floats)
    }
  }

  /// Neurons that are zero in all rows of a tile are left out: neighbours that are alike get the values they get among strangers.
  @Test func deadNeuronsChangeNothing() throws {
    var chain = Chain([20, 128, 128, 128, 64], rows: 200, skip: 2, outputActivation: true)
    let alike = chain.x.detach().narrow(0, 0, 1) + 0.01 * chain.x.detach()
    // The same rows where every third is a stranger.
    let mixed = alike.clone()
    withoutGradient {
      for row in stride(from: 0, to: 200, by: 3) { mixed.narrow(0, row, 1).copy_(chain.x.detach().narrow(0, row, 1)) }
    }
    func found(_ x: Tensor) -> (y: Tensor, gradients: [Tensor]) {
      chain.x = x.requiringGrad()
      let y = chain.ours, twin = chain.twin, upstream = chain.upstream(y)
      let ours = Torch.gradients(of: [y], for: chain.leaves, with: [upstream]).compactMap(\.self)
      let theirs = Torch.gradients(of: [twin], for: chain.leaves, with: [upstream]).compactMap(\.self)
      expectClose(y, twin, absolute: 2e-5, "values")
      for (i, (a, b)) in zip(ours, theirs).enumerated() {
        expectClose(a, b, absolute: 1e-5 * max(1, b.abs().max().item), relative: 1e-4, "gradient \(i)")
      }
      return (y, ours)
    }
    let (y, gradients) = found(alike), (other, otherGradients) = found(mixed)
    let dead = 1 - (y .> 0).any(0).to(.float32).mean().item
    #expect(dead > 0.2 && dead < 0.8, "\(dead) of the last layer's neurons are dead in all rows")
    for row in 0..<200 where row % 3 != 0 {
      #expect(y.narrow(0, row, 1).floats == other.narrow(0, row, 1).floats)
      #expect(gradients[0].narrow(0, row, 1).floats == otherGradients[0].narrow(0, row, 1).floats)
    }
  }

  @Test func givesNoGradientWhereNoneIsWanted() throws {
    let chain = Chain([6, 8, 4], rows: 30)
    let weights = chain.weights.map { $0.detach() }, biases = [chain.biases[0].detach(), chain.biases[1]]
    fusedMLP(chain.x.detach(), weights: weights, biases: biases).sum().backward()
    #expect(chain.biases[1].grad?.floats == [30, 30, 30, 30])
    #expect(chain.x.grad == nil && weights.allSatisfy { $0.grad == nil } && biases[0].grad == nil)
    #expect(!fusedMLP(chain.x.detach(), weights: weights, biases: biases.map { $0.detach() }).requiresGrad)
  }

  @Test func noRows() throws {
    let chain = Chain([6, 8, 4], rows: 0, groups: 2)
    #expect(chain.ours.shape == [0, 4])
    chain.ours.sum().backward()
    #expect(try chain.weights.allSatisfy { try #require($0.grad).abs().sum().item == 0 })
  }

  @Test func otherTypesGoThroughPlainTensors() {
    let chain = Chain([3, 5, 2], rows: 7, .float64)
    #expect(chain.ours.dtype == .float64 && chain.ours.array(Double.self) == chain.twin.array(Double.self))
  }

  @Test func wrongShapesEndTheProgram() async {
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Tensor.ones([4, 3])
      _ = fusedMLP(x, weights: [.ones([5, 3]), .ones([2, 4])], biases: [.ones([5]), .ones([2])])
    }
    let said = String(decoding: end.map { Array($0.standardErrorContent) } ?? [], as: UTF8.self)
    #expect(said.contains("mlp: weight 1 [out, 5] of float, not [2, 4]"))
  }
}
