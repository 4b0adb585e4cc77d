/// Steps of Gauss-Newton's equations H d = g of which some unknowns stay within 0...1, in memory that is kept.
///
/// Which unknowns end at a bound is found together with the step, as `FitSolver` does: cut off only afterwards, they would leave the others
/// where these went too far.
package final class BoundedSystem {
  package let size: Int
  /// H row after row, both triangles, and g.
  package let hessian, force: UnsafeMutablePointer<Double>
  /// The step that was found.
  package let step: UnsafeMutablePointer<Double>
  /// H without what is held, by its factor.
  private let system: DenseSystem
  private var holds: [Hold]

  private enum Hold { case free, low, high, told }
  /// Rounds of exchange between what is held and what is free.
  private static let rounds = 8

  package init(size: Int) {
    self.size = size
    system = DenseSystem(size: size)
    hessian = .allocate(capacity: size * size)
    hessian.initialize(repeating: 0, count: size * size)
    force = .allocate(capacity: size)
    force.initialize(repeating: 0, count: size)
    step = .allocate(capacity: size)
    step.initialize(repeating: 0, count: size)
    holds = [Hold](repeating: .free, count: size)
  }
  deinit {
    hessian.deallocate()
    force.deallocate()
    step.deallocate()
  }

  /// Whether an unknown ends at a bound, or stays as it is.
  package func isHeld(_ i: Int) -> Bool { holds[i] != .free }

  /// Finds the step; false where the equations have none.
  ///
  /// The first `bounds.count` unknowns are at `bounds` now and stay within 0...1; `told` says which of them stay where they are.
  package func solve(_ bounds: [Double], told: (Int) -> Bool) -> Bool {
    for i in 0..<size { holds[i] = .free }
    for (i, x) in bounds.enumerated() {
      if told(i) {
        holds[i] = .told
      } else if x <= 1e-6, force[i] < 0 {
        holds[i] = .low
      } else if x >= 1 - 1e-6, force[i] > 0 {
        holds[i] = .high
      }
    }
    for round in 1...Self.rounds {
      guard reduce(bounds) else { return false }
      guard round < Self.rounds, exchange(bounds) else { break }
    }
    return (0..<size).allSatisfy { step[$0].isFinite }
  }
  /// What right sides, `count` in each of `size` rows, become with what is held left out.
  package func solve(_ right: UnsafeMutablePointer<Double>, count: Int) { system.solve(right, count: count) }

  /// The step of what is free while the rest goes to its bound.
  private func reduce(_ bounds: [Double]) -> Bool {
    let a = system.matrix
    for i in 0..<size {
      switch holds[i] {
      case .free: step[i] = force[i]
      case .low: step[i] = -bounds[i]
      case .high: step[i] = 1 - bounds[i]
      case .told: step[i] = 0
      }
      let isFree = holds[i] == .free
      for j in 0...i { a[i * size + j] = isFree && holds[j] == .free ? hessian[i * size + j] : 0 }
      if !isFree { a[i * size + i] = 1 }
    }
    for j in 0..<bounds.count where holds[j] != .free && step[j] != 0 {
      for i in 0..<size where holds[i] == .free { step[i] -= hessian[i * size + j] * step[j] }
    }
    guard system.factor() else { return false }
    system.solve(step, count: 1)
    return true
  }
  /// Holds what would leave its bounds, and frees what is drawn back in; false where nothing changes.
  private func exchange(_ bounds: [Double]) -> Bool {
    var isNew = false
    for (i, x) in bounds.enumerated() {
      let before = holds[i]
      switch before {
      case .told: continue
      case .free:
        let end = x + step[i]
        if end < -1e-9 { holds[i] = .low } else if end > 1 + 1e-9 { holds[i] = .high }
      case .low, .high:
        var left = force[i]
        for j in 0..<size { left -= hessian[i * size + j] * step[j] }
        if before == .low ? left > 0 : left < 0 { holds[i] = .free }
      }
      if holds[i] != before { isNew = true }
    }
    return isNew
  }
}
