import Foundation

/// `study.json`: what a study is of, so that it can go on after a kill and its report be made anew.
package struct StudyPlan: Codable, Sendable, Equatable {
  /// The version of the file that is written, and the highest that is read.
  package static let version = 1
  package var version = StudyPlan.version
  /// The absolute path of the dataset folder.
  package var data: String
  package var budget: StudyBudget
  /// Seconds of training a row's field; texture enhancement takes `StudyRow.textureShare` of it on top.
  package var secondsPerRow: Double
  /// The longer side of the images; nil as the fast preset has it.
  package var size: Int?
  package var seed: UInt64
  /// Fields of all rows' configurations that are not as the row has them, as `rays.rays=512`.
  package var changes: [String]
  package var rows: [StudyRow]
  /// What Table 5's rows are driven by.
  package var sweep: StudyRow.Driver

  /// The paper's sampling weights of lips and mouth.
  package static let weights = [1, 1.1, 1.5, 5, 10.0]
  static func weightName(_ weight: Double) -> String { "weight-" + weight.formatted(plain: 1) }

  /// - names: the rows to run; nil all of them.
  /// - canRun: rows that cannot be run take no part of the budget.
  package init(
    data: URL, budget: StudyBudget, size: Int?, seed: UInt64, hasSound: Bool, changes: [String] = [], only names: [String]? = nil,
    canRun: (StudyRow) -> Bool = { _ in true }
  ) throws(StudyError) {
    self.data = data.standardizedFileURL.path(percentEncoded: false)
    (self.budget, self.size, self.seed, self.changes) = (budget, size, seed, changes)
    sweep = hasSound ? .speech : .expression
    let all = Self.rows(sweep: sweep)
    rows = all
    if let names {
      for name in names where !all.contains(where: { $0.name == name }) { throw .noSuchRow(name, known: all.map(\.name)) }
      rows = all.filter { names.contains($0.name) }
    }
    secondsPerRow = budget.seconds(cost: rows.filter(canRun).reduce(0) { $0 + $1.cost })
  }

  /// All rows of the paper's tables, in the order in which they are run: what is most telling first.
  package static func rows(sweep: StudyRow.Driver) -> [StudyRow] {
    let parts: [(String, String, StudyRow.Method)] = [
      ("full", "Ours", .full), ("no-te", "w/o TE", .field), ("no-dws", "w/o TE_DWS", .uniformRays),
      ("no-ldf", "w/o TE_DWS_LDF", .noAmbient), ("no-hdm", "w/o TE_DWS_HDM", .noDeformation),
    ]
    func ablation(_ driver: StudyRow.Driver) -> [StudyRow] {
      parts.map { StudyRow("\(driver.rawValue)-\($0.0)", "\($0.1)", $0.2, driver) }
    }
    let sweepRows = weights.map { weight in
      StudyRow(
        weightName(weight), "weight = " + weight.formatted(plain: 1), .mouthWeight(weight), sweep, seedOffset: weight == 1.1 ? 1 : 0)
    }
    return ablation(.expression) + [StudyRow("nerface", "NerFACE (this engine)", .nerFACE, .expression)] + ablation(.speech) + sweepRows
      + [
        StudyRow("speech-pictures", "speech taught by images", .taughtByImages, .speech),
        StudyRow("compact", "compact networks", .networks(preset: "compact"), .expression),
        StudyRow("reference", "reference networks", .networks(preset: "reference"), .expression),
      ]
  }

  /// The tables of which some row is in the plan.
  package var tables: [StudyTable] {
    StudyTable.all(sweep: sweep).filter { table in table.rows.contains { name in rows.contains { $0.name == name } } }
  }
  package func row(_ name: String) -> StudyRow? { rows.first { $0.name == name } }
}

/// How long a study may train.
package enum StudyBudget: Codable, Equatable, Sendable {
  /// Seconds of all rows together, shared evenly.
  case whole(Double)
  /// Seconds of each row's field.
  case row(Double)

  /// Seconds of a row of cost 1 where all of them together cost so much.
  package func seconds(cost: Double) -> Double {
    switch self {
    case .whole(let seconds): seconds / max(1, cost)
    case .row(let seconds): seconds
    }
  }

  /// Seconds of `10m`, `90s`, `1h30m`, `2h`, or a bare number of minutes; nil of anything else or nothing above 0.
  package static func seconds(_ text: String) -> Double? {
    if let minutes = Double(text) { return minutes > 0 && minutes.isFinite ? minutes * 60 : nil }
    guard let match = text.wholeMatch(of: #/(?:([0-9.]+)h)?(?:([0-9.]+)m)?(?:([0-9.]+)s)?/#) else { return nil }
    var sum = 0.0
    for (part, unit) in [(match.1, 3600.0), (match.2, 60), (match.3, 1)] {
      guard let part else { continue }
      guard let number = Double(part) else { return nil }
      sum += number * unit
    }
    return sum > 0 && sum.isFinite ? sum : nil
  }
}
