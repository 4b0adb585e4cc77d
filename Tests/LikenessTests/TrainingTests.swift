import Datasets
import Foundation
import Runs
import Testing
import Torch
import likeness

@Suite(.serialized) struct TrainingTests {
  /// A training of seconds: `steps` tiny steps, a checkpoint every five.
  static func arguments(_ steps: Int, _ extra: [String] = []) -> [String] {
    ["train", "subject", "--data", "data", "--output", "run", "--steps", "\(steps)"] + extra
  }
  static let small = [
    "--seed", "7", "--size", "32", "--set", "saveEvery=5", "--set", "validateEvery=1000000", "--set", "rays.rays=64", "--set",
    "mesh.warmUpSteps=20",
    "--set", "mesh.points=32",
  ]
  static let presets: [String: [String]] = [
    "compact": ["--preset", "compact", "--set", "sampling.coarse=4", "--set", "sampling.fine=4", "--set", "field.grid.resolution=[8,8,8]"],
    "fast": [
      "--preset", "fast", "--set", "planes.lattice=[10,12,10]", "--set", "planes.planes=[8,32]", "--set", "planes.volume=[8,8,8]", "--set",
      "planes.occupancy=[12,14,10]", "--set", "planes.refreshEvery=8", "--set", "planes.refreshFrom=8", "--set", "planes.step=0.1",
      "--set", "planes.firstStep=0.2",
    ],
  ]
  static func small(_ preset: String) -> [String] { small + (presets[preset] ?? []) }
  /// All that the next step depends on, of the last checkpoint.
  static func state(_ run: URL) throws -> (step: Int, tensors: [String: [UInt8]]) {
    let checkpoint = try RunFolder.open(run).checkpoint(warn: { Issue.record("\($0)") })
    let tensors = checkpoint.tensors.filter { $0.key != "seconds" }
    return (checkpoint.step, tensors.mapValues { $0.withBytes { Array($0) } })
  }

