import Foundation
import Golden
import Testing
import Torch

@Suite struct AdamTests {
  static func make(_ file: Safetensors) -> (parameters: [String: Tensor], adam: Adam) {
    let parameters = Dictionary(
      uniqueKeysWithValues: ["a", "b", "c"].map { ($0, file.tensors["start." + $0]!.to(.test).clone().requiringGrad()) })
    let schedule = LearningRateSchedule.exponential(decaySteps: Int(file.metadata["decay"]!)!)
    let adam = Adam(
      groups: [
        .init(parameters: ["a", "b"].map { ($0, parameters[$0]!) }, learningRate: 5e-3, schedule: schedule),
        .init(parameters: [("c", parameters["c"]!)], learningRate: 1e-2, schedule: schedule, weightDecay: 0.1),
      ], betas: (0.9, 0.99), eps: 1e-7)
    return (parameters, adam)
  }
  static func step(_ i: Int, _ file: Safetensors, _ parameters: [String: Tensor], _ adam: Adam) {
    adam.zeroGrad()
    for (name, parameter) in parameters { parameter.grad = file.tensors["gradient.\(i).\(name)"]?.to(.test) }
    adam.step()
  }

  @Test func movesAsPyTorchDoes() throws {
    let file = try fixture("adam")
    let (parameters, adam) = Self.make(file)
    for i in 0..<Int(file.metadata["steps"]!)! {
      Self.step(i, file, parameters, adam)
      for (name, parameter) in parameters {
        #expect(distance(parameter.to(.cpu), file.tensors["after.\(i).\(name)"]) < 1e-6, "\(name) at step \(i)")
      }
    }
    #expect(abs(adam.learningRate(0) - 5e-3 * pow(0.1, 0.5)) < 1e-12)
  }

  @Test func gradientsThatAreNotFiniteAreFound() {
    let a = Tensor.zeros([3, 2]).requiringGrad(), b = Tensor.zeros([2]).requiringGrad()
    let adam = Adam(groups: [.init(parameters: [("a", a)], learningRate: 1), .init(parameters: [("b", b)], learningRate: 1)])
    #expect(adam.hasFiniteGradients() && !adam.hasFiniteGradients(and: [Tensor(Double.nan)]))
    a.grad = Tensor.full([2, 3], 1e-30).t()
    #expect(adam.hasFiniteGradients(and: [Tensor(1.0)]))
    // The last one's square is what Adam could not keep.
    for bad in [Double.nan, .infinity, -.infinity, 1e20] {
      b.grad = Tensor([0, Float(bad)])
      #expect(!adam.hasFiniteGradients(), "\(bad)")
    }
    #expect(adam.steps == 0)
    adam.rateFactor = 0.5
    #expect(adam.learningRate(1) == 0.5)
  }

  @Test(arguments: [2, 5]) func goesOnExactlyFromASavedState(_ at: Int) throws {
    let file = try fixture("adam")
    let (through, whole) = Self.make(file)
    let (first, before) = Self.make(file)
    for i in 0..<at { Self.step(i, file, first, before) }
    try withFolder { folder in
      let url = folder.appendingPathComponent("state.safetensors")
      let named = Dictionary(uniqueKeysWithValues: before.state().map { ("optimizer." + $0, $1) })
      try Safetensors.write(named.merging(first) { $1 }, to: url)
      let saved = try Safetensors.read(url)
      let (second, after) = Self.make(file)
      withoutGradient { for (name, tensor) in second { tensor.copy_(saved.tensors[name]!) } }
      try after.load(saved.tensors, prefix: "optimizer.")
      #expect(after.steps == at)
      for i in 0..<10 { Self.step(i, file, through, whole) }
      for i in at..<10 { Self.step(i, file, second, after) }
      for name in through.keys { #expect(second[name]!.floats == through[name]!.floats) }
      #expect(try Data(contentsOf: url).count > 0)
    }
  }

  @Test func refusesStatesThatDoNotFit() throws {
    let file = try fixture("adam")
    let (parameters, adam) = Self.make(file)
    Self.step(4, file, parameters, adam)
    var state = adam.state()
    state["b.step"] = nil
    #expect(throws: ModuleError.missing("b.step")) { try adam.load(state) }
    state = adam.state()
    state["d.step"] = .zeros([])
    #expect(throws: ModuleError.extra("d.step")) { try adam.load(state) }
    state = adam.state()
    state["a.exp_avg"] = .zeros([3, 5])
    #expect(throws: ModuleError.shape("a.exp_avg", [3, 5], expected: [5, 3])) { try adam.load(state) }
    #expect(adam.steps == 1)
  }

  @Test func takesGradientsInAnyLayout() {
    let a = Tensor.zeros([2, 3]).requiringGrad()
    let b = Tensor.zeros([2, 3]).requiringGrad()
    let gradient = Tensor([1, -2, 3, -4, 5, -6] as [Float], [3, 2]).t()
    (a.grad, b.grad) = (gradient, gradient.contiguous())
    let adam = Adam(groups: [.init(parameters: [("a", a), ("b", b)], learningRate: 1)])
    adam.step()
    #expect(a.floats == b.floats)
    #expect(a.floats.map { $0.sign } == gradient.floats.map { $0.sign == .plus ? .minus : .plus })
  }

  @Test func stepsDoNotDependOnTheThreads() {
    let before = Libtorch.threads
    defer { Libtorch.threads = before }
    // Lengths that no number of threads and no vector divides.
    let found = [1, 2, 3, 4].map { threads in
      Libtorch.threads = threads
      let generator = Generator(seed: 6)
      let parameters = [300_007, 131].map { Tensor.randn([$0], generator).requiringGrad() }
      let adam = Adam(groups: [.init(parameters: [("a", parameters[0]), ("b", parameters[1])], learningRate: 1e-2)])
      for _ in 0..<3 {
        for parameter in parameters { parameter.grad = .randn(parameter.shape, generator) }
        adam.step()
      }
      return parameters.map(\.floats)
    }
    #expect(found.allSatisfy { $0 == found[0] })
  }

  @Test func schedules() {
    let schedule = LearningRateSchedule.warmUp(steps: 4, then: .exponential(decaySteps: 10))
    #expect((0..<4).map(schedule.factor) == [0.25, 0.5, 0.75, 1])
    #expect(abs(schedule.factor(14) - 0.1) < 1e-15)
    #expect(LearningRateSchedule.constant.factor(1000) == 1)
  }
}
