import Foundation

/// `ablation.html`: everything on one page that needs no other file.
struct StudyPage {
  private let report: StudyReport
  private let folder: StudyFolder

  init(_ report: StudyReport, _ folder: StudyFolder) { (self.report, self.folder) = (report, folder) }

  /// Text as HTML shows it, in content and in quoted attributes alike.
  static func escaped(_ text: String) -> String {
    var safe = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      default: safe.unicodeScalars.append(character)
      }
    }
    return safe
  }
  private func e(_ text: String) -> String { Self.escaped(text) }

  var html: String {
    let plan = report.plan, name = e(URL(filePath: plan.data).lastPathComponent)
    var body = [
      "<h1>Ablation study of \(name)</h1>", "<p>\(e(report.summary)) Dataset: <code>\(e(plan.data))</code>, seed \(plan.seed).</p>",
    ]
    if !report.findings.isEmpty {
      body.append("<h2>What stands out</h2><ul>" + report.findings.map { "<li>\(e($0))</li>" }.joined() + "</ul>")
    }
    body += plan.tables.map(table)
    body += [images, curves, rows, definitions]
    body.append(
      "<p class=\"n\">The images are synthetic likenesses of a person: they are to be used only as that person has agreed to.</p>")
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>Ablation study of \(name)</title>
      <style>\(Self.style)</style></head><body>
      \(body.filter { !$0.isEmpty }.joined(separator: "\n"))
      </body></html>

      """
  }

  private static let style = """
    body{font:15px/1.45 system-ui,sans-serif;color:#1c1c1c;background:#fff;max-width:1180px;margin:2em auto;padding:0 1em}
    h1{font-size:1.6em}h2{font-size:1.2em;margin-top:2em}
    .w{overflow-x:auto}table{border-collapse:collapse}td,th{padding:.28em .6em;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
    td:first-child,th:first-child{text-align:left}th{font-weight:600;border-bottom:2px solid #888}td.b{font-weight:700}td.a{text-align:left;color:#777;white-space:normal}
    .n{color:#666;font-size:.92em}.p td{padding:2px;border:0;text-align:center}.p td:first-child{padding-right:.8em;text-align:left;max-width:13em;white-space:normal}
    .p img{display:block;width:168px;height:auto}.charts{display:flex;flex-wrap:wrap;gap:1.5em}.charts>div{width:min(520px,100%)}
    svg{width:100%;height:auto}
    .key{margin:.2em 0;font-size:.85em}.key span{margin-right:1em;white-space:nowrap}.key i{display:inline-block;width:1.1em;height:3px;vertical-align:middle;margin-right:.35em}
    dt{font-weight:600;font-family:ui-monospace,monospace;margin-top:.5em}dd{margin-left:1.2em}
    """

  private func table(_ table: StudyTable) -> String {
    let columns = report.columns(table), rows = report.rows(table)
    let best = columns.map { column in StudyTable.best(rows.map { report.result($0.name)?.figures[column.figure] }, column) }
    var lines = ["<h2>\(e(table.title))</h2><p class=\"n\">\(e(table.note))</p><div class=\"w\"><table>"]
    let heads = columns.map { "<th>\(e($0.title + report.arrow($0)))</th>" }.joined()
    lines.append("<tr><th>method</th>\(heads)<th>steps</th><th>seconds</th></tr>")
    for (i, row) in rows.enumerated() {
      let title = "<td title=\"\(e(row.words))\">\(e(report.title(row, in: table)))</td>"
      guard let result = report.result(row.name) else {
        lines.append("<tr>\(title)<td class=\"a\" colspan=\"\(columns.count + 2)\">\(e(report.absence(row.name) ?? ""))</td></tr>")
        continue
      }
      let cells = columns.enumerated().map { j, column in
        let text = StudyReport.number(result.figures[column.figure], column.digits)
        return "<td\(best[j].contains(i) ? " class=\"b\"" : "")>\(e(text))</td>"
      }
      lines.append(
        "<tr>\(title)\(cells.joined())<td>\(result.steps)</td><td>\(result.seconds.formatted(plain: 1))</td></tr>")
    }
    return lines.joined(separator: "\n") + "</table></div>"
  }

  /// Truth, images and errors of the same frames, row by row.
  private var images: String {
    let shown = report.plan.rows.compactMap { row in report.result(row.name).map { (row: row, result: $0) } }
    let frames = shown.map(\.result.images).max { $0.count < $1.count } ?? []
    guard !frames.isEmpty else { return "" }
    func line(_ title: String, _ images: [(file: URL, words: String)]) -> String {
      let cells = images.map { image in
        "<td>" + (Self.embedded(image.file).map { "<img alt=\"\(e(image.words))\" src=\"\($0)\">" } ?? "") + "</td>"
      }
      return "<tr><td>\(e(title))</td>\(cells.joined())</tr>"
    }
    var lines = [
      "<h2>Side by side</h2>",
      "<p class=\"n\">Held-out frames \(e(frames.map { "\($0)" }.joined(separator: ", "))): the truth, then of each row its image and the squared "
        + "error, black where there is none, white from a mean difference of a fifth of the range.</p><div class=\"w\"><table class=\"p\">",
      line("truth", frames.map { (folder.truth.appending(path: "\($0).jpg"), "truth, frame \($0)") }),
    ]
    for (row, _) in shown {
      let place = folder.images(row)
      lines.append(
        line(
          "\(row.title), \(row.driver.rawValue)", frames.map { (place.appending(path: "\($0).jpg"), "\(row.title), frame \($0)") }))
      lines.append(line("squared error", frames.map { (place.appending(path: "\($0)-error.jpg"), "error of \(row.title), frame \($0)") }))
    }
    return lines.joined(separator: "\n") + "</table></div>"
  }
  /// An image file as an address that holds all of it.
  private static func embedded(_ file: URL) -> String? {
    (try? Data(contentsOf: file)).map { "data:image/jpeg;base64," + $0.base64EncodedString() }
  }

  /// How the rows of each table learned.
  private var curves: String {
    let charts = report.plan.tables.flatMap { table -> [String] in
      let all = report.rows(table).map { (row: $0, points: folder.curve($0)) }
      func chart(_ value: String, _ words: String) -> String? {
        let curves = all.map { one in
          LineChart.Curve(
            name: one.row.title, points: one.points.compactMap { point in point.values[value].map { (point.seconds, $0) } })
        }
        let name = table.title.prefix { $0 != ":" }
        return LineChart(title: "\(name): \(words)", across: "seconds of training", curves: curves).svg
      }
      return [chart("psnr", "PSNR of training rays, dB"), chart("validation_psnr", "PSNR of three held-out frames, dB")].compactMap { $0 }
    }
    guard !charts.isEmpty else { return "" }
    return "<h2>Curves</h2><div class=\"charts\">" + charts.map { "<div>\($0)</div>" }.joined(separator: "\n") + "</div>"
  }

  private var rows: String {
    let items = report.plan.rows.map { row in
      let notes = (report.result(row.name)?.notes ?? []) + [report.absence(row.name)].compactMap { $0 }
      return "<dt>\(e(row.name))</dt><dd>\(e(([row.words] + notes).joined(separator: "; ")))</dd>"
    }
    return "<h2>Rows</h2><dl>\(items.joined(separator: "\n"))</dl>"
  }

  private var definitions: String {
    let items = report.definitions.sorted { $0.key < $1.key }.map { "<dt>\(e($0.key))</dt><dd>\(e($0.value))</dd>" }
    return items.isEmpty ? "" : "<h2>Definitions</h2><dl>\(items.joined(separator: "\n"))</dl>"
  }
}
