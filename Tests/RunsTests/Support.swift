import Foundation
import Runs
import Torch

/// An empty folder of the test's own, gone afterwards.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "runs-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// A trainer's configuration, for tests.
struct Settings: Codable, Equatable {
  struct Field: Codable, Equatable { var hidden = 64, rate = 0.5 }
  var field = Field()
  var preset = "compact"
}

func makeRun(_ folder: URL) throws -> RunFolder {
  let record = try RunRecord(experiment: "anna", method: "subject", data: folder.appending(path: "data"), configuration: Settings())
  return try RunFolder.create(folder.appending(path: "run"), record)
}
func makeCheckpoint(_ step: Int, score: Double? = nil) -> Checkpoint {
  let tensors = [
    "weights.a": Tensor([1, 2, Float(step)]), "random": Tensor([7, 8, 9, 250] as [UInt8], [2, 2]), "none": Tensor([] as [Float]),
  ]
  return Checkpoint(step: step, tensors: tensors, metadata: ["epoch": "3", "": "odd name"], score: score)
}

/// The error of `body`, which must throw one of type `E`.
func error<E: Error, R>(_: E.Type = E.self, _ body: () throws -> R) -> E? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? E
  }
}
