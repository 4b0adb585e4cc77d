/// The 468-point face as a surface along which movements spread.
///
/// Distances run along the mesh, so that what the upper lip does reaches the lower one only around the corner of the mouth.
struct FaceSurface {
  let points: [SIMD3<Float>]
  let neighbours: [[Int]]
  private var systems: [Float: ScreenedLaplacian] = [:]

  init(points: [SIMD3<Float>]) {
    self.points = points
    var near = [Set<Int>](repeating: [], count: points.count)
    for c in FaceMeshTopology.triangles {
      for (a, b) in [(c.x, c.y), (c.y, c.z), (c.z, c.x)] {
        near[Int(a)].insert(Int(b))
        near[Int(b)].insert(Int(a))
      }
    }
    neighbours = near.map { $0.sorted() }
  }

  /// The smooth field that takes each handle's value at its point and fades away some `radius` cm from all of them.
  ///
  /// Splines on the mesh: the kernel is that of (reach^-2 - Laplacian)^2, which is positive whatever the handles.
  mutating func spread(_ handles: [(point: Int, value: SIMD3<Float>)], radius: Float) -> [SIMD3<Float>] {
    let system = systems[radius] ?? ScreenedLaplacian(points: points, reach: radius / 2.5)
    systems[radius] = system
    let kernels = handles.map { system.kernel($0.point) }
    let n = handles.count
    var matrix = (0..<n).map { i in (0..<n).map { j in kernels[j][handles[i].point] } }
    for i in 0..<n { matrix[i][i] *= 1.0003 }
    var right = handles.map(\.value)
    solve(&matrix, &right)
    return points.indices.map { v in (0..<n).reduce(into: SIMD3<Float>.zero) { $0 += right[$1] * kernels[$1][v] } }
  }
  /// Gaussian elimination with pivots; the answer replaces `right`.
  private func solve(_ a: inout [[Float]], _ right: inout [SIMD3<Float>]) {
    let n = right.count
    for k in 0..<n {
      let pivot = (k..<n).max { abs(a[$0][k]) < abs(a[$1][k]) } ?? k
      a.swapAt(k, pivot)
      right.swapAt(k, pivot)
      for i in k + 1..<max(n, k + 1) {
        let f = a[i][k] / a[k][k]
        for j in k..<n { a[i][j] -= f * a[k][j] }
        right[i] -= right[k] * f
      }
    }
    for k in (0..<n).reversed() {
      for j in k + 1..<max(n, k + 1) { right[k] -= right[j] * a[k][j] }
      right[k] /= a[k][k]
    }
  }

  /// The smoothest field with the given values at the given points: at every other one the mean of its neighbours, near ones more.
  func harmonic(_ fixed: [Int: Float]) -> [Float] {
    var field = [Float](repeating: 0.5, count: points.count)
    for (v, value) in fixed { field[v] = value }
    let weights = points.indices.map { v in neighbours[v].map { 1 / (length(points[v] - points[$0]) + 0.05) } }
    let free = points.indices.filter { fixed[$0] == nil }
    for _ in 0..<300 {
      for v in free {
        var sum: Float = 0
        var all: Float = 0
        for (b, w) in zip(neighbours[v], weights[v]) {
          sum += w * field[b]
          all += w
        }
        // Over-relaxed Gauss-Seidel.
        field[v] += 1.6 * (sum / all - field[v])
      }
    }
    return field
  }
}
