/// Symmetric positive definite linear systems whose entries lie near the diagonal, solved by Cholesky's method in double precision.
package struct BandedSystem {
  package let size: Int
  /// Entries more than this far from the diagonal are zero.
  package let bandwidth: Int
  /// Row i holds columns i - bandwidth ... i of the lower triangle.
  private var lower: [Double]
  package var right: [Double]

  package init(size: Int, bandwidth: Int) {
    self.size = size
    self.bandwidth = bandwidth
    lower = [Double](repeating: 0, count: size * (bandwidth + 1))
    right = [Double](repeating: 0, count: size)
  }

  /// Adds to the entry at a row and a column; entries above the diagonal are their mirror's and are left out.
  package mutating func add(_ row: Int, _ column: Int, _ value: Double) {
    guard column <= row else { return }
    precondition(row - column <= bandwidth, "entry (\(row), \(column)) lies outside the band")
    lower[row * (bandwidth + 1) + column - row + bandwidth] += value
  }

  /// The solution; nil where the matrix is not positive definite.
  package func solved() -> [Double]? {
    let b = bandwidth
    let row = b + 1
    var l = lower
    var x = right
    let ok = l.withUnsafeMutableBufferPointer { l in
      for i in 0..<size {
        let first = max(0, i - b)
        for j in first...i {
          var sum = l[i * row + j - i + b]
          for k in max(first, j - b)..<max(max(first, j - b), j) {
            sum -= l[i * row + k - i + b] * l[j * row + k - j + b]
          }
          if j < i {
            l[i * row + j - i + b] = sum / l[j * row + b]
          } else {
            guard sum > 0, sum.isFinite else { return false }
            l[i * row + b] = sum.squareRoot()
          }
        }
      }
      return true
    }
    guard ok else { return nil }
    for i in 0..<size {
      for k in max(0, i - b)..<i { x[i] -= l[i * row + k - i + b] * x[k] }
      x[i] /= l[i * row + b]
    }
    for i in stride(from: size - 1, through: 0, by: -1) {
      x[i] /= l[i * row + b]
      for k in max(0, i - b)..<i { x[k] -= l[i * row + k - i + b] * x[i] }
    }
    return x
  }
}
