import Torch

/// Density that hardly changes over a short way, so that the volume holds surfaces and no fog of single specks: `weight` times the mean of
/// `|d(x) - d(x + e)|`, e normal with a deviation of `distance`, of raw densities d.
package struct DensityRegularisation: Codable, Sendable, Equatable {
  package var weight: Double
  /// Points of each volume.
  package var points: Int
  /// In the generator's units.
  package var distance: Double

  package init(weight: Double = 0.25, points: Int = 1000, distance: Double = 0.004) {
    (self.weight, self.points, self.distance) = (weight, points, distance)
  }

  /// Random points `[count, points, 3]` of the cube -1...1, and behind them as many a little off: `[count, 2 points, 3]`.
  ///
  /// An eighth of them fall into a box of side 1; those without are there in the published training too.
  package func draw(_ count: Int, _ generator: Generator) -> Tensor {
    let first = Tensor.rand([count, points, 3], generator) * 2 - 1
    return Self.pairs(first, offsets: Tensor.randn(first.shape, generator) * distance)
  }
  /// Points `[N, P, 3]` and the same moved by offsets: `[N, 2 P, 3]`.
  package static func pairs(_ points: Tensor, offsets: Tensor) -> Tensor { cat([points, points + offsets], 1) }

  /// The loss of raw densities `[N, 2 P, 1]` at such points.
  package func loss(_ densities: Tensor) -> Tensor {
    let half = densities.size(1) / 2
    return densities.narrow(1, 0, half).l1Loss(densities.narrow(1, half, half)) * weight
  }
}
