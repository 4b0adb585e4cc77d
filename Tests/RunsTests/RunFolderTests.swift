import Foundation
import Runs
import Testing
import Torch

@Suite struct RunFolderTests {
  @Test func keepsTheLastThreeAndTheBest() throws {
    try withFolder { folder in
      let run = try makeRun(folder)
      for (step, score) in [(10, 0.1), (20, 0.9), (30, nil), (40, 0.5), (50, 0.2), (1_000_000_000, 0.3)] as [(Int, Double?)] {
        try run.save(makeCheckpoint(step, score: score))
      }
      #expect(run.savedSteps == [20, 40, 50, 1_000_000_000])
      #expect(run.file(40).lastPathComponent == "step-000000040.safetensors")
      #expect(try run.checkpoint(step: 20, warn: { _ in }).step == 20)
      #expect(error(RunError.self) { try run.checkpoint(step: 10, warn: { _ in }) }?.reason == .noCheckpoint(step: 10))
    }
  }

  @Test func goesOnFromTheLastSoundCheckpoint() throws {
    try withFolder { folder in
      var run: RunFolder? = try makeRun(folder)
      let url = run!.url
      #expect(try run!.resumePoint(warn: { _ in }) == nil)
      for step in [10, 20, 30] {
        try run!.log(step: step - 5, seconds: Double(step), ["loss": 1 / Double(step)])
        try run!.save(makeCheckpoint(step))
      }
      try run!.log(step: 35, seconds: 40, ["loss": .nan])
      let last = run!.file(30)
      run = nil
      // The last one is cut off in the middle of its data, the log in the middle of a line; a killed process left a partial file.
      try Data(contentsOf: last).dropLast(3).write(to: last)
      let log = url.appending(path: "metrics.jsonl")
      try (Data(contentsOf: log) + Data("{\"los".utf8)).write(to: log)

      var warnings: [String] = []
      #expect(try RunFolder.open(url).checkpoint(warn: { warnings.append($0) }).step == 20)
      #expect(warnings.count == 1 && FileManager.default.fileExists(atPath: last.path))
      run = try RunFolder.resume(url)
      #expect(try run!.resumePoint(warn: { warnings.append($0) })?.step == 20)
      #expect(warnings.count == 2 && warnings.allSatisfy { $0.contains("step-000000030") && !$0.contains("\n") })
      #expect(run!.savedSteps == [10, 20])
      try run!.log(step: 25, seconds: 26, ["loss": 0.5, "psnr": 20])
      let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 3 && lines[2] == #"{"loss":0.5,"psnr":20.0,"seconds":26.0,"step":25}"#)
    }
  }

  @Test func allDamagedIsSaid() throws {
    try withFolder { folder in
      let run = try makeRun(folder)
      #expect(error(RunError.self) { try run.checkpoint(warn: { _ in }) }?.reason == .noCheckpoint(step: nil))
      for step in [1, 2] {
        try run.save(makeCheckpoint(step))
        try Data("no".utf8).write(to: run.file(step))
      }
      #expect(error(RunError.self) { try run.checkpoint(warn: { _ in }) }?.reason == .allDamaged(2))
      try Data().write(to: run.file(2))
      #expect(error(RunError.self) { try run.checkpoint(warn: { _ in }) }?.reason == .allDamaged(2))
    }
  }

  @Test func oneTrainsAndManyRead() throws {
    try withFolder { folder in
      var run: RunFolder? = try makeRun(folder)
      let url = run!.url
      #expect(error(RunError.self) { try RunFolder.resume(url) }?.reason == .busy(Int(getpid())))
      #expect(error(RunError.self) { try RunFolder.create(url, run!.record) }?.reason == .busy(Int(getpid())))
      #expect(try RunFolder.open(url).record == run!.record)
      run = nil
      #expect(error(RunError.self) { try makeRun(folder) }?.reason == .exists)
      #expect(try RunFolder.resume(url).record.experiment == "anna")
    }
  }

  @Test func recordsAreReadStrictly() throws {
    try withFolder { folder in
      #expect(error(RunError.self) { try RunFolder.open(folder) }?.reason == .notARun)
      let run = try makeRun(folder)
      #expect(try run.record.configuration(as: Settings.self, run: run.url) == Settings())
      #expect(run.record.data == folder.appending(path: "data").path)
      let config = run.url.appending(path: "config.json")
      let text = try String(contentsOf: config, encoding: .utf8)
      try Data(text.replacing(" : 64", with: ": \"many\"").utf8).write(to: config)
      let changed = try RunFolder.open(run.url)
      let wrong = error(RunError.self) { try changed.record.configuration(as: Settings.self, run: changed.url) }
      #expect("\(wrong!)".contains("field.hidden") && !"\(wrong!)".contains("\n"))
      try Data("{".utf8).write(to: config)
      #expect(error(RunError.self) { try RunFolder.open(run.url) } != nil)
    }
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    try withFolder { folder in
      try Data().write(to: folder.appending(path: "file"))
      let record = try RunRecord(experiment: "a", method: "subject", data: folder, configuration: Settings())
      let refused = error(FileError.self) { try RunFolder.create(folder.appending(path: "file/run"), record) }
      #expect(refused != nil && "\(refused!)".contains("file/run"))
    }
  }

