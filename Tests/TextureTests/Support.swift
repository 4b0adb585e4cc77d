import Foundation
import Golden
import Torch

/// A file of this target's fixtures.
func fixture(_ name: String) throws -> Safetensors {
  try Safetensors.read(Bundle.module.resourceURL!.appendingPathComponent("Fixtures/\(name).safetensors"))
}

/// An empty folder of the test's own, gone afterwards.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("texture-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

extension Module {
  /// Gives every weight what its name and shape say; u and v of a spectral norm are those of `stored`, or random directions.
  func fillProcedurally(_ stored: [String: Tensor] = [:]) throws {
    var weights: [String: Tensor] = [:]
    for (name, tensor) in state() {
      let isDirection = name.hasSuffix("weight_u") || name.hasSuffix("weight_v")
      weights[name] =
        stored[name]
        ?? (isDirection ? Procedural.tensor(name, tensor.shape, bound: 1).normalized(0) : Procedural.weight(name, tensor.shape))
      if tensor.dtype == .int64 { weights[name] = tensor }
    }
    try load(weights)
  }
}
