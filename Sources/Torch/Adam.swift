import Foundation

/// How a learning rate changes with the number of steps made.
package enum LearningRateSchedule: Sendable, Equatable {
  case constant
  /// rate = start * factor^(step / decaySteps): one tenth after `decaySteps` where `factor` is 0.1.
  case exponential(decaySteps: Int, factor: Double = 0.1)
  /// From 0 up to the whole rate in `steps`, then as `next` says, which counts from 0.
  indirect case warmUp(steps: Int, then: LearningRateSchedule)

  /// What to multiply the starting rate with for the step that `step` others went before.
  package func factor(_ step: Int) -> Double {
    switch self {
    case .constant: 1
    case .exponential(let decaySteps, let factor): pow(factor, Double(step) / Double(decaySteps))
    case .warmUp(let steps, let next): step < steps ? Double(step + 1) / Double(steps) : next.factor(step - steps)
    }
  }
}

/// Adam (Kingma and Ba 2015), as `torch.optim.Adam` computes it, over groups with a learning rate each.
package final class Adam {
  /// Parameters that share a learning rate.
  package struct ParameterGroup {
    package var parameters: [(name: String, tensor: Tensor)]
    /// The rate before the schedule's factor.
    package var learningRate: Double
    package var schedule: LearningRateSchedule
    /// L2 penalty, added to the gradient.
    package var weightDecay: Double
    package init(
      parameters: [(name: String, tensor: Tensor)], learningRate: Double, schedule: LearningRateSchedule = .constant,
      weightDecay: Double = 0
    ) {
      (self.parameters, self.learningRate, self.schedule, self.weightDecay) = (parameters, learningRate, schedule, weightDecay)
    }
  }
  /// What is kept for a parameter: its own count of steps (float32, as the operator wants it) and the moments.
  private struct Moments {
    let step, average, squareAverage: Tensor
  }

  package var groups: [ParameterGroup]
  package let betas: (Double, Double)
  package let eps: Double
  /// What all learning rates are multiplied with.
  package var rateFactor = 1.0
  /// Steps made.
  package private(set) var steps = 0
  private var moments: [String: Moments] = [:]

  /// Names must be different over all groups: they are the keys of `state()`.
  package init(groups: [ParameterGroup], betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8) {
    (self.groups, self.betas, self.eps) = (groups, betas, eps)
    let names = groups.flatMap { $0.parameters.map(\.name) }
    precondition(Set(names).count == names.count, "two parameters of one name")
  }

  /// The rate that the next step uses for a group.
  package func learningRate(_ group: Int) -> Double {
    groups[group].learningRate * groups[group].schedule.factor(steps) * rateFactor
  }

  /// Moves every parameter that has a gradient.
  package func step() {
    withoutGradient {
      for (i, group) in groups.enumerated() {
        let ready = group.parameters.filter { $0.tensor.grad != nil }
        // The operator takes one element type and device at a time.
        for same in Dictionary(grouping: ready, by: { Kind($0.tensor) }).values { step(same, learningRate(i), group.weightDecay) }
      }
    }
    steps += 1
  }

  private struct Kind: Hashable {
    let dtype: Tensor.DType, device: Device
    init(_ tensor: Tensor) { (dtype, device) = (tensor.dtype, tensor.device) }
  }

  private func step(_ parameters: [(name: String, tensor: Tensor)], _ rate: Double, _ weightDecay: Double) {
    let tensors = parameters.map(\.tensor)
    // The operator walks plain memory: a gradient laid out in another order must be brought into its parameter's.
    let gradients = tensors.map { $0.grad!.contiguous() }
    let kept = parameters.map { moments(of: $0) }
    let counts = kept.map(\.step)
    callVoid("aten::_foreach_add_.Scalar", counts, 1)
    callVoid(
      "aten::_fused_adam_", tensors, gradients, kept.map(\.average), kept.map(\.squareAverage), [Tensor](), counts, rate, betas.0, betas.1,
      weightDecay, eps, false, false)
  }

  private func moments(of parameter: (name: String, tensor: Tensor)) -> Moments {
    if let known = moments[parameter.name] { return known }
    precondition(parameter.tensor.isContiguous, "\(parameter.name): parameters must lie in row-major order")
    let tensor = parameter.tensor.detach()
    let fresh = Moments(
      step: .zeros([], device: tensor.device), average: tensor.zerosLike(), squareAverage: tensor.zerosLike())
    moments[parameter.name] = fresh
    return fresh
  }

  /// Whether the gradients and the scalars `others` are finite numbers, and so small that their squares, which Adam keeps, are too.
  ///
  /// One reduction over each gradient, and one number to wait for.
  package func hasFiniteGradients(and others: [Tensor] = []) -> Bool {
    withoutGradient {
      let squares = groups.flatMap(\.parameters).compactMap { parameter -> Tensor? in
        guard let flat = parameter.tensor.grad?.reshape(-1) else { return nil }
        return call("aten::dot", flat, flat)
      }
      let all = squares + others.map { $0.detach() }
      guard let first = all.first else { return true }
      return stack(all.map { $0.to(first.device).to(.float64) }).sum().item.isFinite
    }
  }

  /// Forgets the gradients.
  package func zeroGrad() {
    for parameter in groups.flatMap(\.parameters) { parameter.tensor.grad = nil }
  }

  /// Everything a later run needs to go on exactly: `steps`, and `<name>.step`, `.exp_avg`, `.exp_avg_sq` of each parameter moved so far.
  ///
  /// The tensors are the live ones: save them before the next step.
  package func state() -> [String: Tensor] {
    var state = ["steps": Tensor(steps)]
    for (name, kept) in moments {
      state[name + ".step"] = kept.step
      state[name + ".exp_avg"] = kept.average
      state[name + ".exp_avg_sq"] = kept.squareAverage
    }
    return state
  }

  /// Puts a state back, from the tensors whose names start with `prefix`; throws `ModuleError`, and then has changed nothing.
  package func load(_ state: [String: Tensor], prefix: String = "") throws {
    func tensor(_ name: String, _ shape: [Int], _ dtype: Tensor.DType) throws -> Tensor {
      guard let found = state[prefix + name] else { throw ModuleError.missing(prefix + name) }
      guard found.shape == shape else { throw ModuleError.shape(prefix + name, found.shape, expected: shape) }
      guard found.dtype == dtype else { throw ModuleError.type(prefix + name, found.dtype, expected: dtype) }
      return found
    }
    let steps = Int(try tensor("steps", [], .int64).item)
    var moments: [String: Moments] = [:]
    var known: Set = [prefix + "steps"]
    for (name, parameter) in groups.flatMap(\.parameters) {
      let names = [".step", ".exp_avg", ".exp_avg_sq"].map { prefix + name + $0 }
      known.formUnion(names)
      // A parameter that never had a gradient has no moments yet.
      guard names.contains(where: { state[$0] != nil }) else { continue }
      let (shape, dtype, device) = (parameter.shape, parameter.dtype, parameter.device)
      func own(_ part: String, _ shape: [Int], _ dtype: Tensor.DType) throws -> Tensor {
        try tensor(name + part, shape, dtype).to(device).clone()
      }
      moments[name] = Moments(
        step: try own(".step", [], .float32), average: try own(".exp_avg", shape, dtype),
        squareAverage: try own(".exp_avg_sq", shape, dtype))
    }
    if let extra = state.keys.filter({ $0.hasPrefix(prefix) && !known.contains($0) }).min() { throw ModuleError.extra(extra) }
    (self.steps, self.moments) = (steps, moments)
  }
}
