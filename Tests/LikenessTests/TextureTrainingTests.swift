import Foundation
import Runs
import Testing
import Texture
import Torch

@Suite(.serialized) struct TextureTrainingTests {
  /// A clip, and an avatar of it that was hardly trained.
  private func prepare(_ folder: URL) throws {
    try TinyDataset.write(to: folder.appending(path: "data"))
    let ending = try Tool.run(TrainingTests.arguments(5, TrainingTests.small("fast")), in: folder)
    try #require(ending.status == 0, "\(ending.errors)")
  }
  private static let small = ["--load", "run", "--set", "crop=16", "--set", "light.width=8", "--set", "saveEvery=5", "--seed", "3"]
  private func state(_ run: URL) throws -> [String: [UInt8]] {
    let checkpoint = try RunFolder.open(run).checkpoint(warn: { Issue.record("\($0)") })
    return checkpoint.tensors.filter { $0.key != "seconds" }.mapValues { $0.withBytes { Array($0) } }
  }

  @Test func aKilledTrainingGoesOnAsIfNothingHadHappened() throws {
    try withFolder { folder in
      try prepare(folder)
      let whole = try Tool.run(["train", "texture", "--output", "whole", "--steps", "400"] + Self.small, in: folder)
      #expect(whole.status == 0 && whole.output.contains("enhanced") && whole.output.contains("next"), "\(whole.errors)")
      #expect(whole.errors.contains("drawn 24 of 24 frames") || whole.errors.contains("of 32 x 32 pixels"))
      #expect(FileManager.default.fileExists(atPath: folder.path + "/whole/frames/0.png"))

      let part = folder.appending(path: "part")
      var kills = 0
      for patience in [0.05, 0.3, 0.5, 0.8, 60] {
        let again = RunFolder.exists(part)
        let arguments = ["train", "texture", "--output", "part", "--steps", "400", "--resume"] + (again ? [] : Self.small)
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
      #expect(try TextureEnhancer(part, warn: { _ in })(Tensor.rand([20, 30, 3])).shape == [20, 30, 3])
    }
  }

  @Test func whatCannotBeTrainedLeavesNoFolder() throws {
    try withFolder { folder in
      try prepare(folder)
      func fails(_ arguments: [String], status: Int32, _ words: String) throws {
        let ending = try Tool.run(["train", "texture", "--output", "texture"] + arguments, in: folder)
        #expect(ending.status == status && ending.errors.contains(words), "\(ending.status): \(ending.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/texture"))
      }
      try fails(["--load", "nowhere"], status: 65, "nowhere")
      try fails(["--load", "run", "--data", "nowhere"], status: 65, "nowhere")
      try fails(["--load", "run", "--set", "crop=20"], status: 64, "crop=20")
      try fails(["--load", "run", "--variant", "heavy"], status: 64, "heavy")
      try fails([], status: 64, "--load")

      // An enhancement is no avatar, and is not made twice in one place.
      let made = try Tool.run(["train", "texture", "--output", "made", "--steps", "5"] + Self.small, in: folder)
      #expect(made.status == 0, "\(made.errors)")
      let twice = try Tool.run(["train", "texture", "--output", "made", "--steps", "5"] + Self.small, in: folder)
      #expect(twice.status == 65 && twice.errors.contains("holds a run already"))
      let wrong = try Tool.run(["render", "--load", "made", "--output", "film"], in: folder)
      #expect(wrong.status == 65 && wrong.errors.split(separator: "\n").count == 1)
    }
  }
}
