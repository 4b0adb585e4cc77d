import Torch

/// What the fast field has at N points.
package struct FieldValues {
  /// `[N]` per head unit, and `[N, C]`.
  package var density: Tensor, features: Tensor
  /// `[3, N]`: where the template was read, without history; 0 of points that were left out.
  package var places: Tensor

  package init(density: Tensor, features: Tensor, places: Tensor) {
    self.density = density
    self.features = features
    self.places = places
  }
}

/// What the fast field's samples in training are read from, all with history; see `FrameField` for what each is.
package struct SampleField {
  /// `[n, F, 8]`: displacement, ambient coordinates and nothing of `n` nodes of the lattice in F frames.
  package var moves: Tensor
  /// `[Z, Y, X]` int32: the row of `moves` of each node of the lattice.
  package var rows: Tensor
  /// `[3, 4]`.
  package var latticeAxes: Tensor, axes: Tensor
  /// `[3, H, W, C]`, `[1, Z, Y, X, 8]`, `[1, 1, H, W, 8]`, float32.
  package var planes: Tensor, volume: Tensor, ambient: Tensor
  /// Features to density and what is shown; the first bias is `[F, hidden]`, a frame's own.
  package var point: (weights: [Tensor], biases: [Tensor])
  /// σ = `densityScale` softplus(raw - 1).
  package var densityScale: Double

  package init(
    moves: Tensor, rows: Tensor, latticeAxes: Tensor, axes: Tensor, planes: Tensor, volume: Tensor, ambient: Tensor,
    point: (weights: [Tensor], biases: [Tensor]), densityScale: Double
  ) {
    self.moves = moves
    self.rows = rows
    self.latticeAxes = latticeAxes
    self.axes = axes
    self.planes = planes
    self.volume = volume
    self.ambient = ambient
    self.point = point
    self.densityScale = densityScale
  }

  /// Whether the operator knows fields of such sizes, on this device.
  package static func canRead(planes: Tensor, volume: Tensor, ambient: Tensor, hidden: Int) -> Bool {
    let tables = [planes, volume, ambient.narrow(0, 0, 1)]
    return tables.allSatisfy { $0.device == .cpu && $0.dtype == .float32 } && planes.size(3) % 16 == 0 && hidden % 8 == 0
      && volume.size(4) == 8 && ambient.size(4) == 8 && planes.size(1) > 1 && planes.size(2) > 1
      && (1...3).allSatisfy { volume.size($0) > 1 } && (2...3).allSatisfy { ambient.size($0) > 1 }
  }

  /// What the field has at points `[N, 3]`, each of its `frame` `[N]` int32, in one operator. Gradients reach everything but the points.
  ///
  /// Where the points are samples of rays, those that less than `dark` of a ray's light reaches may be left at 0, without gradients.
  package func samples(at points: Tensor, frame: Tensor, of rays: MarchedSamples? = nil, dark: Double = 1e-3) -> FieldValues {
    let starts = rays?.starts ?? .arange(points.size(0) + 1, .int32), lengths = rays?.lengths ?? .zeros([points.size(0)])
    let (density, features, at) = call3(
      "likeness::field", moves, planes, volume, ambient, point.weights, point.biases, rows, points, frame, latticeAxes, axes, starts,
      lengths, densityScale, dark)
    return FieldValues(density: density, features: features, places: at.narrow(0, 0, 3).narrow(1, 0, points.size(0)))
  }
}

/// The nodes of a lattice of `size` (Z, Y, X) that reads at `points` `[N, 3]` touch, `[n]` int64 in order, and where each node is among them,
/// `[Z, Y, X]` int32, -1 where it is not.
package func touchedNodes(_ points: Tensor, axes: Tensor, size: [Int]) -> (nodes: Tensor, rows: Tensor) {
  call2("likeness::lattice_rows", points, axes, size)
}
