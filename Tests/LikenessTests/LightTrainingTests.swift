import Foundation
import Generator
import Media
import Runs
import Testing
import Torch

@Suite(.serialized) struct LightTrainingTests {
  private static func writeGenerator(to file: URL, superResolution: Bool = true) throws {
    var c = GeneratorConfiguration.tiny
    if !superResolution { c.superResolution = nil }
    try GeneratorFile.write(TriplaneGenerator(c, Generator(seed: 5)), to: file, notes: ["hears_camera": "false", "kimg": "3"])
  }
  private static let small = [
    // A rate that does not depend on how long the training is.
    "--set", "decay=1", "--set", "firstChannels=6", "--set", "secondChannels=4", "--set",
    "validateEvery=50", "--set", "saveEvery=10",
  ]
  private static func arguments(_ run: String, steps: Int) -> [String] {
    ["train", "portrait", "--stage", "light", "--load", "generator.safetensors", "--output", run, "--steps", "\(steps)"]
  }

  /// The images come nearer to the generator's, what is exported is that generator but for its super-resolution, and a training in two
  /// sessions ends where one in a single session does.
  @Test func aLighterSuperResolutionLearnsTheImages() throws {
    try withFolder { folder in
      try Self.writeGenerator(to: folder.appending(path: "generator.safetensors"))
      let whole = try Tool.run(Self.arguments("whole", steps: 150) + Self.small, in: folder)
      #expect(whole.status == 0 && whole.output.contains("6 and 4 channels"), "\(whole.errors)")
      for (steps, extra) in [(70, Self.small), (150, ["--resume"])] {
        #expect(try Tool.run(Self.arguments("part", steps: steps) + extra, in: folder).status == 0)
      }
      func state(_ name: String) throws -> [String: [UInt8]] {
        let checkpoint = try RunFolder.open(folder.appending(path: name)).checkpoint(warn: { Issue.record("\($0)") })
        #expect(checkpoint.step == 150)
        return checkpoint.tensors.filter { $0.key != "seconds" }.mapValues { $0.withBytes { Array($0) } }
      }
      #expect(try state("whole") == state("part"))

      let curve = try String(contentsOf: folder.appending(path: "whole/metrics.jsonl"), encoding: .utf8).split(separator: "\n")
      let quality = curve.compactMap { line -> Double? in
        let values = try? JSONDecoder().decode([String: Double].self, from: Data(line.utf8))
        return values?["psnr"]
      }
      #expect(quality.count == 7 && quality[6] > quality[0] + 2, "\(quality)")

      let made = folder.appending(path: "whole/generator.safetensors")
      let light = try GeneratorFile.read(made), notes = try GeneratorFile.notes(made)
      #expect(light.configuration.superResolution?.firstChannels == 6 && notes["super_resolution"] == "light" && notes["kimg"] == "3")
      let first = try GeneratorFile.read(folder.appending(path: "generator.safetensors"))
      let (a, b) = (first.decoder.namedState(), light.decoder.namedState())
      #expect(a.allSatisfy { name, tensor in (tensor - b[name]!).abs().max().item < 2e-3 }, "in half precision")
      #expect(try ImageFile.read(folder.appending(path: "whole/validation/step-000000150.png")).shape == [4 * 64, 2 * 64, 3])
    }
  }

  @Test func whatCannotBeMadeLighterIsSaid() throws {
    try withFolder { folder in
      try Self.writeGenerator(to: folder.appending(path: "generator.safetensors"), superResolution: false)
      let plain = try Tool.run(Self.arguments("run", steps: 5), in: folder)
      #expect(plain.status == 65 && plain.errors.contains("without super-resolution"), "\(plain.errors)")
      let absent = try Tool.run(["train", "portrait", "--stage", "light", "--load", "none.safetensors", "--output", "run"], in: folder)
      #expect(absent.status == 65 && absent.errors.contains("none.safetensors"))
      let unnamed = try Tool.run(["train", "portrait", "--stage", "light"], in: folder)
      #expect(unnamed.status == 64 && unnamed.errors.contains("--load"))
      let images = try Tool.run(["train", "portrait", "--stage", "light", "--load", "g", "--data", "heads"], in: folder)
      #expect(images.status == 64 && images.errors.contains("--data goes with --stage prior"))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run").path))
    }
  }
}
