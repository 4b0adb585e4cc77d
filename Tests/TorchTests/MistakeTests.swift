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
    "aten::add.Tensor: The size of tensor a (2) must match the size of tensor b (3)": { _ = Tensor.ones([2]) + .ones([3]) },
  ]

  @Test(arguments: mistakes.keys.sorted()) func endTheProgram(_ words: String) async {
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [words] in
      MistakeTests.mistakes[words]?()
    }
    let said = String(decoding: end.map { Array($0.standardErrorContent) } ?? [], as: UTF8.self)
    #expect(said.contains(words))
  }
}
