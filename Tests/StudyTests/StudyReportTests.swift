import Foundation
import Runs
import Study
import Testing
import Torch

@Suite struct StudyReportTests {
  static func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "study-tests-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
  /// The words of the error that `body` throws; none where it throws none.
  static func complaint(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return ""
    } catch {
      return "\(error)"
    }
  }
  static func result(_ name: String, psnr: Double, _ more: [String: Double] = [:], notes: [String] = []) -> RowResult {
    RowResult(
      name: name, steps: 100, seconds: 9.96, figures: ["psnr": psnr, "l1": 0.02].merging(more) { $1 }, images: [40, 44], notes: notes)
  }
  static let names = ["expression-full", "expression-no-te", "expression-no-dws", "expression-no-hdm", "weight-1.1"]
  static func plan(_ data: String = "/data/anna") throws -> StudyPlan {
    try StudyPlan(data: URL(filePath: data), budget: .row(10), size: 32, seed: 0, hasSound: false, only: names)
  }
  static func report(_ plan: StudyPlan) -> StudyReport {
    StudyReport(
      plan,
      states: [
        "expression-full": .finished(result("expression-full", psnr: 25.1)),
        "expression-no-te": .finished(result("expression-no-te", psnr: 25.4)),
        "expression-no-dws": .skipped("no <sound> & \"no\" time"), "expression-no-hdm": .failed("a, b | c"),
        "weight-1.1": .finished(result("weight-1.1", psnr: 25.25, notes: ["judged on 4 of 9 frames"])),
      ], definitions: ["psnr": "10 log10(1 / MSE) <dB>"])
  }

  @Test func theBestOfAColumnIsFound() {
    let high = StudyTable.Column("psnr", "PSNR", 2, .high), low = StudyTable.Column("l1", "L1", 3, .low)
    #expect(StudyTable.best([25, nil, 26.004, 26.001], high) == [2, 3])
    #expect(StudyTable.best([0.02, 0.01, nil], low) == [1])
    #expect(StudyTable.best([0.7, 1.2, 1.4], .init("a", "a", 2, .one)) == [1])
    #expect(StudyTable.best([25, nil], high).isEmpty && StudyTable.best([1, 2], .init("a", "a", 0, .none)).isEmpty)
    #expect(StudyTable.best([.nan, 3, 2], high) == [1])
  }

  @Test func programsGetEveryRowAndFigure() throws {
    let lines = Self.report(try Self.plan()).csv.split(separator: "\n").map(String.init)
    #expect(lines.count == 6 && lines[0] == "row,title,driver,what,state,steps,seconds,l1,psnr")
    #expect(lines[1].hasPrefix("expression-full,Ours,expression,\"the whole method") && lines[1].hasSuffix(",finished,100,10,0.02,25.1"))
    #expect(lines[3].contains("\"not run: no <sound> & \"\"no\"\" time\",,,,"))
    #expect(lines[4].contains("\"failed: a, b | c\""))
  }

  @Test func peopleGetTables() throws {
    let text = Self.report(try Self.plan()).markdown
    #expect(text.contains("## Table 3") && text.contains("## Table 5") && !text.contains("## Table 4"))
    #expect(text.contains("| method | L1 ↓ | PSNR ↑ | steps |"))
    #expect(text.contains("| w/o TE | **0.0200** | **25.40** | 100 |"))
    #expect(text.contains("| w/o TE_DWS_HDM | failed: a, b \\| c | | |"))
    #expect(text.contains("- weight-1.1: judged on 4 of 9 frames"))
    #expect(text.contains("`psnr`: 10 log10(1 / MSE) <dB>"))
  }

  /// The whole method is not the best here, by 0.3 dB where chance makes 0.15.
  @Test func whatStandsOutIsSaid() throws {
    let found = Self.report(try Self.plan()).findings
    #expect(found.contains { $0.hasPrefix("Table 3") && $0.contains("behind in PSNR 25.10, w/o TE 25.40 (random variation: 0.15)") })
    #expect(found.contains { $0.contains("differ in their seed alone (expression-no-te, weight-1.1) differ by PSNR 0.15") })
  }

  @Test func thePageHoldsAllAndEscapesIt() throws {
    try Self.withFolder { place in
      let plan = try Self.plan("/data/<b>anna & co")
      let folder = try StudyFolder.create(place, plan)
      for (i, state) in Self.report(plan).states.values.enumerated() {
        guard case .finished(let result) = state, let row = plan.row(result.name) else { continue }
        let images = folder.images(row)
        for part in [images, folder.truth, folder.run(row)] {
          try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        }
        for frame in [40, 44] { try Data([1, 2, UInt8(i)]).write(to: images.appending(path: "\(frame).jpg")) }
        try Data([9, 9]).write(to: folder.truth.appending(path: "40.jpg"))
        let curve =
          (0..<600).map { "{\"psnr\":\(20 + Double($0) / 100),\"seconds\":\($0),\"step\":\($0)}\n" }.joined() + "{\"psnr\":null,\"sec"
        try Data(curve.utf8).write(to: folder.run(row).appending(path: "metrics.jsonl"))
        #expect(folder.curve(row).count == 600 && folder.curve(row)[7].values["psnr"] == 20.07)
      }
      let page = try Self.report(plan).write(to: folder)
      let html = try String(contentsOf: page, encoding: .utf8)
      #expect(html.contains("Ablation study of &lt;b&gt;anna &amp; co") && !html.contains("<b>anna"))
      #expect(html.contains("no &lt;sound&gt; &amp; &quot;no&quot; time") && html.contains("10 log10(1 / MSE) &lt;dB&gt;"))
      #expect(html.contains("src=\"data:image/jpeg;base64,\(Data([9, 9]).base64EncodedString())\""))
      #expect(html.matches(of: #/<img /#).count == 1 + 3 * 2)
      // Nothing is fetched from anywhere, and nothing runs.
      #expect(!html.contains("src=\"http") && !html.contains("href=") && !html.contains("<script") && !html.contains("@import"))
      // A curve a finished row of each table that shows it, thinned.
      #expect(html.matches(of: #/<path class="c"/#).count == 5)
      #expect(html.contains("<td class=\"b\">25.40</td>"))
      let longest = html.matches(of: #/d="M[^"]*"/#).map { $0.0.split(separator: "L").count }.max()
      #expect(longest == 240)
      for name in ["ablation.csv", "ablation.md"] { #expect(FileManager.default.fileExists(atPath: place.appending(path: name).path)) }
    }
  }

  @Test func studiesAreFoundAgain() throws {
    try Self.withFolder { place in
      let plan = try Self.plan(), row = plan.rows[1]
      do {
        let folder = try StudyFolder.create(place, plan)
        #expect(try folder.result(row) == nil)
        try folder.write(Self.result(row.name, psnr: 25), of: row)
        #expect(Self.complaint { try StudyFolder.create(place, plan) }.contains("--resume"))
        // While one works here no other does.
        #expect(throws: RunError.self) { try StudyFolder.resume(place) }
        withExtendedLifetime(folder) {}
      }
      let again = try StudyFolder.resume(place)
      let kept = try again.result(row)
      #expect(again.plan == plan && kept == Self.result(row.name, psnr: 25))
      try Data("{".utf8).write(to: again.folder(row).appending(path: "result.json"))
      #expect(Self.complaint { try again.result(row) }.contains("result.json"))
    }
    try Self.withFolder { place in
      #expect(throws: StudyError.absent(place.relativePath)) { try StudyFolder.resume(place) }
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data("{\"version\":99}".utf8).write(to: place.appending(path: "study.json"))
      #expect(Self.complaint { try StudyFolder.resume(place) }.contains("newer Likeness"))
      try Data("{\"version\":1}".utf8).write(to: place.appending(path: "study.json"))
      #expect(Self.complaint { try StudyFolder.plan(place) }.contains("study.json"))
    }
    try Self.withFolder { outputs in
      for time in ["2026-01-02_000000", "2026-01-10_000000"] {
        _ = try StudyFolder.create(outputs.appending(path: "anna/ablate/\(time)"), try Self.plan())
      }
      #expect(StudyFolder.latest(in: outputs, experiment: "anna")?.lastPathComponent == "2026-01-10_000000")
      #expect(StudyFolder.latest(in: outputs, experiment: "bert") == nil)
    }
  }
}
