import Testing
import Torch

/// An operator under test: what PyTorch computed in the case of that name of the fixture, from the same inputs.
typealias Operator = @Sendable ([Tensor]) -> [Tensor]

/// Every wrapper against PyTorch, value and gradient.
@Suite struct OperatorTests {
  static let tables = [elementwise, reductions, shapes, algebra, spatial, losses]

  @Test func everyCaseIsTestedOnce() throws {
    let cases = try fixture("ops").tensors.keys.filter { !$0.hasPrefix("layer.") && !$0.hasPrefix("initial.") && !$0.hasPrefix("random") }
    #expect(Set(Self.tables.flatMap(\.keys)) == Set(cases.map { String($0.prefix { $0 != "/" }) }))
    #expect(Self.tables.flatMap(\.keys).count == Set(Self.tables.flatMap(\.keys)).count)
  }

  @Test(arguments: Self.tables.indices) func agreesWithPyTorch(_ table: Int) throws {
    let file = try fixture("ops").tensors
    for (name, run) in Self.tables[table] {
      let saved = numbered(file, name, "in")
      let inputs = saved.map { $0.dtype == .float32 ? $0.clone().requiringGrad() : $0.to(.int64) }
      let results = run(inputs), expected = numbered(file, name, "out")
      #expect(results.count == expected.count, "\(name): number of results")
      for (i, (result, truth)) in zip(results, expected).enumerated() {
        #expect(distance(result, truth) < 2e-5 * max(1, truth.abs().to(.float64).amax().item), "\(name): result \(i)")
      }
      let weighted = results.filter(\.requiresGrad).map { ($0 * wave($0)).sum() }
      if let first = weighted.first { weighted.dropFirst().reduce(first, +).backward() }
      for (i, input) in inputs.enumerated() {
        guard let truth = file["\(name)/grad.\(i)"] else {
          #expect(input.grad == nil, "\(name): gradient \(i) where PyTorch has none")
          continue
        }
        #expect(distance(input.grad, truth) < 5e-5 * max(1, truth.abs().amax().item), "\(name): gradient \(i)")
      }
    }
  }

  @Test func seedsMeanWhatTheyMeanInPyTorch() throws {
    let file = try fixture("ops").tensors
    let g = Generator(seed: 9)
    #expect(Tensor.rand([2, 3], g).floats == file["random/rand"]?.floats)
    #expect(distance(.randn([20], g), file["random/randn"]) < 1e-6)
    #expect(Tensor.randint(3..<9, [5], g).array(Int.self) == file["random/randint"]?.array())
    #expect(Tensor.randperm(6, g).array(Int.self) == file["random/randperm"]?.array())
    let weights = Tensor([0.1, 0.5, 0, 0.4] as [Float])
    #expect(weights.multinomial(7, replacement: true, g).array(Int.self) == file["random/multinomial"]?.array())
  }

  private func numbered(_ file: [String: Tensor], _ name: String, _ part: String) -> [Tensor] {
    Array(sequence(first: 0) { $0 + 1 }.lazy.map { file["\(name)/\(part).\($0)"] }.prefix { $0 != nil }.compactMap { $0 })
  }
}

/// cos(0, 1, 2, ...) in the shape of `t`: weights that tell elements apart.
func wave(_ t: Tensor) -> Tensor { Tensor.arange(t.numel, .float32).cos().reshape(t.shape) }
