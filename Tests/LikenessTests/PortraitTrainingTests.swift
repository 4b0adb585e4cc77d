import Face
import Foundation
import Generator
import Media
import Runs
import Testing
import Torch

@Suite(.serialized) struct PortraitTrainingTests {
  /// Discs of several colours under cameras from left to right, with masks.
  private static func writeImages(to folder: URL, count: Int = 8, size: Int = 32) throws {
    let masks = folder.appending(path: "masks")
    try FileManager.default.createDirectory(at: masks, withIntermediateDirectories: true)
    let x = (Tensor.arange(size, .float32) + 0.5) / Double(size) - 0.5
    var rows: [String] = []
    for i in 0..<count {
      let shift = 0.1 * (Double(i) / Double(count) - 0.5)
      let disc = ((x - shift).square().unsqueeze(0) + x.square().unsqueeze(1)) .< 0.1
      let color = Tensor([Float(i) / Float(count), 0.5, 0.3]), wall = Tensor([0.1, 0.2, 0.8] as [Float])
      let rgb = color.expand(size, size, 3).where(disc.unsqueeze(2), else: wall)
      try ImageFile.write((rgb * 255).to(.uint8), to: folder.appending(path: "\(i).png"))
      try ImageFile.write(SemanticClass.image(of: disc.to(.uint8)), to: masks.appending(path: "\(i).png"))
      let label = CameraSampler().label(yaw: 4 * shift, pitch: 0).values.map { "\($0)" }.joined(separator: ",")
      rows.append(#"["\#(i).png",[\#(label)]]"#)
    }
    try Data(#"{"labels":[\#(rows.joined(separator: ","))]}"#.utf8).write(to: folder.appending(path: "dataset.json"))
  }
  private static func arguments(_ output: String, _ extra: [String]) -> [String] {
    ["train", "portrait", "--stage", "prior", "--data", "heads", "--output", output] + extra
  }
  private static let tiny = ["--preset", "tiny", "--seed", "3", "--set", "saveEvery=3", "--set", "validation.every=10"]
  private func state(_ run: URL) throws -> [String: [UInt8]] {
    let checkpoint = try RunFolder.open(run).checkpoint(warn: { Issue.record("\($0)") })
    return checkpoint.tensors.filter { $0.key != "seconds" }.mapValues { $0.withBytes { Array($0) } }
  }

  @Test func aKilledTrainingGoesOnAsIfNothingHadHappened() throws {
    try withFolder { folder in
      try Self.writeImages(to: folder.appending(path: "heads"))
      let whole = try Tool.run(Self.arguments("whole", Self.tiny + ["--steps", "30"]), in: folder)
      #expect(whole.status == 0 && whole.output.contains("generator ") && whole.output.contains("8 images of 64 x 64"), "\(whole.errors)")
      #expect(whole.errors.contains("images/s") && whole.errors.contains("read 8 of 8 images"))

      let part = folder.appending(path: "part")
      var kills = 0
      for patience in [0.4, 0.8, 1.2, 1.6, 120] {
        let arguments = Self.arguments("part", ["--steps", "30", "--resume"] + (RunFolder.exists(part) ? [] : Self.tiny))
        let process = try Tool.start(arguments, in: folder)
        let end = Date(timeIntervalSinceNow: patience)
        while process.isRunning, Date() < end { usleep(2000) }
        if process.isRunning {
          kill(process.processIdentifier, SIGKILL)
          kills += 1
        }
        process.waitUntilExit()
      }
      #expect(kills > 0)
      let (a, b) = (try state(folder.appending(path: "whole")), try state(part))
      #expect(Set(a.keys) == Set(b.keys))
      for (name, bytes) in a { #expect(b[name] == bytes, "\(name)") }
    }
  }

  /// Ctrl-C saves, says how to go on, and ends with the signal's number.
  @Test func aSignalSavesAndStops() throws {
    try withFolder { folder in
      try Self.writeImages(to: folder.appending(path: "heads"))
      let process = try Tool.start(Self.arguments("run", ["--preset", "tiny", "--steps", "100000"]), in: folder)
      let run = folder.appending(path: "run")
      for _ in 0..<600 where (try? RunFolder.open(run).savedSteps.isEmpty) ?? true && process.isRunning { usleep(100_000) }
      process.interrupt()
      process.waitUntilExit()
      #expect(process.terminationStatus == 130)
      #expect(try RunFolder.open(run).checkpoint(warn: { Issue.record("\($0)") }).step > 0)
    }
  }

  @Test func whatCannotBeTrainedLeavesNoFolder() throws {
    try withFolder { folder in
      let heads = folder.appending(path: "heads")
      try Self.writeImages(to: heads)
      func fails(_ arguments: [String], status: Int32, _ words: String) throws {
        let ending = try Tool.run(arguments, in: folder)
        #expect(ending.status == status && ending.errors.contains(words), "\(ending.status): \(ending.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/run"))
      }
      let tiny = Self.arguments("run", ["--preset", "tiny", "--steps", "1"])
      try fails(Self.arguments("run", ["--preset", "huge"]), status: 64, "small, ffhq512, tiny")
      try fails(tiny + ["--set", "batch=6"], status: 64, "batch=6")
      try fails(tiny + ["--kimg", "3"], status: 64, "one of")
      try fails(["train", "portrait", "--stage", "posterior", "--data", "heads"], status: 64, "posterior")
      try fails(["train", "portrait", "--stage", "prior"], status: 64, "--data")
      try fails(["train", "portrait", "--stage", "prior", "--data", "nowhere", "--output", "run"], status: 65, "dataset.json")
      try Data("no picture".utf8).write(to: heads.appending(path: "5.png"))
      try fails(tiny, status: 65, "5.png")
      try FileManager.default.removeItem(at: heads.appending(path: "5.png"))
      try fails(tiny, status: 65, "5.png: is missing")
    }
  }
}
