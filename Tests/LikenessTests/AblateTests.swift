import Foundation
import Runs
import Study
import Testing
import Torch

@Suite(.serialized) struct AblateTests {
  /// Fields of seconds, whose checkpoints come often, without what is fitted before the first step: that takes longer than a row has here.
  static let small =
    (TrainingTests.small + TrainingTests.presets["fast"]!).filter { $0.contains("=") && !$0.contains("mesh.warmUp") }
    .flatMap { ["--set", $0] } + ["--set", "planes.headFields=0"]
  static func arguments(_ rows: String, _ budget: String = "2s", _ extra: [String] = []) -> [String] {
    ["ablate", "--data", "data", "--output", "study", "--size", "32", "--row-budget", budget, "--rows", rows] + small + extra
  }
  static func result(_ folder: URL, _ row: String) -> Data? {
    try? Data(contentsOf: folder.appending(path: "study/rows/\(row)/result.json"))
  }

  @Test func rowsAreTrainedJudgedAndReported() throws {
    try withFolder { folder in
      #expect(Self.small.contains("saveEvery=5") && Self.small.contains("planes.lattice=[10,12,10]"))
      try TinyDataset.write(to: folder.appending(path: "data"))
      let ending = try Tool.run(Self.arguments("expression-no-te,expression-no-hdm,nerface,speech-no-te"), in: folder)
      #expect(ending.status == 0, "\(ending.errors)")
      let study = folder.appending(path: "study")
      for row in ["expression-no-te", "expression-no-hdm", "nerface"] {
        let found = try JSONDecoder().decode(RowResult.self, from: try #require(Self.result(folder, row)))
        #expect(found.steps > 0 && found.seconds >= 2 && found.figures["psnr"] ?? 0 > 5 && found.figures["frames"] == 3)
        #expect(!found.images.isEmpty && ending.output.contains(row))
        // A run as any other.
        #expect(try RunFolder.open(study.appending(path: "rows/\(row)/run")).savedSteps.last == found.steps)
      }
      #expect(ending.output.contains("speech-no-te") && ending.output.contains("the dataset has no sound"))
      let page = try String(contentsOf: study.appending(path: "ablation.html"), encoding: .utf8)
      #expect(page.contains("NerFACE (this engine)") && page.contains("data:image/jpeg;base64,/9j/") && page.contains("<svg"))
      #expect(page.contains("not run: the dataset has no sound") && page.contains("Definitions"))
      let table = try String(contentsOf: study.appending(path: "ablation.csv"), encoding: .utf8)
      #expect(table.split(separator: "\n").count == 5)
    }
  }

  /// Finished rows stay as they are, the interrupted one goes on from its checkpoint.
  @Test func aKilledStudyGoesOn() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      let (first, second) = ("expression-no-te", "expression-no-hdm")
      let process = try Tool.start(Self.arguments("\(first),\(second)", "6s"), in: folder)
      let run = folder.appending(path: "study/rows/\(second)/run")
      let saved = { (try? RunFolder.open(run).savedSteps.last) ?? 0 }
      let end = Date(timeIntervalSinceNow: 240)
      while process.isRunning, saved() == 0, Date() < end { usleep(5000) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let before = try #require(Self.result(folder, first)), step = saved()
      try #require(step > 0 && Self.result(folder, second) == nil)

      let ending = try Tool.run("ablate", "--data", "data", "--output", "study", "--row-budget", "6s", "--resume", in: folder)
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(Self.result(folder, first) == before)
      let found = try JSONDecoder().decode(RowResult.self, from: try #require(Self.result(folder, second)))
      #expect(found.steps > step && found.seconds >= 6)
      // The curve of one training, not of two.
      let folderOfStudy = try StudyFolder.resume(folder.appending(path: "study"))
      let times = folderOfStudy.curve(try #require(folderOfStudy.plan.row(second))).map(\.seconds)
      #expect(times == times.sorted() && times.count > 2)
    }
  }

  @Test func aSignalStopsAndASecondCallFinishes() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      let process = try Tool.start(Self.arguments("expression-no-te", "8s"), in: folder)
      let log = folder.appending(path: "study/rows/expression-no-te/run/metrics.jsonl")
      let end = Date(timeIntervalSinceNow: 120)
      while process.isRunning, ((try? Data(contentsOf: log))?.count ?? 0) < 600, Date() < end { usleep(5000) }
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      #expect(process.terminationStatus == 130 && Self.result(folder, "expression-no-te") == nil)
      let again = try Tool.run("ablate", "--output", "study", "--resume", in: folder)
      #expect(again.status == 0 && Self.result(folder, "expression-no-te") != nil, "\(again.errors)")
      // A finished study only writes its report anew.
      try FileManager.default.removeItem(at: folder.appending(path: "study/ablation.html"))
      let report = try Tool.run("ablate", "--output", "study", "--resume", in: folder)
      #expect(report.status == 0 && FileManager.default.fileExists(atPath: folder.path + "/study/ablation.html"))
    }
  }

  @Test func badInputIsOneLine() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      try TinyDataset.write(to: folder.appending(path: "foreign"), model: "bfm")
      func fails(_ arguments: [String], _ status: Int32, _ words: String) throws {
        let ending = try Tool.run(arguments, in: folder)
        #expect(ending.status == status && ending.errors.contains(words), "\(arguments): \(ending.status) \(ending.errors)")
        if status != 64 { #expect(ending.errors.split(separator: "\n").count == 1) }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/study"))
      }
      try fails(["ablate", "--data", "nowhere", "--output", "study"], 65, "nowhere")
      try fails(["ablate", "--data", "data", "--output", "study", "--budget", "soon"], 64, "--budget soon")
      try fails(["ablate", "--data", "data", "--output", "study", "--budget", "1m", "--row-budget", "1m"], 64, "not both")
      try fails(["ablate", "--data", "data", "--output", "study", "--rows", "nerf"], 64, "there is no row nerf")
      try fails(["ablate", "--data", "data", "--output", "study", "--resume"], 65, "holds no study")
      try fails(["ablate", "--data", "data", "--resume"], 65, "holds no study")
      try fails(["ablate", "--data", "foreign", "--output", "study", "--size", "32", "--rows", "expression-no-te"], 65, "not built in")
      try fails(["ablate"], 64, "--data names")
      try fails(["ablate", "--data", "data", "--output", "study", "--set", "rays.rayz=1"], 64, "rayz")
      try fails(["ablate", "--data", "data", "--output", "study", "--set", "rays.rays=0", "--rows", "nerface"], 64, "rays.rays=0")
    }
  }
}
