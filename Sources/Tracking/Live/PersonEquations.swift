import Foundation

/// What the frames looked at so far say of the person: H d = g of the identity and the logarithm of the focal length.
final class PersonEquations {
  let unknowns: Int
  private var sums: [Double]
  private var frames = 0

  init(identities: Int) {
    unknowns = identities + 1
    sums = [Double](repeating: 0, count: (unknowns + 1) * (unknowns + 1))
  }
  func begin() {
    frames = 0
    for i in sums.indices { sums[i] = 0 }
  }

  /// Adds a frame: entry by row and column, the last of which is the right side's, and what is taken off each row.
  func add(columns: Int, _ entry: (Int, Int) -> Double, minus: (Int, UnsafeMutablePointer<Double>) -> Void) {
    frames += 1
    sums.withUnsafeMutableBufferPointer { all in
      guard let start = all.baseAddress else { return }
      for row in 0..<unknowns {
        let to = start + row * columns
        for column in 0..<columns { to[column] += entry(row, column) }
        minus(row, to)
      }
    }
  }

  /// The step of identity and of the focal length's logarithm; nil where there is none.
  ///
  /// Identity coefficients are of variance one, counted as `FitSolver.clipStep` does; `focal` is how far the logarithm is from what is
  /// expected, with its weight a frame.
  func solved(identity: [Float], focal: (distance: Double, weight: Double)) -> [Double]? {
    let n = unknowns, columns = n + 1, shared = 10 * Double(frames)
    let system = DenseSystem(size: n)
    var x = (0..<n).map { sums[$0 * columns + n] }
    for i in 0..<n {
      for j in 0...i { system.matrix[i * n + j] = sums[i * columns + j] }
      let isFocal = i == n - 1
      let weight = isFocal ? focal.weight * Double(frames) : shared
      system.matrix[i * n + i] += weight
      x[i] += weight * (isFocal ? focal.distance : -Double(identity[i]))
    }
    guard system.factor() else { return nil }
    x.withUnsafeMutableBufferPointer { if let start = $0.baseAddress { system.solve(start, count: 1) } }
    return x.allSatisfy(\.isFinite) ? x : nil
  }
}
