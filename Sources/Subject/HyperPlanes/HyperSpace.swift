import Face
import Radiance
import Torch

/// Where the fast field's parts lie in head space: numbers and grids that no gradient moves, part of every checkpoint.
package final class HyperSpace: Module {
  /// `[2, 3]`: the corners of all that is sampled.
  let box: Tensor
  /// `[3, 4]`, see `AxisWarp`.
  package let latticeAxes, templateAxes: Tensor
  /// `[Z Y X, 3]`: the lattice's nodes, head units.
  package let nodes: Tensor
  /// `[3, 4]`: camera to head of the mean pose, for which canonical space has the torso.
  package let meanPose: Tensor
  /// `[2]`: the heights at which the torso begins to keep still and does so wholly.
  package let neck: Tensor
  /// `[3]` and `[]`: the head's middle and one over its radius, so that the basis sees about -1...1.
  let center, scale: Tensor
  /// `[Z, Y, X]` uint8, skip distances; and the largest weight of late of a sample in each cell.
  package let cells, visibility: Tensor
  /// `[Z, Y, X]`: the least density of late in each cell that was looked into, per head unit; nil where rays are followed to their end.
  package let thickness: Tensor?
  /// `[Z, Y, X]` over the template's axes: the largest weight of late of a sample that read it there; nil where nobody asks.
  package let shown: Tensor?
  /// `[Z Y X, S]`: the principal fields of the head's motion, see `HeadFields`; nil where there are none.
  let headFields: Tensor?

  init(_ c: HyperPlanesConfiguration) {
    (box, latticeAxes, templateAxes) = (.zeros([2, 3]), .zeros([3, 4]), .zeros([3, 4]))
    nodes = .zeros([c.lattice.reduce(1, *), 3])
    (meanPose, neck, center, scale) = (.zeros([3, 4]), .zeros([2]), .zeros([3]), .zeros([]))
    let size = Array(c.occupancy.reversed())
    (cells, visibility) = (.zeros(size, .uint8), .zeros(size))
    thickness = c.rayEnd > 0 ? .zeros(size) : nil
    shown = c.templateOccupancy.isEmpty ? nil : .zeros(c.templateOccupancy.reversed())
    headFields = c.mixedHeadFields > 0 ? .zeros([c.lattice.reduce(1, *), c.mixedHeadFields]) : nil
  }

  package var occupancy: OccupancyGrid { OccupancyGrid(cells: cells, box: box) }

  /// The part of points `[.., 3]` that hangs on the torso by height alone, `[.., 1]`: 0 at the head, smoothly to 1 below the neck.
  package func torsoShareByHeight(_ points: Tensor) -> Tensor {
    let t = ((points.narrow(-1, 1, 1) - neck[0]) / (neck[1] - neck[0])).clamp(0, 1)
    return t * t * (3 - t * 2)
  }
}
