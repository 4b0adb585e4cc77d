import Face

/// Points sorted into cubes, to find those that are nearest to a place.
struct PointBins {
  let points: [SIMD3<Float>]
  private let extent, cell: Float
  private let side: Int
  private let order: [Int]
  private let starts: [Int]

  init(_ points: [SIMD3<Float>], extent: Float, cell: Float) {
    (self.points, self.extent, self.cell) = (points, extent, cell)
    side = Int((2 * extent / cell).rounded(.up))
    var starts = [Int](repeating: 0, count: side * side * side + 1)
    let bins = points.map { [side] p in Self.index(p, extent, cell, side) }
    for b in bins { starts[b + 1] += 1 }
    for k in 1..<starts.count { starts[k] += starts[k - 1] }
    var next = starts, order = [Int](repeating: 0, count: points.count)
    for (i, b) in bins.enumerated() {
      order[next[b]] = i
      next[b] += 1
    }
    (self.order, self.starts) = (order, starts)
  }

  private static func axis(_ value: Float, _ extent: Float, _ cell: Float, _ side: Int) -> Int {
    min(max(Int((value + extent) / cell), 0), side - 1)
  }
  private static func index(_ p: SIMD3<Float>, _ extent: Float, _ cell: Float, _ side: Int) -> Int {
    (axis(p.z, extent, cell, side) * side + axis(p.y, extent, cell, side)) * side + axis(p.x, extent, cell, side)
  }
  func bin(_ p: SIMD3<Float>) -> Int { Self.index(p, extent, cell, side) }
  private func range(_ value: Float, _ rings: Int) -> ClosedRange<Int> {
    let middle = Self.axis(value, extent, cell, side)
    return max(0, middle - rings)...min(side - 1, middle + rings)
  }

  /// Whether each cube is within a distance of one of some points.
  func around(_ chosen: [Int], within reach: Float) -> [Bool] {
    var found = [Bool](repeating: false, count: side * side * side)
    let rings = Int((reach / cell).rounded(.up))
    for b in Set(chosen.map { bin(points[$0]) }) {
      let (x, y, z) = (b % side, b / side % side, b / side / side)
      for k in max(0, z - rings)...min(side - 1, z + rings) {
        for j in max(0, y - rings)...min(side - 1, y + rings) {
          for i in max(0, x - rings)...min(side - 1, x + rings) { found[(k * side + j) * side + i] = true }
        }
      }
    }
    return found
  }

  /// The distance of the nearest point, and the mean of what belongs to the `count` nearest; nil where none is within `reach`.
  func mean(_ p: SIMD3<Float>, of values: [SIMD3<Float>], _ count: Int, within reach: Float) -> (nearest: Float, mean: SIMD3<Float>)? {
    let most = Int((reach / cell).rounded(.up))
    var best: [(far: Float, point: Int)] = []
    for rings in 1...most {
      best.removeAll(keepingCapacity: true)
      for z in range(p.z, rings) {
        for y in range(p.y, rings) {
          let row = range(p.x, rings), first = (z * side + y) * side
          for at in starts[first + row.lowerBound]..<starts[first + row.upperBound + 1] {
            let i = order[at], d = points[i] - p, far = dot(d, d)
            guard best.count < count || far < best[best.count - 1].far else { continue }
            if best.count == count { best.removeLast() }
            var place = best.count
            while place > 0, best[place - 1].far > far { place -= 1 }
            best.insert((far, i), at: place)
          }
        }
      }
      // What lies beyond these cubes is farther than that.
      let sure = Float(rings) * cell
      if best.count == count, best[count - 1].far <= sure * sure { break }
    }
    guard let first = best.first, first.far <= reach * reach else { return nil }
    return (first.far.squareRoot(), best.map { values[$0.point] }.reduce(.zero, +) / Float(best.count))
  }
}
