import Face
import Perception
import Torch
import Tracking

/// The similarity that lays a head model on the standard face: y = scale R x + t, from head units to decimetres.
///
/// It is one per model, found from the five points of its mean head, so that fits of any model mean the same place in the box.
package struct StandardPlacement: Equatable, Sendable {
  package let scale: Float
  package let rotation: Matrix3
  package let translation: SIMD3<Float>

  package init(_ model: LandmarkModel) {
    let p = model.mean.floats
    let mesh = (0..<LandmarkModel.count).map { SIMD3(p[3 * $0], p[3 * $0 + 1], p[3 * $0 + 2]) }
    // Eyes between their corners, the nose's tip, the mouth's corners: what `PhotoReader` takes from an image, and the population from a head.
    let five = [(mesh[33] + mesh[133]) / 2, (mesh[263] + mesh[362]) / 2, mesh[4], mesh[61], mesh[291]]
    self.init(five, onto: PointAlignment.standard.map { SIMD3<Float>($0) })
  }

  /// Least squares over corresponding points (Umeyama).
  init(_ points: [SIMD3<Float>], onto targets: [SIMD3<Float>]) {
    let count = Float(points.count)
    let from = points.reduce(.zero, +) / count, to = targets.reduce(.zero, +) / count
    func rows(_ all: [SIMD3<Float>], _ middle: SIMD3<Float>) -> Tensor {
      Tensor(all.flatMap { p in (0..<3).map { Double(p[$0] - middle[$0]) } }, [all.count, 3])
    }
    let a = rows(points, from), b = rows(targets, to)
    let (u, s, vt) = b.t().matmul(a).svd()
    let sign = u.matmul(vt).determinant().item < 0 ? -1.0 : 1
    let signs = Tensor([1.0, 1, sign])
    let turn = (u * signs).matmul(vt)
    rotation = Matrix3(rows: turn.reshape(-1).array(Double.self).map { Float($0) })
    scale = Float((s * signs).sum().item / a.square().sum().item)
    translation = to - rotation * from * scale
  }

  /// A point in head space in the box.
  package func box(_ point: SIMD3<Float>) -> SIMD3<Float> { (rotation * point * scale + translation) * BoxSpace.unit + BoxSpace.origin }
  /// A camera that stands in head space, camera to head, in the box; not yet `normalized`.
  package func box(_ cameraToHead: Rigid) -> Rigid {
    Rigid(rotation: rotation * cameraToHead.rotation, translation: box(cameraToHead.translation))
  }
  /// Box units in a head unit.
  package var boxUnit: Float { scale * BoxSpace.unit }
}
