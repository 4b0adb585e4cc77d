import Torch

/// The positional encoding of NeRF: `[v if includesInput] ++ sin(2^0 v) ++ cos(2^0 v) ++ sin(2^1 v) ++ ...`, no π.
///
/// Every block spans all components of the input.
package struct FrequencyEncoding: Codable, Sendable, Equatable {
  /// How many frequencies.
  package var frequencies: Int
  /// Whether the input itself stands first.
  package var includesInput: Bool
  /// Frequencies double from one to the next; false spaces them evenly between the first, 1, and the last.
  package var doubling: Bool

  package init(_ frequencies: Int, includesInput: Bool = true, doubling: Bool = true) {
    self.frequencies = frequencies
    self.includesInput = includesInput
    self.doubling = doubling
  }

  /// The width of the encoding of a vector of `dimensions` components.
  package func width(of dimensions: Int) -> Int { dimensions * (2 * frequencies + (includesInput ? 1 : 0)) }

  /// `[..., D]` to `[..., width(of: D)]`.
  package func callAsFunction(_ input: Tensor) -> Tensor {
    guard frequencies > 0 else { return includesInput ? input : input.narrow(-1, 0, 0) }
    let leading = Array(input.shape.dropLast()), dimensions = input.size(-1)
    let scaled = input.unsqueeze(-2) * scales.to(input.device)  // [..., L, D]
    let waves = stack([scaled.sin(), scaled.cos()], -2).reshape(leading + [2 * frequencies * dimensions])  // [..., L, 2, D]
    return includesInput ? cat([input, waves], -1) : waves
  }

  private var scales: Tensor {
    let top = Float(1 << (frequencies - 1))
    let values = (0..<frequencies).map { k in
      doubling ? Float(1 << k) : frequencies == 1 ? 1 : 1 + (top - 1) * Float(k) / Float(frequencies - 1)
    }
    return Tensor(values, [frequencies, 1])
  }
}
