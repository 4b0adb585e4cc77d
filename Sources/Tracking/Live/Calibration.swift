import Face
import Torch

/// What frames' residuals have in common, each landmark by itself, as `FitSolver.calibrated` finds it.
struct Calibration {
  /// What a calibration must not hold, since it is the pose's: seven modes of rigid motion and scale, orthonormal.
  private let modes: [[Float]]
  /// How far a landmark is expected to be off, head units.
  private let deviation: Float = 0.04

  init(_ basis: LandmarkBasis) {
    let n = LandmarkModel.count
    var middle = SIMD3<Float>.zero
    for k in 0..<n { middle += SIMD3(basis.mean[3 * k], basis.mean[3 * k + 1], basis.mean[3 * k + 2]) / Float(n) }
    func mode(_ move: (SIMD3<Float>) -> SIMD3<Float>) -> [Float] {
      (0..<n).flatMap { k in
        let d = move(SIMD3(basis.mean[3 * k], basis.mean[3 * k + 1], basis.mean[3 * k + 2]) - middle)
        return [d.x, d.y, d.z]
      }
    }
    var made: [[Float]] = []
    for move in [
      { _ in [1, 0, 0] }, { _ in [0, 1, 0] }, { _ in [0, 0, 1] }, { p in [0, -p.z, p.y] }, { p in [p.z, 0, -p.x] },
      { p in [-p.y, p.x, 0] }, { p in p },
    ] as [(SIMD3<Float>) -> SIMD3<Float>] {
      var new = mode(move)
      for other in made { Self.remove(other, from: &new) }
      let norm = zip(new, new).reduce(Float(0)) { $0 + $1.0 * $1.1 }.squareRoot()
      made.append(new.map { $0 / norm })
    }
    modes = made
  }
  private static func remove(_ mode: [Float], from x: inout [Float]) {
    let share = zip(mode, x).reduce(Float(0)) { $0 + $1.0 * $1.1 }
    for i in x.indices { x[i] -= share * mode[i] }
  }

  /// Sets `calibration`, which is part of `shape`, to what the frames have in common.
  func fit(
    _ calibration: inout [Float], _ frames: [(state: LiveState, frame: LiveFrame)], _ shape: LiveShape, _ solver: LiveSolver,
    _ fidelity: LiveSolver.Fidelity
  ) {
    let placed = frames.map { solver.points($0.state, shape) }
    let robust = 2 * fidelity.expectedError, scale = 1 / (fidelity.expectedError * fidelity.expectedError)
    let ridge = 1 / (deviation * deviation)
    for k in 0..<LandmarkModel.count {
      let own = SIMD3(calibration[3 * k], calibration[3 * k + 1], calibration[3 * k + 2])
      // The symmetric matrix by its columns.
      var a = Matrix3(x: [ridge, 0, 0], y: [0, ridge, 0], z: [0, 0, ridge]), b = -ridge * own
      for (points, seen) in zip(placed, frames) {
        let pose = seen.state.pose, r = pose.rotation
        let p = pose.apply(SIMD3(points[3 * k], points[3 * k + 1], points[3 * k + 2]))
        let inverse = -1 / p.z, s = inverse * shape.focal / seen.frame.eye
        let image = SIMD2(p.x * s, -p.y * s), residual = seen.frame[k] - image
        let w = scale * robust / max((residual * residual).sum().squareRoot(), robust)
        for (row, left) in [(SIMD3(s, 0, image.x * inverse), residual.x), (SIMD3(0, -s, image.y * inverse), residual.y)] {
          let g = SIMD3(dot(r.x, row), dot(r.y, row), dot(r.z, row))
          a = Matrix3(x: a.x + w * g.x * g, y: a.y + w * g.y * g, z: a.z + w * g.z * g)
          b += w * left * g
        }
      }
      // Cramer's rule.
      let cofactors = Matrix3(x: cross(a.y, a.z), y: cross(a.z, a.x), z: cross(a.x, a.y)), determinant = dot(a.x, cofactors.x)
      guard determinant > 0 else { continue }
      let x = own + SIMD3(dot(cofactors.x, b), dot(cofactors.y, b), dot(cofactors.z, b)) / determinant
      (calibration[3 * k], calibration[3 * k + 1], calibration[3 * k + 2]) = (x.x, x.y, x.z)
    }
    for mode in modes { Self.remove(mode, from: &calibration) }
  }
}
