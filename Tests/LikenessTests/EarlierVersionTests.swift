import Datasets
import Face
import Foundation
import Generator
import Runs
import Testing
import Torch

/// What e310d57 wrote is read as that version read it: the tool draws the same images from it.
@Suite(.serialized) struct EarlierVersionTests {
  /// Renders with the tool and compares the frames with those that e310d57 rendered.
  private func expectFrames(_ expected: String, _ frames: [Int], _ arguments: [String], in folder: URL) throws {
    let ending = try Tool.run(["render"] + arguments + ["--output", "now"], in: folder)
    try #require(ending.status == 0, "\(expected): \(ending.errors)")
    defer { try? FileManager.default.removeItem(at: folder.appending(path: "now")) }
    for frame in frames {
      let (now, then) = (folder.appending(path: "now/\(frame).png"), folder.appending(path: "images/\(expected)/\(frame).png"))
      try EarlierVersion.expectSame(now, then, "\(arguments) \(frame)", fast: expected != "compact")
    }
  }

  @Test func runsDrawTheSame() throws {
    try EarlierVersion.withCopy { folder in
      for run in ["fast", "compact", "spoken"] {
        try expectFrames(run, [14, 15], ["--load", run, "--frames", "14..16"], in: folder)
      }
      try expectFrames("spoken-by-speech", [14, 15], ["--load", "spoken", "--by", "speech", "--frames", "14..16"], in: folder)
      try expectFrames("spoken-audio", [4, 11], ["--load", "spoken", "--audio", "data/aud.wav"], in: folder)
      try expectFrames("texture", [14, 15], ["--load", "fast", "--enhance", "texture", "--frames", "14..16"], in: folder)
    }
  }

  @Test func exportsDrawTheSame() throws {
    try EarlierVersion.withCopy { folder in
      for (file, images) in [
        ("fast", "fast"), ("fast-baked", "fast"), ("compact", "compact"), ("spoken", "spoken"), ("spoken-baked", "spoken"),
      ] {
        let arguments = ["--load", "\(file).safetensors", "--track", "data", "--frames", "14..16"]
        try expectFrames(images, [14, 15], arguments, in: folder)
        guard images == "spoken" else { continue }
        try expectFrames("spoken-by-speech", [14, 15], arguments + ["--by", "speech"], in: folder)
      }
    }
  }

  /// Also whether the generator is told the camera, which stands beside its weights.
  @Test func generatorsDrawTheSame() throws {
    try EarlierVersion.withCopy { folder in
      for name in ["heard", "deaf", "light"] {
        let file = folder.appending(path: "\(name)/generator.safetensors")
        let ending = try Tool.run(
          ["sample", "--load", file.path, "--people", "2", "--truncation", "1", "--output", "now.png"], in: folder)
        try #require(ending.status == 0, "\(name): \(ending.errors)")
        try EarlierVersion.expectSame(folder.appending(path: "now.png"), folder.appending(path: "images/\(name).png"), name)
        #expect(try GeneratorFile.notes(file)["hears_camera"] == (name == "heard" ? "true" : "false"))
      }
    }
  }

  /// Optimizers, random numbers and averages are there too.
  @Test func trainingsGoOn() throws {
    try EarlierVersion.withCopy { folder in
      for (run, command, steps) in [
        ("fast", ["subject"], 410), ("compact", ["subject"], 310), ("spoken", ["subject"], 510), ("texture", ["texture"], 310),
        ("heard", ["portrait", "--stage", "prior"], 260), ("light", ["portrait", "--stage", "light"], 70),
      ] {
        let place = folder.appending(path: run)
        let before = try RunFolder.open(place).checkpoint(warn: { Issue.record("\($0)") })
        let ending = try Tool.run(["train"] + command + ["--output", run, "--resume", "--steps", "\(steps)"], in: folder)
        try #require(ending.status == 0, "\(run): \(ending.errors)")
        let after = try RunFolder.open(place).checkpoint(warn: { Issue.record("\($0)") })
        #expect(before.step == steps - 10 && after.step == steps, "\(run)")
        #expect(Set(before.tensors.keys).subtracting(after.tensors.keys).isEmpty, "\(run)")
        for (name, tensor) in before.tensors where tensor.dtype.isFloatingPoint {
          #expect(after.tensors[name]?.shape == tensor.shape, "\(run) \(name)")
        }
      }
      let heard = try GeneratorFile.notes(folder.appending(path: "heard/generator.safetensors"))
      #expect(heard["hears_camera"] == "true", "the run's hearsCamera is not that of its preset")
    }
  }

  @Test func datasetsSayTheSame() throws {
    try EarlierVersion.withCopy { folder in
      let data = folder.appending(path: "data"), dataset = try Dataset(data), track = dataset.track
      let file = try Safetensors.read(DatasetFolder(data).track)
      #expect(dataset.style == .likeness && dataset.count == 16 && [dataset.width, dataset.height] == [64, 64])
      #expect(dataset.trainIndices == Array(0..<14) && dataset.testIndices == [14, 15] && dataset.audio != nil)
      #expect(track.modelName == "builtin" && track.expressionNames == ExpressionNames.arkit && track.fps == 25)
      #expect(track.identity.count == 97 && track.calibration.count == FaceMeshTopology.pointCount)
      let state = track.frames[9].state
      #expect(try state.expression == #require(file.tensors["expression"])[.at(9)].array())
      #expect(try state.pose.rotation.rows == #require(file.tensors["rotation"])[.at(9)].contiguous().array())
      #expect(try [state.gaze.x, state.gaze.y] == #require(file.tensors["gaze"])[.at(9)].array())
      #expect(track.frames[9].landmarks?.count == 478 && track.frames[9].torso.w != 0)
      // As FFmpeg decodes the files: pixels of some classes, and mean colors.
      let labels = try dataset.labels(9).array(UInt8.self)
      let counts: KeyValuePairs<SemanticClass, Int> = [.background: 2244, .skin: 378, .lips: 17, .hair: 258, .torso: 893]
      for (kind, count) in counts { #expect(labels.filter { $0 == kind.rawValue }.count == count, "\(kind)") }
      for (image, expected) in [
        (try dataset.image(9), [146.45, 120.47, 110.27]), (try dataset.background(), [153.54, 145.24, 134.07]),
      ] as [(Tensor, [Double])] {
        #expect(image.shape == [64, 64, 3])
        for (channel, mean) in expected.enumerated() { #expect(abs(image.select(2, channel).to(.float32).mean().item - mean) < 1) }
      }
      // Judging tracks what was rendered.
      guard (try? DependencyFolder.file("litert/libLiteRt.so")) != nil else { return }
      let ending = try Tool.run(["eval", "--load", "fast"], in: folder)
      #expect(ending.status == 0, "\(ending.errors)")
    }
  }
}
