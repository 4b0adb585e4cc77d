import Torch

/// A latent vector and a label to style vectors: both scaled to length sqrt(n), joined, and through dense layers with leaky ReLU.
package final class MappingNetwork: Module, NamedParts {
  package static let checkpointNames = ["average": "w_avg"]
  /// The label's own layer; nil where there is no label.
  package let embed: EqualisedLinear?
  /// `[width]`, the running mean of w; nil where none is kept.
  package let average: Tensor?
  private let _layers: [EqualisedLinear]
  package var namedParts: [(name: String, part: any Module)] { _layers.enumerated().map { ("fc\($0)", $1) } }

  /// `latent` 0 is a network of labels alone. Its learning rate is a hundredth of that of others.
  package init(latent: Int, label: Int, width: Int, layers: Int, keepsAverage: Bool = true, _ generator: Generator) {
    precondition(latent + label > 0 && layers > 0, "a mapping network maps something")
    embed = label > 0 ? EqualisedLinear(label, width, generator) : nil
    average = keepsAverage ? .zeros([width]) : nil
    _layers = (0..<layers).map { i in
      EqualisedLinear(
        i > 0 ? width : latent + (label > 0 ? width : 0), width, activation: .lrelu, multiplier: 0.01, generator)
    }
  }

  /// w, `[N, width]`, of z `[N, latent]` and labels `[N, label]`; nil for what the network does not take.
  package func callAsFunction(_ z: Tensor?, _ label: Tensor?) -> Tensor {
    func unit(_ x: Tensor) -> Tensor { x * (x.square().mean(1, keepdim: true) + 1e-8).rsqrt() }
    var parts = z.map { [unit($0)] } ?? []
    if let embed, let label { parts.append(unit(embed(label))) }
    return _layers.reduce(parts.count == 1 ? parts[0] : cat(parts, 1)) { $1($0) }
  }

  /// `[N, layers, width]` of w `[N, width]`: average + truncation (w - average) in the first `cutoff` layers (nil: in all), w in the others.
  package func broadcast(_ w: Tensor, layers: Int, truncation: Double = 1, cutoff: Int? = nil) -> Tensor {
    let all = w.unsqueeze(1).expand(w.size(0), layers, w.size(1))
    guard truncation != 1, let average else { return all }
    let cut = min(max(cutoff ?? layers, 0), layers)
    return cat([average.lerp(all.narrow(1, 0, cut), truncation), all.narrow(1, cut, layers - cut)], 1)
  }

  /// Moves the running mean towards the mean of these w `[N, width]`: average = decay average + (1 - decay) mean.
  package func follow(_ w: Tensor, decay: Double = 0.998) {
    guard let average else { return }
    withoutGradient { average.copy_(w.detach().mean(0).lerp(average, decay)) }
  }
}
