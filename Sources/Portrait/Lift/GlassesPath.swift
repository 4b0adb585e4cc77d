import Foundation

/// Paths of the largest sum through a table of strengths, by dynamic programming.
enum GlassesPath {
  private static let most = 3
  private static let never: Float = -1e9

  /// A path once around a table of `directions` rows and `radii` columns that ends where it began: a column for each row, and the mean of
  /// what it passes less what its turns cost. It may bend inwards like a corner for little, and outwards like a dent for much.
  static func around(_ table: [Float], directions: Int, radii: Int, dent: Float = 0.25, corner: Float = 0.05) -> (
    columns: [Int], mean: Float
  ) {
    let open = run(table, directions, radii, from: nil, dent, corner).columns
    // Once more from the other side, where the first one is sure of itself.
    let half = directions / 2, turned = Array(table[(half * radii)...] + table[..<(half * radii)])
    let closed = run(turned, directions, radii, from: open[half], dent, corner)
    return ((0..<directions).map { closed.columns[($0 + half) % directions] }, closed.sum / Float(directions))
  }

  /// A state is a column and the last step to it.
  private static func run(
    _ table: [Float], _ directions: Int, _ radii: Int, from start: Int?, _ dent: Float, _ corner: Float
  ) -> (columns: [Int], sum: Float) {
    let steps = 2 * most + 1
    var best = [Float](repeating: never, count: radii * steps)
    for r in 0..<radii where start == nil || start == r {
      for k in 0..<steps { best[r * steps + k] = table[r] }
    }
    var back = [UInt8](repeating: 0, count: (directions + 1) * radii * steps)
    for t in 1...directions {
      var next = [Float](repeating: never, count: radii * steps)
      for r in 0..<radii {
        for step in 0..<steps {
          let to = r + step - most
          guard to >= 0, to < radii else { continue }
          var (highest, from): (Float, Int) = (-.infinity, 0)
          for last in 0..<steps {
            let turn = Float(step - last), sum = best[r * steps + last] - (turn > 0 ? dent * turn : -corner * turn)
            if sum > highest { (highest, from) = (sum, last) }
          }
          let here = t < directions ? table[t * radii + to] : 0
          next[to * steps + step] = highest - 0.01 * Float(abs(step - most)) + here
          back[(t * radii + to) * steps + step] = UInt8(from)
        }
      }
      best = next
    }
    let ends = (0..<radii * steps).filter { start == nil || $0 / steps == start }
    let end = ends.max { best[$0] < best[$1] } ?? 0
    var (r, step) = (end / steps, end % steps), columns: [Int] = []
    for t in stride(from: directions, to: 0, by: -1) {
      let last = Int(back[(t * radii + r) * steps + step])
      (r, step) = (r - step + most, last)
      columns.append(r)
    }
    return (columns.reversed(), best[end])
  }

  /// A path through a table from its first row of `columns` to its last: a column for each row, and the mean of what it passes.
  static func across(_ table: [Float], columns: Int) -> (columns: [Int], mean: Float) {
    let rows = table.count / columns
    var best = Array(table[0..<columns]), back = [[Int]](repeating: [], count: rows)
    for t in 1..<max(rows, 1) {
      var next = [Float](repeating: never, count: columns), from = [Int](repeating: 0, count: columns)
      for c in 0..<columns {
        for step in [0, -1, 1, -2, 2] where c - step >= 0 && c - step < columns {
          let sum = best[c - step] - 0.05 * Float(abs(step))
          if sum > next[c] { (next[c], from[c]) = (sum, c - step) }
        }
        next[c] += table[t * columns + c]
      }
      (best, back[t]) = (next, from)
    }
    var c = best.indices.max { best[$0] < best[$1] } ?? 0, path = [c]
    let sum = best[c]
    for t in stride(from: rows - 1, to: 0, by: -1) {
      c = back[t][c]
      path.append(c)
    }
    return (path.reversed(), sum / Float(max(rows, 1)))
  }
}
