import Foundation
import Torch

/// What a study found, made anew from what its rows left.
package struct StudyReport: Sendable {
  /// How far a row is.
  package enum State: Sendable, Equatable {
    case finished(RowResult)
    /// Why it cannot be run, or why it failed.
    case skipped(String), failed(String)
    /// Not begun, or in the middle.
    case open
  }
  package let plan: StudyPlan
  /// By name.
  package let states: [String: State]
  /// What figures are, by the kinds of their names.
  package let definitions: [String: String]

  package init(_ plan: StudyPlan, states: [String: State], definitions: [String: String]) {
    (self.plan, self.states, self.definitions) = (plan, states, definitions)
  }

  func result(_ name: String) -> RowResult? {
    if case .finished(let result)? = states[name] { return result }
    return nil
  }
  /// What stands in place of figures.
  func absence(_ name: String) -> String? {
    switch states[name] {
    case .finished: nil
    case .skipped(let why): "not run: \(why)"
    case .failed(let why): "failed: \(why)"
    case .open: "not finished"
    case nil: "not in this study"
    }
  }

  /// All rows with all figures, one line each, for programs.
  package var csv: String {
    let names = Set(
      states.values.flatMap { state -> [String] in
        if case .finished(let result) = state { return Array(result.figures.keys) }
        return []
      }
    ).sorted()
    func cell(_ text: String) -> String {
      text.contains { ",\"\n\r".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
    let head = ["row", "title", "driver", "what", "state", "steps", "seconds"] + names
    let lines = plan.rows.map { row in
      let result = result(row.name)
      let own = [
        row.name, row.title, row.driver.rawValue, row.words, absence(row.name) ?? "finished", result.map { "\($0.steps)" } ?? "",
        result.map { $0.seconds.formatted(plain: 1) } ?? "",
      ]
      return (own + names.map { name in result?.figures[name].map { "\($0)" } ?? "" }).map(cell).joined(separator: ",")
    }
    return ([head.map(cell).joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  /// Columns of a table that some row has a value for.
  func columns(_ table: StudyTable) -> [StudyTable.Column] {
    table.columns.filter { column in table.rows.contains { result($0)?.figures[column.figure] != nil } }
  }
  /// Rows of a table that are in the plan.
  func rows(_ table: StudyTable) -> [StudyRow] { table.rows.compactMap { plan.row($0) } }

  /// A row's title, with its driver where the table has several.
  func title(_ row: StudyRow, in table: StudyTable) -> String {
    Set(rows(table).map(\.driver)).count > 1 ? "\(row.title) (\(row.driver.rawValue))" : row.title
  }

  static func number(_ value: Double?, _ digits: Int) -> String {
    value.flatMap { $0.isFinite ? String(format: "%.\(digits)f", locale: nil, $0) : nil } ?? "-"
  }

  /// The tables for people, the best of each column in bold.
  package var markdown: String {
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
    var lines = ["# Ablation study of \(URL(filePath: plan.data).lastPathComponent)", "", summary, ""]
    for table in plan.tables {
      let columns = columns(table), rows = rows(table)
      lines += ["## \(table.title)", "", table.note, ""]
      lines.append("| method | " + columns.map { cell($0.title) + arrow($0) }.joined(separator: " | ") + " | steps |")
      lines.append("|---|" + String(repeating: "---|", count: columns.count + 1))
      let best = columns.map { column in StudyTable.best(rows.map { result($0.name)?.figures[column.figure] }, column) }
      for (i, row) in rows.enumerated() {
        guard let result = result(row.name) else {
          lines.append(
            "| \(cell(title(row, in: table))) | \(cell(absence(row.name) ?? ""))" + String(repeating: " |", count: columns.count + 1))
          continue
        }
        let cells = columns.enumerated().map { j, column in
          let text = Self.number(result.figures[column.figure], column.digits)
          return best[j].contains(i) ? "**\(text)**" : text
        }
        lines.append("| \(cell(title(row, in: table))) | " + (cells + ["\(result.steps)"]).joined(separator: " | ") + " |")
      }
      lines.append("")
    }
    if !findings.isEmpty { lines += ["## What stands out", ""] + findings.map { "- " + $0 } + [""] }
    let notes = plan.rows.flatMap { row in (result(row.name)?.notes ?? []).map { "- \(row.name): \($0)" } }
    if !notes.isEmpty { lines += ["## Notes", ""] + notes + [""] }
    lines += ["## Rows", ""] + plan.rows.map { "- `\($0.name)`: \($0.words)" } + [""]
    lines += ["## Definitions", ""] + definitions.sorted { $0.key < $1.key }.map { "- `\($0.key)`: \($0.value)" }
    return lines.joined(separator: "\n") + "\n"
  }
  func arrow(_ column: StudyTable.Column) -> String {
    switch column.best {
    case .low: " ↓"
    case .high: " ↑"
    case .one: " →1"
    case .none: ""
    }
  }

  /// What was done, in a sentence.
  var summary: String {
    let done = plan.rows.count { result($0.name) != nil }
    return "\(done) of \(plan.rows.count) rows finished, each a training of its own of \(plan.secondsPerRow.formatted(plain: 1)) s at "
      + "\(plan.size ?? 256) pixels, judged on frames that none of them saw."
  }

  /// Where the whole method is not the best of its table, and by how much, beside what chance alone does.
  package var findings: [String] {
    var found: [String] = []
    // Two rows that differ in their seed alone.
    let twin = plan.sweep == .speech ? "speech-no-te" : "expression-no-te"
    let difference = result(twin).flatMap { a in result("weight-1.1").map { (a.figures, $0.figures) } }
    let figures = ["psnr", "psnr_mouth", "ssim", "lpips", "motion.lip_gap.correlation", "aed"]
    let columns = figures.compactMap { name in StudyTable.columns.first { $0.figure == name } }
    for table in plan.tables {
      guard let full = table.rows.first(where: { $0.hasSuffix("-full") }), let own = result(full), table.rows.count > 1 else { continue }
      var best: [String] = [], behind: [String] = []
      for column in columns {
        guard let value = own.figures[column.figure], let distance = column.distance(value) else { continue }
        let others = table.rows.compactMap { name in
          result(name)?.figures[column.figure].flatMap { other in column.distance(other).map { (name: name, value: other, distance: $0) } }
        }.filter { $0.name != full }
        guard let rival = others.min(by: { $0.distance < $1.distance }) else { continue }
        guard rival.distance < distance else {
          best.append(column.title)
          continue
        }
        var words = "\(column.title) \(Self.number(value, column.digits)), \(plan.row(rival.name)?.title ?? rival.name) "
        words += Self.number(rival.value, column.digits)
        if let difference, let a = difference.0[column.figure], let b = difference.1[column.figure] {
          let difference = abs(value - rival.value), alone = abs(a - b)
          words +=
            difference <= alone
            ? " (no more than random variation: \(Self.number(alone, column.digits)))"
            : " (random variation: \(Self.number(alone, column.digits)))"
        }
        behind.append(words)
      }
      if best.isEmpty, behind.isEmpty { continue }
      var words = "\(table.title): the whole method is "
      words += best.isEmpty ? "best in none of the main figures" : "best in " + best.joined(separator: ", ")
      if !behind.isEmpty { words += "; it is behind in " + behind.joined(separator: "; ") }
      found.append(words + ".")
    }
    if let difference {
      let differences = columns.compactMap { column -> String? in
        guard let a = difference.0[column.figure], let b = difference.1[column.figure] else { return nil }
        return "\(column.title) \(Self.number(abs(a - b), column.digits))"
      }
      if !differences.isEmpty {
        found.append(
          "Two trainings that differ in their seed alone (\(twin), weight-1.1) differ by \(differences.joined(separator: ", ")).")
      }
    }
    return found
  }

  /// Writes `ablation.csv`, `ablation.md` and `ablation.html`, each atomically; returns the last one's place.
  @discardableResult
  package func write(to folder: StudyFolder) throws -> URL {
    func write(_ text: String, _ name: String) throws -> URL {
      let file = folder.url.appending(path: name)
      try AtomicFile.write(Data(text.utf8), to: file)
      return file
    }
    _ = try write(csv, "ablation.csv")
    _ = try write(markdown, "ablation.md")
    return try write(StudyPage(self, folder).html, "ablation.html")
  }
}
