import Radiance
import Torch

/// Dense layers with ReLU over encoded points and a condition that is one for all points of an image.
///
/// Layers that see the input see `[..., points | condition]`. As the condition is one, what it adds to such a layer is a bias of the image:
/// W [x | c] + b = W_x x + (W_c c + b).
package final class ConditionedNetwork: Module {
  let layers: [Linear]
  private let _points: Int, _skip: Int?

  /// - Parameters:
  ///   - points, condition: Widths of the input's two parts.
  ///   - depth: Hidden layers; one more gives the output.
  ///   - skip: The layer that sees the input a second time, behind what the one before gives; nil if `depth` has none such.
  init(points: Int, condition: Int, width: Int, depth: Int, skip: Int?, output: Int, _ generator: Generator) {
    let skip = skip.flatMap { $0 > 0 && $0 < depth ? $0 : nil }
    _points = points
    _skip = skip
    layers = (0...depth).map { i in
      let input = i == 0 ? points + condition : i == skip ? width + points + condition : width
      return Linear(input, i == depth ? output : width, generator)
    }
  }
  var last: Linear { layers[layers.count - 1] }

  /// Encoded points `[N, P, E]` with conditions `[N, C]`: `[N, P, output]`.
  func callAsFunction(_ points: Tensor, _ condition: Tensor) -> Tensor {
    let (n, count) = (points.size(0), points.size(1))
    var weights: [Tensor] = [], biases: [Tensor] = []
    for (i, layer) in layers.enumerated() {
      guard i == 0 || i == _skip else {
        weights.append(layer.weight)
        biases.append(layer.bias!)
        continue
      }
      let seen = layer.weight.size(1) - condition.size(1)
      weights.append(layer.weight.narrow(1, 0, seen))
      biases.append(condition.matmul(layer.weight.narrow(1, seen, condition.size(1)).t()) + layer.bias!)
    }
    let group = n == 1 ? nil : Tensor.arange(n * count, device: points.device).floorDivide(count).to(.int32)
    let y = fusedMLP(points.reshape(n * count, _points), weights: weights, biases: biases, group: group, skip: _skip)
    return y.reshape(n, count, -1)
  }
}
