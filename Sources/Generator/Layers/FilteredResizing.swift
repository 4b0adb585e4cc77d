import Torch

/// How images are made smaller for a discriminator or another network.
package enum FilteredResizing: Sendable, Equatable {
  /// Bilinear, widened where the size shrinks.
  case antialiased
  /// Bilinear.
  case plain
  /// So much of the first, the rest of the second.
  case mixed(Double)
  /// Doubled with [1, 3, 3, 1], bilinear to a little more than twice the size, and halved with [1, 3, 3, 1].
  case classic

  /// `[N, C, H, W]` to `[N, C, side, side]`.
  package func callAsFunction(_ x: Tensor, _ side: Int) -> Tensor {
    func bilinear(_ x: Tensor, _ side: Int, _ antialias: Bool) -> Tensor {
      x.interpolate(size: [side, side], .linear, antialias: antialias)
    }
    switch self {
    case .antialiased: return bilinear(x, side, true)
    case .plain: return bilinear(x, side, false)
    case .mixed(let share): return bilinear(x, side, false).lerp(bilinear(x, side, true), share)
    case .classic:
      let filter = binomialFilter(device: x.device)
      // Two more, of which halving without a margin uses up the outermost.
      return bilinear(x.doubled(), 2 * side + 2, false).resampled(filter, Resampling(down: (2, 2), flips: true))
    }
  }
}
