/// Curves as an SVG image that a page holds in itself.
struct LineChart {
  struct Curve {
    var name: String
    var points: [(x: Double, y: Double)]
  }
  var title: String
  var across: String
  var curves: [Curve]
  private static let (width, height, left, right, top, bottom) = (520.0, 280.0, 52.0, 12.0, 26.0, 34.0)
  private static let colors = [
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22",
  ]

  /// nil where no curve has two points.
  var svg: String? {
    let shown = curves.map { Curve(name: $0.name, points: $0.points.filter { $0.x.isFinite && $0.y.isFinite }) }.filter {
      $0.points.count >= 2
    }
    guard !shown.isEmpty else { return nil }
    let xs = shown.flatMap { $0.points.map(\.x) }, ys = shown.flatMap { $0.points.map(\.y) }.sorted()
    let x = Axis(0, xs.max() ?? 1), y = Axis(ys[ys.count / 50], ys[ys.count - 1])
    func px(_ v: Double) -> Double { Self.left + (v - x.low) / (x.high - x.low) * (Self.width - Self.left - Self.right) }
    func py(_ v: Double) -> Double {
      let share = min(1, max(0, (v - y.low) / (y.high - y.low)))
      return Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom)
    }
    func n(_ v: Double) -> String { v.formatted(plain: 1) }
    var parts = [
      "<svg viewBox=\"0 0 \(n(Self.width)) \(n(Self.height))\" role=\"img\" font-size=\"11\" font-family=\"sans-serif\" xmlns=\"http://www.w3.org/2000/svg\">"
    ]
    parts.append("<text font-size=\"13\" font-weight=\"600\" x=\"\(n(Self.left))\" y=\"16\">\(StudyPage.escaped(title))</text>")
    for tick in y.ticks {
      parts.append("<path stroke=\"#e4e4e4\" fill=\"none\" d=\"M\(n(Self.left)) \(n(py(tick)))H\(n(Self.width - Self.right))\"/>")
      parts.append("<text x=\"\(n(Self.left - 6))\" y=\"\(n(py(tick) + 4))\" text-anchor=\"end\">\(y.label(tick))</text>")
    }
    for tick in x.ticks {
      parts.append("<text x=\"\(n(px(tick)))\" y=\"\(n(Self.height - Self.bottom + 15))\" text-anchor=\"middle\">\(x.label(tick))</text>")
    }
    parts.append(
      "<text x=\"\(n(Self.width - Self.right))\" y=\"\(n(Self.height - 4))\" text-anchor=\"end\">\(StudyPage.escaped(across))</text>")
    for (i, curve) in shown.enumerated() {
      let path = Self.thinned(curve.points).map { "\(n(px($0.x))) \(n(py($0.y)))" }.joined(separator: "L")
      parts.append("<path class=\"c\" fill=\"none\" stroke-width=\"1.6\" stroke=\"\(Self.colors[i % Self.colors.count])\" d=\"M\(path)\"/>")
    }
    parts.append("</svg><p class=\"key\">")
    parts += shown.enumerated().map { i, curve in
      "<span><i style=\"background:\(Self.colors[i % Self.colors.count])\"></i>\(StudyPage.escaped(curve.name))</span>"
    }
    return parts.joined(separator: "\n") + "</p>"
  }

  /// At most 240 points, means of neighbours.
  private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    let most = 240
    guard points.count > most else { return points }
    return (0..<most).map { i in
      let part = points[i * points.count / most..<(i + 1) * points.count / most], count = Double(part.count)
      return (part.reduce(0) { $0 + $1.x } / count, part.reduce(0) { $0 + $1.y } / count)
    }
  }

  /// Ends and ticks at round numbers.
  struct Axis {
    let low, high, step: Double
    init(_ least: Double, _ most: Double) {
      let span = max(most - least, 1e-9)
      var unit = 1.0
      while unit > span / 4 { unit /= 10 }
      while unit * 10 <= span / 4 { unit *= 10 }
      step = [1, 2, 5, 10].map { $0 * unit }.first { span / $0 <= 5 } ?? unit * 10
      low = (least / step).rounded(.down) * step
      high = max(low + step, (most / step).rounded(.up) * step)
    }
    var ticks: [Double] { (0...Int(((high - low) / step).rounded())).map { low + Double($0) * step } }
    func label(_ tick: Double) -> String { tick.formatted(plain: step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 4) }
  }
}
