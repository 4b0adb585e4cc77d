import Testing
import Torch

/// A mistake in the program ends it with libtorch's own words.
@Suite struct MistakeTests {
  /// Mistakes, and what is said of them.
  static let mistakes: [String: @Sendable () -> Void] = [
    "aten::matmul: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)": { _ = Tensor.ones([2, 3]).matmul(.ones([4, 5])) },
    "aten::relu() Expected a value of type 'Tensor' for argument 'self' but instead found type 'str'": { call("aten::relu", "three") },
    "aten::matmul() is missing value for argument 'other'": { call("aten::matmul", Tensor.ones([2, 2])) },
    "Could not find schema for aten::no_such_thing": { call("aten::no_such_thing") },
    "aten::zeros: Expected one of cpu, cuda": { _ = Tensor.zeros([1], device: Device(rawValue: "nowhere")) },
    "aten::max.dim returns 2 results, not 1": { call("aten::max.dim", Tensor.ones([2]), 0) },
    "aten::relu: the result is a Tensor, not a list of tensors": { _ = callList("aten::relu", Tensor.ones([2])) },
    "item: a Tensor with 2 elements cannot be converted to Scalar": { _ = Tensor.ones([2]).item },
    "size: Dimension out of range": { _ = Tensor.ones([2]).size(1) },
    "backward: element 0 of tensors does not require grad": { Tensor.ones([1]).backward() },
    "requiringGrad: Only Tensors of floating point and complex dtype can require gradients": { Tensor.ones([1], .int64).requiringGrad() },
    "grad: a gradient of [2], Float on cpu is wanted, not of [3], Float on cpu": { Tensor.ones([2]).requiringGrad().grad = .ones([3]) },
    "grad: a gradient of [2], Float on cpu is wanted, not of [2], Double on cpu": {
      Tensor.ones([2]).requiringGrad().grad = .ones([2], .float64)
    },
    "grad: only a leaf is given a gradient": { (Tensor.ones([2]).requiringGrad() * 2).grad = .ones([2]) },
    "checkpoints leave out Loose.pair": { _ = Loose().namedState() },
    "aten::add.Tensor: The size of tensor a (2) must match the size of tensor b (3)": { _ = Tensor.ones([2]) + .ones([3]) },
  ]

  /// What only builds for debugging look for. Tests are never optimized: of what they test the configuration tells.
  private static let debugOnly: Set = ["checkpoints leave out Loose.pair"]
  #if DEBUG
    private static let isDebug = true
  #else
    private static let isDebug = false
  #endif

  @Test(arguments: mistakes.keys.filter { isDebug || !debugOnly.contains($0) }.sorted()) func endTheProgram(_ words: String) async {
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [words] in
      MistakeTests.mistakes[words]?()
    }
    let said = String(decoding: end.map { Array($0.standardErrorContent) } ?? [], as: UTF8.self)
    #expect(said.contains(words))
  }

  /// Not the program's mistake: a line, and the system's status for it.
  @Test func memoryThatRunsOutIsSaid() async {
    let end = await #expect(processExitsWith: .exitCode(71), observing: [\.standardErrorContent]) {
      _ = Tensor.empty([1 << 46])
    }
    let said = String(decoding: end.map { Array($0.standardErrorContent) } ?? [], as: UTF8.self)
    #expect(said.contains("likeness: there is not enough memory; choose smaller sizes"))
  }

  @Test func roomIsAskedForBeforehand() {
    #expect(throws: Never.self) { try Memory.require(numbers: 1000, for: "a test") }
    for numbers in [1 << 46, Memory.product(1 << 40, 1 << 40)] {
      let found = #expect(throws: MemoryError.self) { try Memory.require(numbers: numbers, for: "the field") }
      #expect("\(found!)".hasPrefix("the field needs ") && !"\(found!)".contains("\n"))
    }
    #expect(Memory.product(3, 4, 5) == 60)
  }
}

/// A weight where the walk does not look, and what may stand there.
private final class Loose: Module {
  struct Settings { var names = ["a"], sizes = (3, 4) }
  let first = Linear(1, 2, Generator(seed: 1))
  let pair = (name: "w", weight: Tensor.ones([2]))
  let _cache = [Tensor.ones([2])]
  let settings = Settings()
}
