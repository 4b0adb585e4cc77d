import Radiance
import Torch

extension Activation? {
  /// What multiplies values below zero: ReLU 0, nothing 1.
  var slope: Double {
    switch self {
    case .relu: 0
    case .leakyRelu: 0.01
    case nil: 1
    }
  }
}

extension Tensor {
  /// One dense layer, `[N, in]` to `[N, out]`, and its activation: folded is one operator, plain is libtorch's two.
  package func dense(_ weight: Tensor, _ bias: Tensor, _ activation: Activation? = nil, _ evaluation: FieldEvaluation = .folded) -> Tensor {
    if evaluation == .plain {
      let sum = linear(weight, bias)
      return switch activation {
      case .relu: sum.relu()
      case .leakyRelu: sum.leakyRelu()
      case nil: sum
      }
    }
    return call("likeness::dense", self, weight, bias, activation.slope)
  }
}

/// Weight and bias of a layer.
package struct Affine {
  /// `[out, in]` and `[out]`.
  var weight, bias: Tensor
  let evaluation: FieldEvaluation

  package init(weight: Tensor, bias: Tensor, _ evaluation: FieldEvaluation = .folded) {
    self.weight = weight
    self.bias = bias
    self.evaluation = evaluation
  }
  package init(_ layer: Linear, _ evaluation: FieldEvaluation = .folded, _ dtype: Tensor.DType = .float32) {
    guard let bias = layer.bias else { fatalError("a dense layer of a field has a bias") }
    self.init(weight: layer.weight.to(dtype), bias: bias.to(dtype), evaluation)
  }

  /// The layer that does what this one and then `next` do, with nothing between them.
  package func followed(by next: Affine) -> Affine {
    Affine(weight: next.weight.matmul(weight), bias: next.weight.matmul(bias) + next.bias)
  }
  package func callAsFunction(_ x: Tensor, _ activation: Activation? = nil) -> Tensor {
    x.dense(weight, bias, activation, evaluation)
  }
  func mapped(_ change: (Tensor) -> Tensor) -> Affine {
    Affine(weight: change(weight), bias: change(bias), evaluation)
  }
}

/// The layers of a chain, first to last, with a skip if the configuration has one.
package func stackLayers(_ configuration: StackConfiguration, input: Int, _ generator: Generator) -> [Linear] {
  (0..<configuration.layers).map { i in
    let width = i == 0 ? input : configuration.skips(i) ? configuration.width + input : configuration.width
    return Linear(width, configuration.width, generator)
  }
}

/// How a field is computed.
package enum FieldEvaluation: String, Codable, Sendable {
  /// With all that is constant over a frame or linear multiplied out beforehand.
  case folded
  /// Layer by layer as published, every sample of the second pass afresh: the same but for rounding, which high frequencies magnify.
  case plain
}

/// A chain whose inputs that are constant over a frame have been folded into biases.
///
/// What a layer adds for the driving vector and the pose is the same at every point of a frame, so it is computed once: -64 % of F_d's
/// first layer.
package struct FoldedStack {
  /// `[out, in]`, without the columns of the constant inputs.
  var weights: [Tensor]
  /// `[1, out]`, or `[F, out]` where a frame's constants enter.
  var biases: [Tensor]
  /// `[F, C]`, where the constants are not folded.
  var constants: Tensor?
  let configuration: StackConfiguration
  let evaluation: FieldEvaluation

  /// Folds `condition` `[F, C]`, the last C inputs of the chain, into `layers`.
  package init(
    _ layers: [Linear], _ configuration: StackConfiguration, condition: Tensor?, _ evaluation: FieldEvaluation = .folded,
    _ dtype: Tensor.DType = .float32
  ) {
    self.configuration = configuration
    self.evaluation = evaluation
    weights = []
    biases = []
    constants = evaluation == .plain ? condition : nil
    for (i, layer) in layers.enumerated() {
      let affine = Affine(layer, evaluation, dtype)
      if evaluation == .folded, let condition, condition.size(1) > 0, i == 0 || configuration.skips(i) {
        let point = affine.weight.size(1) - condition.size(1)
        weights.append(affine.weight.narrow(1, 0, point).contiguous())
        biases.append(condition.linear(affine.weight.narrow(1, point, condition.size(1)), affine.bias))
      } else {
        weights.append(affine.weight)
        biases.append(affine.bias.unsqueeze(0))
      }
    }
  }

  /// `[N, in]` of one frame to `[N, width]`, or through `last`, which has no activation, to what that makes of it.
  package func callAsFunction(_ input: Tensor, frame: Int, last: Affine? = nil) -> Tensor {
    let own = biases.map { $0.select(0, $0.size(0) == 1 ? 0 : frame) }
    guard evaluation == .plain else {
      return fusedMLP(
        input, weights: weights + [last].compactMap { $0?.weight }, biases: own + [last].compactMap { $0?.bias },
        slope: Optional(configuration.activation).slope, skip: skip, outputActivation: last == nil)
    }
    let input = constants.map { cat([input, $0.narrow(0, frame, 1).expand(input.size(0), -1)], -1) } ?? input
    var x = input
    for (i, (weight, bias)) in zip(weights, own).enumerated() {
      if configuration.skips(i) { x = cat([x, input], -1) }
      x = x.dense(weight, bias, configuration.activation, .plain)
    }
    return last.map { $0(x) } ?? x
  }

  /// `[F, P, in]` of all frames to `[F, P, width]`.
  func callAsFunction(_ input: Tensor) -> Tensor {
    let (frames, points) = (input.size(0), input.size(1))
    guard evaluation == .plain else {
      // A bias of one frame is everybody's; else each row takes its own frame's.
      let frame = Tensor.arange(frames, .int32, device: input.device).unsqueeze(1).expand(frames, points).reshape(frames * points)
      let hidden = fusedMLP(
        input.reshape(frames * points, input.size(2)), weights: weights, biases: biases.map { $0.size(0) == 1 ? $0.select(0, 0) : $0 },
        group: frame, slope: Optional(configuration.activation).slope, skip: skip, outputActivation: true)
      return hidden.reshape(frames, points, configuration.width)
    }
    let input = constants.map { cat([input, $0.unsqueeze(1).expand(-1, points, -1)], -1) } ?? input
    var x = input
    for (i, (weight, bias)) in zip(weights, biases).enumerated() {
      if configuration.skips(i) { x = cat([x, input], -1) }
      let sum = x.matmul(weight.t()) + bias.unsqueeze(1)
      x = configuration.activation == .relu ? call("aten::relu_", sum) : call("aten::leaky_relu_", sum)
    }
    return x
  }
  /// The layer that the chain's input enters again.
  private var skip: Int? { weights.indices.first(where: configuration.skips) }

  func mapped(_ change: (Tensor) -> Tensor) -> FoldedStack {
    var result = self
    result.weights = weights.map(change)
    result.biases = biases.map(change)
    result.constants = constants.map(change)
    return result
  }
}
