import Radiance
import Torch

/// How points move, on the nodes of a lattice.
package struct DeformationLattice {
  /// `[Z, Y, X, 4]` float32: displacement of the node, nothing.
  package let moves: Tensor
  /// The outermost nodes lie at -extent and extent; points further out move as those do.
  package let extent: Double

  /// - Parameter displacement: `[Z, Y, X, 3]`.
  package init(displacement: Tensor, extent: Double) {
    moves = displacement.pad([0, 1]).contiguous()
    self.extent = extent
  }

  /// Nodes of a lattice of `count`³, `[count³, 3]`, x running fastest.
  package static func nodes(_ count: Int, extent: Double) -> Tensor {
    let side = Tensor.linspace(-extent, extent, count), shape = [count, count, count]
    let (z, y, x) = (side.reshape(-1, 1, 1).expand(shape), side.reshape(1, -1, 1).expand(shape), side.reshape(1, 1, -1).expand(shape))
    return stack([x, y, z], -1).reshape(-1, 3)
  }

  /// Points `[N, P, 3]` moved, read trilinearly.
  package func callAsFunction(_ points: Tensor) -> Tensor {
    let flat = points.reshape(-1, 3).contiguous(), slope = Float(1 / extent)
    let axes = Tensor([0, 0, slope, 0, 0, 0, slope, 0, 0, 0, slope, 0] as [Float], [3, 4])
    return points + latticeFeatures(moves.unsqueeze(0), at: flat, axes: axes).narrow(1, 0, 3).reshape(points.shape)
  }
}
