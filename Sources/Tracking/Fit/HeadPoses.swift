import Face
import Torch

/// Poses of many frames, head to camera, as they are solved for.
package struct HeadPoses {
  /// `[N, 3, 3]`, and `[N, 3]` in head units.
  package private(set) var rotation, translation: Tensor
  package var count: Int { rotation.size(0) }

  init(rotation: Tensor, translation: Tensor) { (self.rotation, self.translation) = (rotation, translation) }
  package init(_ poses: [Rigid]) {
    rotation = Tensor(poses.flatMap(\.rotation.rows), [poses.count, 3, 3])
    translation = Tensor(poses.flatMap { [$0.translation.x, $0.translation.y, $0.translation.z] }, [poses.count, 3])
  }

  package var rigid: [Rigid] {
    let (r, t) = (rotation.floats, translation.floats)
    return (0..<count).map { i in
      Rigid(rotation: Matrix3(rows: Array(r[9 * i..<9 * i + 9])).orthonormalized, translation: [t[3 * i], t[3 * i + 1], t[3 * i + 2]])
    }
  }

  /// Moves each by a rotation vector, applied after its rotation, and a translation: `[N, 6]`.
  package mutating func move(by step: Tensor) {
    rotation = orthonormal(rotations(step[.all, .to(3)].to(.float64)).bmm(rotation.to(.float64))).to(.float32)
    translation = translation + step[.all, .from(3)].to(.float32)
  }

  /// The step that leads to other poses near by, `[N, 6]` float64.
  package func way(to other: HeadPoses) -> Tensor {
    let r = other.rotation.bmm(rotation.transpose(1, 2))
    func entry(_ row: Int, _ column: Int) -> Tensor { r[.all, .at(row), .at(column)] }
    let turn = stack([entry(2, 1) - entry(1, 2), entry(0, 2) - entry(2, 0), entry(1, 0) - entry(0, 1)], -1) * 0.5
    return cat([turn, other.translation - translation], 1).to(.float64)
  }
}
