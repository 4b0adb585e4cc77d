import Torch

/// PE(p) = [p, sin(2^k π p), cos(2^k π p)] for k below `frequencies`.
package struct PointEncoding: Sendable, Equatable {
  package var frequencies: Int

  package init(_ frequencies: Int) { self.frequencies = frequencies }

  package var width: Int { 3 + 6 * frequencies }

  /// Points `[..., 3]`, about -1...1: `[..., width]`.
  ///
  /// `open` frequencies count in full and the next one in part, each by (1 - cos(π x)) / 2 as it opens (Nerfies); nil opens all.
  package func callAsFunction(_ points: Tensor, open: Double? = nil) -> Tensor {
    guard frequencies > 0 else { return points }
    let powers = Tensor((0..<frequencies).map { Float(1 << $0) * .pi }, [frequencies, 1]).to(points.device)
    let phases = points.unsqueeze(-2) * powers  // [..., L, 3]
    var waves = stack([phases.sin(), phases.cos()], -2)  // [..., L, 2, 3]
    if let open {
      let place = (open - Tensor.arange(frequencies, .float32, device: points.device)).clamp(0, 1)
      waves = waves * (0.5 * (1 - (place * Double.pi).cos())).reshape(frequencies, 1, 1)
    }
    return cat([points, waves.reshape(Array(points.shape.dropLast()) + [6 * frequencies])], -1)
  }
}