  /// Sums are shared out among threads so that each is added up in one order.
  @Test(arguments: ["compact", "fast"]) func theNumberOfThreadsChangesNothing(preset: String) throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"), size: 64)
      let states = try [1, 2, 4].map { threads in
        let run = "run\(threads)"
        let process = try Tool.start(
          ["train", "subject", "--data", "data", "--output", run, "--steps", "40"] + Self.small(preset)
            + ["--size", "64", "--set", "rays.rays=512"], in: folder, threads: threads)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try Self.state(folder.appending(path: run)).tensors
      }
      for (name, bytes) in states[0] {
        #expect(states[1][name] == bytes, "\(name) with 2 threads")
        #expect(states[2][name] == bytes, "\(name) with 4 threads")
      }
    }
  }

  @Test(arguments: ["compact", "fast"]) func killedTrainingsGoOnAsIfNothingHadHappened(preset: String) throws {
    let small = Self.small(preset)
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      let steps = 60
      let whole = folder.appending(path: "whole")
      try FileManager.default.createDirectory(at: whole, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(at: whole.appending(path: "data"), withDestinationURL: folder.appending(path: "data"))
      let uninterrupted = try Tool.start(Self.arguments(steps, small), in: whole)
      uninterrupted.waitUntilExit()
      try #require(uninterrupted.terminationStatus == 0)

      let run = folder.appending(path: "run")
      var random = SystemRandomNumberGenerator()
      var kills = 0, before = 0
      for attempt in 0..<40 {
        let started = FileManager.default.fileExists(atPath: run.path + "/config.json")
        let process = try Tool.start(Self.arguments(steps, started ? ["--resume"] : small + ["--resume"]), in: folder)
        let patience = attempt < 5 ? Double.random(in: 0.3...1.5, using: &random) : 120
        let end = Date(timeIntervalSinceNow: patience)
        while process.isRunning, Date() < end { usleep(2000) }
        guard process.isRunning else {
          try #require(process.terminationStatus == 0)
          break
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        kills += 1
        guard FileManager.default.fileExists(atPath: run.path + "/config.json") else { continue }
        let saved = try RunFolder.open(run).savedSteps
        // Nothing is ever lost that was saved, and all of it is sound.
        #expect((saved.last ?? 0) >= before)
        before = saved.last ?? 0
        for step in saved { #expect(try RunFolder.open(run).checkpoint(step: step, warn: { _ in }).step == step) }
      }
      #expect(kills > 0)
      let (first, second) = try (Self.state(whole.appending(path: "run")), Self.state(run))
      #expect(first.step == steps && second.step == steps)
      #expect(first.tensors.keys.sorted() == second.tensors.keys.sorted())
      for (name, bytes) in first.tensors { #expect(second.tensors[name] == bytes, "\(name)") }
      let lines = try String(contentsOf: run.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n")
      // Those of steps on rays, and that of the warm start which led to them.
      #expect(lines.count == steps / 20 + 1)
      #expect(lines.filter { $0.contains("\"step\":0}") && $0.contains("\"mesh_mm\":") }.count == 1)
    }
  }

  /// A retry finds the place as free as it was.
  @Test func whatCannotBeTrainedLeavesNoFolder() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "foreign"), model: "bfm")
      try TinyDataset.write(to: folder.appending(path: "data"))
      try TinyDataset.write(to: folder.appending(path: "damaged"))
      try Data("no".utf8).write(to: DatasetFolder(folder.appending(path: "damaged")).image(3))
      func fails(_ data: String, _ extra: [String] = [], status: Int32, _ words: String) throws {
        for output in [["--output", "run"], []] {
          let ending = try Tool.run(["train", "subject", "--data", data, "--steps", "5"] + output + Self.small("fast") + extra, in: folder)
          #expect(ending.status == status && ending.errors.contains(words), "\(ending.errors)")
          #expect(ending.errors.split(separator: "\n").count == 1 && ending.output.isEmpty)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/run"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/outputs"))
      }
      try fails("foreign", status: 65, "not built in")
      try fails("damaged", status: 65, "/3.")
      try fails("nowhere", status: 65, "nowhere")
      try fails("data", ["--set", "planes.lattice=[10]"], status: 64, "planes.lattice=[10]")
      try fails("data", ["--set", "rays.rays=0"], status: 64, "rays.rays=0")

      let ending = try Tool.run(["train", "subject", "--data", "data", "--steps", "5", "--output", "run"] + Self.small("fast"), in: folder)
      #expect(ending.status == 0 && ending.errors.contains(ProgressTable.warmUpHead) && ending.errors.contains("20  100.0"))
      let again = try Tool.run(["train", "subject", "--data", "data", "--steps", "5", "--output", "run"] + Self.small("fast"), in: folder)
      #expect(again.status == 65 && again.errors.contains("holds a run already"))
    }
  }

  @Test func aSignalSavesAndStops() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      for (number, status) in [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)] {
        let run = folder.appending(path: "run")
        let isFirst = number == SIGTERM
        let process = try Tool.start(Self.arguments(1_000_000, isFirst ? Self.small("fast") : ["--resume"]), in: folder)
        let saved = { (try? RunFolder.open(run).savedSteps.last) ?? 0 }
        let before = saved(), end = Date(timeIntervalSinceNow: 60)
        while process.isRunning, saved() <= before, Date() < end { usleep(5000) }
        let asked = Date()
        kill(process.processIdentifier, number)
        let late = asked + 30
        while process.isRunning, Date() < late { usleep(2000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        #expect(process.terminationStatus == status)
        #expect(Date().timeIntervalSince(asked) < 5)
        #expect(try Self.state(run).step > before)
      }
    }
  }

  @Test func twoDoNotTrainInOneFolder() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      let first = try Tool.start(Self.arguments(1_000_000, Self.small("fast")), in: folder)
      defer {
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
      }
      let end = Date(timeIntervalSinceNow: 60)
      while !FileManager.default.fileExists(atPath: folder.path + "/run/config.json"), Date() < end { usleep(5000) }
      let second = try Tool.run("train", "subject", "--output", "run", "--resume", in: folder)
      #expect(second.status == 1 && second.errors.hasPrefix("likeness: ") && second.errors.contains("in use by another process"))
      #expect(second.errors.split(separator: "\n").count == 1)
    }
  }
}