  @Test func aRunThatCannotBeMadeLeavesNothing() throws {
    try withFolder { folder in
      var record = try RunRecord(experiment: "a", method: "subject", data: folder, configuration: Settings())
      // JSON has no word for it.
      record.configuration = .number(.nan)
      let place = folder.appending(path: "run")
      #expect(throws: EncodingError.self) { try RunFolder.create(place, record) }
      #expect(!FileManager.default.fileExists(atPath: place.path))
      // What the user had there stays.
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      #expect(throws: EncodingError.self) { try RunFolder.create(place, record) }
      #expect(FileManager.default.fileExists(atPath: place.path))
    }
  }

  /// What a run logged that then started anew is not mixed with what it logs now.
  @Test func aRunThatStartsAnewStartsItsLogAnew() throws {
    try withFolder { folder in
      var run: RunFolder? = try makeRun(folder)
      let url = run!.url
      try run!.log(step: 0, seconds: 3, ["mesh_mm": 2])
      run = nil
      run = try RunFolder.resume(url)
      #expect(try run!.resumePoint(warn: { _ in }) == nil)
      try run!.log(step: 0, seconds: 1, ["mesh_mm": 4])
      let lines = try String(contentsOf: url.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n")
      #expect(lines == [#"{"mesh_mm":4.0,"seconds":1.0,"step":0}"#])
    }
  }

  @Test func placesAreNamedByTimeAndNeverTaken() throws {
    try withFolder { folder in
      let utc = TimeZone(secondsFromGMT: 0)!
      let first = RunFolder.place(in: folder, experiment: "anna", method: "subject", now: Date(timeIntervalSince1970: 1e9), zone: utc)
      #expect(first.path == folder.path + "/anna/subject/2001-09-09_014640")
      try FileManager.default.createDirectory(at: first, withIntermediateDirectories: true)
      let second = RunFolder.place(in: folder, experiment: "anna", method: "subject", now: Date(timeIntervalSince1970: 1e9), zone: utc)
      #expect(second.lastPathComponent == "2001-09-09_014640-2")
    }
  }

  @Test func eventsAreTensorBoardsOwnBytes() throws {
    try withFolder { folder in
      let time = Date(timeIntervalSince1970: 1_700_000_000.25)
      let events = try EventFile(folder, after: 300, now: time)
      try events.append(step: 400, ["psnr": 23.5, "loss": 0.125], now: time)
      let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path).first)
      #expect(name.hasPrefix("events.out.tfevents.1700000000."))
      let expected = try Data(contentsOf: Bundle.module.resourceURL!.appending(path: "Fixtures/events.bin"))
      #expect(try Data(contentsOf: folder.appending(path: name)) == expected)
    }
  }
}

@Suite struct JSONValueTests {
  @Test func fieldsAreSetByTheirPath() throws {
    var value = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(Settings()))
    try value.set(["field", "hidden"], to: JSONValue(commandLine: "128"))
    try value.set(["field", "rate"], to: JSONValue(commandLine: "5e-4"))
    try value.set(["preset"], to: JSONValue(commandLine: "reference"))
    let settings = try JSONDecoder().decode(Settings.self, from: JSONEncoder().encode(value))
    #expect(settings == Settings(field: .init(hidden: 128, rate: 5e-4), preset: "reference"))
    let unknown = error(JSONValue.UnknownField.self) { try value.set(["field", "hiden"], to: .integer(1)) }
    #expect(unknown?.known == ["hidden", "rate"])
    #expect(error(JSONValue.UnknownField.self) { try value.set(["preset", "deeper"], to: .integer(1)) } != nil)
  }

  @Test func aFileChangesWhatItNames() throws {
    var value = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(Settings()))
    try value.merge(.object(["field": .object(["hidden": .integer(8)])]))
    #expect(value == .object(["field": .object(["hidden": .integer(8), "rate": .number(0.5)]), "preset": .string("compact")]))
    #expect(error(JSONValue.UnknownField.self) { try value.merge(.object(["presets": .null])) }?.name == "presets")
  }
}
