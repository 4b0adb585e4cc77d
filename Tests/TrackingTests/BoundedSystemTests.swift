import Testing
import Torch
import Tracking

/// Steps of which some unknowns stay within 0...1.
@Suite struct BoundedSystemTests {
  private func system(_ hessian: [[Double]], _ force: [Double]) -> BoundedSystem {
    let made = BoundedSystem(size: force.count)
    for (i, row) in hessian.enumerated() { for (j, x) in row.enumerated() { made.hessian[i * force.count + j] = x } }
    for (i, x) in force.enumerated() { made.force[i] = x }
    return made
  }
  private func step(_ system: BoundedSystem) -> [Double] { (0..<system.size).map { system.step[$0] } }

  /// What cannot go below 0 leaves the other where it is best then, not where it made up for that.
  @Test func theRestSettlesAroundABound() {
    // Alone the best is at (-.4, .9), and with the first one held at 0 the second is best at .5.
    let hessian = [[2.0, 1.8], [1.8, 1.8]], best = [-0.4, 0.9], start = [0.2, 0.3]
    let force = hessian.map { row in (0..<2).map { row[$0] * (best[$0] - start[$0]) }.reduce(0, +) }
    let bounded = system(hessian, force)
    #expect(bounded.solve(start) { _ in false })
    let end = zip(start, step(bounded)).map(+)
    #expect(abs(end[0]) < 1e-12 && abs(end[1] - 0.5) < 1e-9, "ends at \(end)")
    #expect(bounded.isHeld(0) && !bounded.isHeld(1))
    // What is told stays.
    #expect(bounded.solve(start) { $0 == 1 })
    #expect(step(bounded)[1] == 0)
  }

  /// The step is the best of all that end within the bounds: what is free has no force left, what is held is drawn outwards.
  @Test(arguments: 0..<20 as Range<UInt64>) func itIsTheBest(seed: UInt64) {
    let n = 24, bounds = 20, generator = Generator(seed: seed)
    let root = Tensor.randn([60, n], generator), matrix = root.t().matmul(root).array(Double.self)
    let start = Tensor.randn([bounds], generator).array(Double.self).map { min(1, max(0, 0.3 + 0.5 * $0)) }
    let force = Tensor.randn([n], generator).array(Double.self).map { 30 * $0 }
    let bounded = system((0..<n).map { i in (0..<n).map { matrix[i * n + $0] } }, force)
    #expect(bounded.solve(start) { _ in false })
    let found = step(bounded)
    for i in 0..<n {
      let left = force[i] - (0..<n).reduce(0) { $0 + matrix[i * n + $1] * found[$1] }
      guard i < bounds else {
        #expect(abs(left) < 1e-6)
        continue
      }
      let end = start[i] + found[i]
      #expect((-1e-9...1 + 1e-9).contains(end))
      if end > 1e-9, end < 1 - 1e-9 { #expect(abs(left) < 1e-6) } else { #expect(end < 0.5 ? left <= 1e-6 : left >= -1e-6) }
    }
  }
}
