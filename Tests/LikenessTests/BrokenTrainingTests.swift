import Datasets
import Face
import Foundation
import Runs
import Subject
import Testing
import Torch

/// What happens to a real training that breaks, or whose data change under it.
@Suite(.serialized) struct BrokenTrainingTests {
  private var configuration: SubjectConfiguration {
    var c = SubjectConfiguration.fast
    (c.size, c.saveEvery, c.validateEvery, c.rays.rays, c.mesh.warmUpSteps, c.mesh.points) = (32, 5, 10, 64, 5, 32)
    c.planes?.lattice = [10, 12, 10]
    c.planes?.planes = [8, 32]
    c.planes?.volume = [8, 8, 8]
    c.planes?.occupancy = [12, 14, 10]
    c.planes?.refreshEvery = 8
    c.planes?.refreshFrom = 8
    c.planes?.step = 0.1
    c.planes?.firstStep = 0.2
    return c
  }

  /// Every group of weights, spoilt on the way: the checkpoints stay good, and the training goes on from the last one.
  @Test(arguments: [0, 1, 2]) func aSpoiltWeightIsLeftBehind(group: Int) throws {
    try withFolder { folder in
      let data = folder.appending(path: "data"), c = configuration
      try TinyDataset.write(to: data)
      let record = try RunRecord(experiment: "data", method: "subject", data: data, configuration: c)
      let trainer = try SubjectTrainer(
        try Dataset(data, size: 32), c, run: try RunFolder.create(folder.appending(path: "run"), record), warn: { Issue.record("\($0)") })
      var said: [String] = [], shown: [TrainingProgress] = []
      let isDone = try trainer.train(
        .steps(40), progress: { shown.append($0) }, warn: { said.append($0) },
        shouldStop: {
          if trainer.step == 12, trainer.session.returns == 0 {
            withoutGradient { for (_, weight) in trainer.optimizers[0].groups[group].parameters { weight.mul_(Double.nan) } }
          }
          return false
        })
      #expect(isDone && trainer.session.returns == 1 && trainer.session.skipped == 10)
      #expect(said.last?.contains("training goes back to step 10 with half the learning rates (1 of 3)") == true, "\(said)")
      #expect(Array(shown.map(\.step).suffix(2)) == [20, 40] && shown.suffix(2).allSatisfy { $0.loss.isFinite && $0.psnr.isFinite })
      for step in trainer.run.savedSteps { #expect(try trainer.run.checkpoint(step: step, warn: { _ in }).firstNotFinite == nil) }
      // The last step was judged, and is kept with what it was judged as.
      #expect(try trainer.run.checkpoint(step: 40, warn: { _ in }).score != nil)
    }
  }

  @Test func aDatasetThatWasMadeAgainIsNotTrainedOn() throws {
    try withFolder { folder in
      let data = folder.appending(path: "data")
      try TinyDataset.write(to: data)
      let ending = try Tool.run(TrainingTests.arguments(5, TrainingTests.small("fast")), in: folder)
      #expect(ending.status == 0, "\(ending.errors)")
      // Moved, it is the same.
      try FileManager.default.moveItem(at: data, to: folder.appending(path: "moved"))
      let moved = try Tool.run(["train", "subject", "--data", "moved", "--output", "run", "--steps", "10", "--resume"], in: folder)
      #expect(moved.status == 0, "\(moved.errors)")
      try TinyDataset.write(to: data, frames: 26)
      let again = try Tool.run(TrainingTests.arguments(15, ["--resume"]), in: folder)
      #expect(again.status == 65 && again.errors.contains("was begun on other data") && again.errors.contains("another --output"))
      #expect(try again.errors.split(separator: "\n").count == 1 && RunFolder.open(folder.appending(path: "run")).savedSteps.last == 10)
    }
  }

  /// Earlier versions spread the driving numbers otherwise; the weights of such a run know no other way.
  @Test func aRunGoesOnWithTheRangeItBeganWith() throws {
    try withFolder { folder in
      let data = folder.appending(path: "data"), c = configuration
      try TinyDataset.write(to: data)
      let place = folder.appending(path: "run"), dataset = try Dataset(data, size: 32), driving = dataset.driving(width: c.field.driving)
      func begun() throws -> SubjectScene {
        let record = try RunRecord(experiment: "data", method: "subject", data: data, configuration: c)
        let first = try SubjectTrainer(dataset, c, run: try RunFolder.create(place, record), warn: { Issue.record("\($0)") })
        #expect(try first.train(.steps(5), progress: { _ in }, shouldStop: { false }))
        return first.scene
      }
      let first = try begun()
      // Lids that no frame shuts are not cut off where they are shut.
      let lid = try #require(ExpressionNames.arkit.firstIndex(of: "eyeBlinkLeft"))
      for (blink, normal) in [(1, 5), (0.6, 3), (0, 0)] as [(Float, Float)] {
        var shut = [Float](repeating: 0, count: c.field.driving)
        shut[lid] = blink
        #expect(abs(first.normalized(Tensor(shut)).floats[lid] - normal) < 1e-3)
      }
      let file = place.appending(path: "scene.safetensors"), written = try Safetensors.read(file)
      var tensors = written.tensors
      tensors["driving.spread"] = try #require(tensors["driving.spread"]) * 0.5
      try Safetensors.write(tensors, metadata: written.metadata, to: file)
      let again = try SubjectTrainer(dataset, c, run: try RunFolder.resume(place), warn: { Issue.record("\($0)") })
      let (before, after) = (first.normalized(driving), again.scene.normalized(driving))
      #expect(before.abs().max().item > 0.1 && (after - (before * 2).clamp(-6, 6)).abs().max().item < 1e-5)
      #expect(try again.train(.steps(8), progress: { _ in }, shouldStop: { false }))
      #expect(try Safetensors.read(file).tensors["driving.spread"]?.floats == tensors["driving.spread"]?.floats)
    }
  }

  /// Runs of earlier versions do not know their data.
  @Test func runsWithoutAFingerprintGoOn() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      let first = try Tool.run(TrainingTests.arguments(5, TrainingTests.small("fast")), in: folder)
      #expect(first.status == 0, "\(first.errors)")
      let file = folder.appending(path: "run/config.json"), text = try String(contentsOf: file, encoding: .utf8)
      let old = text.split(separator: "\n").filter { !$0.contains("\"fingerprint\"") }.joined(separator: "\n")
      #expect(old.count < text.count - 20)
      try Data(old.utf8).write(to: file)
      let again = try Tool.run(TrainingTests.arguments(10, ["--resume"]), in: folder)
      #expect(again.status == 0, "\(again.errors)")
      #expect(try RunFolder.open(folder.appending(path: "run")).record.fingerprint != nil)
    }
  }
}
