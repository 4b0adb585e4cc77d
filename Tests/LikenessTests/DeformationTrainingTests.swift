import Foundation
import Torch
import Media
import Testing

@Suite(.serialized) struct DeformationTrainingTests {
  private static let small = [
    "batch=4", "points=32", "held=4", "field.displacementWidth=16", "field.displacementDepth=2", "field.weightWidth=8", "saveEvery=5",
  ].flatMap { ["--set", $0] }

  /// The verb trains, says how far it is, stops and goes on, and leaves a file that is refused where it does not belong.
  @Test func networksAreTrainedByTheVerb() throws {
    try withFolder { folder in
      func train(_ steps: Int, _ extra: [String]) throws -> Tool.Ending {
        try Tool.run(["train", "portrait", "--stage", "deformation", "--output", "run", "--steps", "\(steps)"] + extra, in: folder)
      }
      let first = try train(20, Self.small)
      #expect(first.status == 0 && first.output.contains("lids") && first.errors.contains("error mm"), "\(first.errors)")
      let more = try train(40, ["--resume"])
      #expect(more.status == 0 && more.output.contains("resumed   at step 20"), "\(more.output)\(more.errors)")
      let file = "run/deformation.safetensors"
      #expect(FileManager.default.fileExists(atPath: folder.appending(path: file).path))
      let changed = try train(60, ["--resume", "--set", "batch=8"])
      #expect(changed.status == 64 && changed.errors.contains("keeps its configuration"))
      let prior = try Tool.run(["sample", "--load", file, "--output", "a.png"], in: folder)
      #expect(prior.status == 65, "\(prior.status) \(prior.errors)")
    }
  }

  @Test func whatDoesNotGoTogetherIsSaid() throws {
    try withFolder { folder in
      try Data("no networks".utf8).write(to: folder.appending(path: "text.safetensors"))
      try ImageFile.write(Tensor.full([64, 64, 3], 90, .uint8), to: folder.appending(path: "a.jpg"))
      let stage = ["train", "portrait", "--stage", "deformation"]
      for (words, status, text) in [
        (stage + ["--data", "heads"], 64, "--data goes with --stage prior"),
        (stage + ["--load", "g"], 64, "--load goes with --stage light"),
        (stage + ["--set", "points=3", "--output", "run"], 64, "points=3"),
        (stage + ["--set", "field.identity=80", "--output", "run"], 64, "field.identity=80"),
        (["animate", "a.jpg", "--deformation", "learned=", "--driver", "d.mp4", "--output", "b.mp4"], 64, "--deformation"),
        (["animate", "a.jpg", "--deformation", "mesh", "--driver", "d.mp4", "--output", "b.mp4"], 64, "is moved as a mesh"),
        (["portrait", "a.jpg", "--deformation", "learned=x", "--output", "a.portrait"], 64, "--coarse generator"),
      ] as [([String], Int32, String)] {
        let ending = try Tool.run(words, in: folder)
        #expect(ending.status == status && ending.errors.contains(text), "\(words): \(ending.status) \(ending.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run").path))
    }
  }
}
