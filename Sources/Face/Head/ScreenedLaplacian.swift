/// The operator (1 / reach^2 - Laplacian) of the face mesh, factored once so that its inverse can be applied to many points.
struct ScreenedLaplacian {
  /// The lower triangle of the Cholesky factor, row-major `[n, n]`, kept transposed as well so that both sweeps run along rows.
  private let lower: [Float]
  private let upper: [Float]
  private let mass: [Float]
  private let n: Int

  init(points: [SIMD3<Float>], reach: Float) {
    n = points.count
    var m = [Float](repeating: 0, count: n * n)
    var mass = [Float](repeating: 0, count: n)
    for c in FaceMeshTopology.triangles {
      let t = [Int(c.x), Int(c.y), Int(c.z)]
      let area = length(cross(points[t[1]] - points[t[0]], points[t[2]] - points[t[0]])) / 2
      for k in 0..<3 {
        let (i, j, apex) = (t[k], t[(k + 1) % 3], t[(k + 2) % 3])
        mass[i] += area / 3
        // Half the cotangent of the angle opposite the edge; kept positive, so that no value overshoots its neighbours'.
        let a = points[i] - points[apex]
        let b = points[j] - points[apex]
        let w = min(4, max(0.08, dot(a, b) / (length(cross(a, b)) + 1e-6) / 2))
        m[i * n + j] -= w
        m[j * n + i] -= w
        m[i * n + i] += w
        m[j * n + j] += w
      }
    }
    for i in 0..<n { m[i * n + i] += mass[i] / (reach * reach) }
    self.mass = mass
    let n = n
    m.withUnsafeMutableBufferPointer { m in
      for k in 0..<n {
        let root = m[k * n + k].squareRoot()
        for j in k..<n { m[k * n + j] /= root }
        for i in k + 1..<max(n, k + 1) {
          let f = m[k * n + i]
          if f == 0 { continue }
          for j in i..<n { m[i * n + j] -= f * m[k * n + j] }
        }
      }
    }
    upper = m
    lower = (0..<n * n).map { m[$0 % n * n + $0 / n] }
  }

  private func solve(_ right: [Float]) -> [Float] {
    var x = right
    for i in 0..<n {
      x[i] /= upper[i * n + i]
      let value = x[i]
      if value == 0 { continue }
      for j in i + 1..<max(n, i + 1) { x[j] -= value * upper[i * n + j] }
    }
    for i in (0..<n).reversed() {
      x[i] /= lower[i * n + i]
      let value = x[i]
      for j in 0..<i { x[j] -= value * lower[i * n + j] }
    }
    return x
  }
  /// The field around one point, smooth, positive and fading: the operator's inverse twice.
  func kernel(_ point: Int) -> [Float] {
    var unit = [Float](repeating: 0, count: n)
    unit[point] = 1
    let once = solve(unit)
    return solve(zip(once, mass).map { $0 * $1 })
  }
}
