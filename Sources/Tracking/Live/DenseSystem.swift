/// Symmetric positive definite systems of a few dozen unknowns, in memory that is kept.
final class DenseSystem {
  let size: Int
  /// The matrix, row after row, of which the lower triangle counts; after `factor` its Cholesky factor.
  let matrix: UnsafeMutablePointer<Double>

  init(size: Int) {
    self.size = size
    matrix = .allocate(capacity: size * size)
    matrix.initialize(repeating: 0, count: size * size)
  }
  deinit { matrix.deallocate() }

  /// Replaces the matrix by its factor; false where it is not positive definite.
  func factor() -> Bool {
    for i in 0..<size {
      let row = matrix + i * size
      for j in 0...i {
        let other = matrix + j * size
        var sum = row[j]
        for k in 0..<j { sum -= row[k] * other[k] }
        if j < i {
          row[j] = sum / other[j]
        } else {
          guard sum > 0, sum.isFinite else { return false }
          row[i] = sum.squareRoot()
        }
      }
    }
    return true
  }
  /// Replaces right sides, `count` in each of `size` rows, by solutions.
  func solve(_ x: UnsafeMutablePointer<Double>, count: Int) {
    func take(_ share: Double, of source: Int, from target: Int) {
      let (a, b) = (x + source * count, x + target * count)
      for c in 0..<count { b[c] -= share * a[c] }
    }
    func divide(_ i: Int) {
      let by = 1 / matrix[i * size + i]
      for c in 0..<count { x[i * count + c] *= by }
    }
    for i in 0..<size {
      for k in 0..<i { take(matrix[i * size + k], of: k, from: i) }
      divide(i)
    }
    for i in stride(from: size - 1, through: 0, by: -1) {
      divide(i)
      for k in 0..<i { take(matrix[i * size + k], of: i, from: k) }
    }
  }
}
