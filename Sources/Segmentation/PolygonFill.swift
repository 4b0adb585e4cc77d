/// Fills a polygon: calls `take` with the row and the half-open range of columns whose pixel centres (at +0.5) lie inside, by the
/// even-odd rule.
package func fillPolygon(_ points: [SIMD2<Float>], width: Int, height: Int, _ take: (_ row: Int, _ columns: Range<Int>) -> Void) {
  guard points.count > 2 else { return }
  let low = points.reduce(Float.infinity) { min($0, $1.y) }, high = points.reduce(-Float.infinity) { max($0, $1.y) }
  let first = max(0, Int((low - 0.5).rounded(.up))), last = min(height - 1, Int((high - 0.5).rounded(.down)))
  guard first <= last else { return }
  var crossings: [Float] = []
  for row in first...last {
    let y = Float(row) + 0.5
    crossings.removeAll(keepingCapacity: true)
    var before = points[points.count - 1]
    for point in points {
      if (before.y <= y) != (point.y <= y) { crossings.append(before.x + (y - before.y) / (point.y - before.y) * (point.x - before.x)) }
      before = point
    }
    crossings.sort()
    for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
      let from = max(0, Int((crossings[pair] - 0.5).rounded(.up))), to = min(width, Int((crossings[pair + 1] - 0.5).rounded(.down)) + 1)
      if from < to { take(row, from..<to) }
    }
  }
}
