import Foundation
import Golden
import Perception
import Torch

func fixture() throws -> [String: Tensor] {
  try Safetensors.read(Bundle.module.resourceURL!.appendingPathComponent("Fixtures/perception.safetensors")).tensors
}

/// Data that lies beside the project, where it does.
func assets(_ path: String) -> URL {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let folder = ProcessInfo.processInfo.environment["LIKENESS_ASSETS"].map { URL(filePath: $0) } ?? root.appending(path: "../shared/assets")
  return folder.appending(path: path)
}
func exist(_ path: String) -> Bool { FileManager.default.fileExists(atPath: assets(path).path) }

extension Module {
  /// Gives every weight the value of its name times `scale` of it, by loading, so that a wrong name or shape is found.
  func fill(_ scale: (String) -> Double = { _ in 1 }) throws {
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in state() {
      tensors[name] = name.hasSuffix("num_batches_tracked") ? .zeros([], .int64) : Procedural.weight(name, tensor.shape) * scale(name)
    }
    try load(tensors)
  }
}

/// Numbers in 0...1 by name.
func image(_ name: String, _ shape: [Int]) -> Tensor { (Procedural.tensor(name, shape, bound: 1) + 1) / 2 }

/// An empty folder of the test's own, gone afterwards.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("perception-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
