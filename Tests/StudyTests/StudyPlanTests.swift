import Foundation
import Study
import Subject
import Testing

@Suite struct StudyPlanTests {
  static let data = URL(filePath: "/data/anna")
  static func plan(_ budget: StudyBudget = .whole(1900), only names: [String]? = nil, sound: Bool = true) throws -> StudyPlan {
    try StudyPlan(data: data, budget: budget, size: 64, seed: 3, hasSound: sound, only: names)
  }

  @Test func timesAreRead() {
    let times: [(String, Double?)] = [
      ("10m", 600), ("90s", 90), ("1h30m", 5400), ("2h", 7200), ("1.5m", 90), ("5", 300), ("0.5", 30), ("1h2m3s", 3723), ("", nil),
      ("0", nil),
      ("0m", nil), ("-5m", nil), ("ten", nil), ("10m5", nil), ("1.2.3m", nil), ("m", nil), ("inf", nil), ("nan", nil), ("5m1h", nil),
    ]
    for (text, seconds) in times { #expect(StudyBudget.seconds(text) == seconds, "\(text)") }
  }

  @Test func theBudgetIsSharedByTheRowsThatCanRun() throws {
    let all = try Self.plan()
    // Two rows have texture enhancement, for a quarter of the time on top.
    #expect(all.rows.count(where: \.enhances) == 2 && all.secondsPerRow == 1900 / (Double(all.rows.count) + 0.5))
    #expect(try Self.plan(.row(30)).secondsPerRow == 30)
    let some = try StudyPlan(
      data: Self.data, budget: .whole(60), size: nil, seed: 0, hasSound: true, canRun: { $0.driver == .expression && !$0.enhances })
    #expect(
      some.rows.count == all.rows.count && some.secondsPerRow == 60 / Double(some.rows.count { $0.driver == .expression && !$0.enhances }))
    #expect(try Self.plan(only: ["nerface", "expression-no-te"]).rows.map(\.name) == ["expression-no-te", "nerface"])
    #expect(StudyReportTests.complaint { try Self.plan(only: ["nerf"]) }.contains("there is no row nerf"))
  }

  /// Every row of the paper's tables is a run of the plan, under a name of its own that can be a folder.
  @Test(arguments: [true, false]) func tablesShowRowsThatThereAre(sound: Bool) throws {
    let plan = try Self.plan(sound: sound)
    #expect(Set(plan.rows.map(\.name)).count == plan.rows.count)
    #expect(plan.rows.allSatisfy { $0.name.allSatisfy { $0.isLetter || $0.isNumber || "-.".contains($0) } })
    for table in plan.tables { for name in table.rows { #expect(plan.row(name) != nil, "\(table.title): \(name)") } }
    let shown = Set(plan.tables.flatMap(\.rows))
    #expect(plan.rows.allSatisfy { shown.contains($0.name) })
    #expect(plan.sweep == (sound ? .speech : .expression))
    #expect(plan.rows.filter { $0.name.hasPrefix("weight-") }.map(\.driver) == Array(repeating: plan.sweep, count: 5))
  }

  /// Each step of the ablation switches one more thing off, and nothing else.
  @Test func rowsDifferInWhatTheySay() throws {
    let rows = try Self.plan().rows
    func c(_ name: String) -> SubjectConfiguration { rows.first { $0.name == name }!.configuration(size: 64, seed: 3) }
    for row in rows { #expect(throws: Never.self) { try row.configuration(size: 64, seed: 3).check() } }
    var expected = c("expression-no-te")
    #expect(expected.size == 64 && expected.seed == 3 && c("expression-full") == expected)
    #expect(
      expected.rays.rule == .epoch && expected.rays.weights[7] == 1.1 && expected.rays.weights[8] == 1.1 && expected.rays.weights[1] == 1)
    expected.rays.rule = .uniform
    #expect(c("expression-no-dws") == expected)
    expected.planes?.lifts = false
    #expect(c("expression-no-ldf") == expected)
    expected.planes?.displaces = false
    (expected.mesh.weight, expected.mesh.finalWeight, expected.mesh.warmUpSteps) = (0, 0, 0)
    #expect(c("expression-no-hdm") == expected)
    expected.loss.semantic = 0
    expected.planes?.opacityLoss = 0
    #expect(c("nerface") == expected)
    for (name, weight) in [("weight-1", 1), ("weight-1.1", 1.1), ("weight-1.5", 1.5), ("weight-5", 5), ("weight-10", 10.0)] {
      var one = c("expression-no-te")
      (one.rays.weights[7], one.rays.weights[8]) = (weight, weight)
      one.drive(by: .speech)
      if weight == 1.1 { one.seed = 4 }
      #expect(c(name) == one, "\(name)")
    }
    #expect(c("reference").planes == nil && c("reference").field == .paper && c("reference").size == 64)
    #expect(c("compact").preset == "compact")
    for (name, driver) in [("speech-no-hdm", StudyRow.Driver.speech), ("speech-pictures", .speech), ("nerface", .expression)] {
      #expect(c(name).driver == driver)
    }
    // In the one row nothing tracked reaches what hears; in the others images do not.
    #expect(c("speech-pictures").speech.map { $0.trackedShare == 0 && $0.trackedLoss == 0 && $0.members == 1 } == true)
    #expect(c("speech-full").speech.map { $0.trackedShare == 1 && $0.trackedLoss > 0 } == true)
  }
}
