import Foundation
import Media
import Runs
import Testing
import Torch
import likeness

/// Avatars that were put into one file.
@Suite(.serialized) struct ExportTests {
  /// A folder with a dataset and a run trained on it for a moment.
  static func withRun(_ preset: String, _ body: (URL) throws -> Void) throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      let training = try Tool.run(TrainingTests.arguments(10, TrainingTests.small(preset)), in: folder)
      try #require(training.status == 0, "\(training.errors)")
      try body(folder)
    }
  }
  /// Their pixels: signatures differ from file to file.
  static func images(_ folder: URL) throws -> [String: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try Dictionary(uniqueKeysWithValues: names.map { ($0, try ImageFile.read(folder.appending(path: $0)).withBytes { Array($0) }) })
  }

  @Test(arguments: [("fast", true), ("fast", false), ("compact", false)])
  func theFileShowsWhatTheRunShows(preset: String, baked: Bool) throws {
    try Self.withRun(preset) { folder in
      let exported = try Tool.run(
        ["export", "--load", "run", "--output", "anna.safetensors"] + (baked ? ["--baked"] : []), in: folder)
      #expect(exported.status == 0 && exported.output.contains(" MB, loads in "), "\(exported.errors)")
      for (load, output) in [("run", "a"), ("anna.safetensors", "b")] {
        let ending = try Tool.run(
          "render", "--load", load, "--track", "data", "--size", "48", "--camera", "orbit", "--output", output, in: folder)
        try #require(ending.status == 0, "\(ending.errors)")
      }
      let (run, file) = try (Self.images(folder.appending(path: "a")), Self.images(folder.appending(path: "b")))
      #expect(run.count == 24 && run == file)
      // Without the run and the path of the clip: the file alone is enough, and says nothing of where it was made.
      let bytes = try Data(contentsOf: folder.appending(path: "anna.safetensors"))
      #expect(bytes.range(of: Data(folder.lastPathComponent.utf8)) == nil && bytes.range(of: Data("optimizer.grid".utf8)) == nil)
      let tensors = try Checkpoint.read(folder.appending(path: "anna.safetensors")).tensors.keys
      #expect(tensors.allSatisfy { $0.hasPrefix("model.") || $0.hasPrefix("scene.") })
      #expect(tensors.contains { $0.hasPrefix("model.basis") } == (preset == "fast" && !baked))
    }
  }

  @Test func whatCannotBeDoneIsSaid() throws {
    try Self.withRun("compact") { folder in
      func says(_ arguments: String..., status: Int32, _ words: String) throws {
        let ending = try Tool.run(arguments, in: folder)
        #expect(ending.status == status && ending.errors.contains(words), "\(ending.status) \(ending.errors)")
        #expect(ending.errors.hasPrefix("likeness: ") && ending.errors.split(separator: "\n").count == 1)
      }
      try says("export", "--load", "run", "--baked", "--output", "a.safetensors", status: 64, "leave out --baked")
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/a.safetensors"))
      try says("export", "--load", "data", "--output", "a.safetensors", status: 65, "not a run folder")
      try says("export", "--load", "run", "--output", "nowhere/a.safetensors", status: 1, "nowhere")
      #expect(try Tool.run("export", "--load", "run", "--output", "a.safetensors", in: folder).status == 0)
      try says("render", "--load", "a.safetensors", "--output", "b", status: 64, "--track")
      try says("render", "--load", "a.safetensors", "--step", "5", "--track", "data", "--output", "b", status: 64, "--step")
      try says("eval", "--load", "a.safetensors", status: 64, "--data")
      try says("render", "--load", "a", "--output", "b", status: 65, "not a run folder")
    }
  }

  @Test func badFilesAreToldOf() throws {
    try Self.withRun("fast") { folder in
      try #require(try Tool.run("export", "--load", "run", "--baked", "--output", "good.safetensors", in: folder).status == 0)
      let bytes = try Data(contentsOf: folder.appending(path: "good.safetensors"))
      let bad = folder.appending(path: "bad.safetensors")
      for (what, data) in [
        ("cut off", bytes.dropLast(1)), ("empty", Data()), ("foreign", Data("no".utf8)),
        ("a checkpoint", try Data(contentsOf: RunFolder.open(folder.appending(path: "run")).file(10))),
      ] {
        try data.write(to: bad)
        let ending = try Tool.run("render", "--load", "bad.safetensors", "--track", "data", "--output", "b", in: folder)
        #expect(ending.status == 65 && ending.errors.hasPrefix("likeness: "), "\(what): \(ending.status) \(ending.errors)")
        #expect(ending.errors.contains("bad.safetensors") && ending.errors.split(separator: "\n").count == 1, "\(what): \(ending.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/b"))
      }
    }
  }
}
