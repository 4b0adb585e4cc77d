import Foundation
import Testing
import Torch

/// A file of this target's fixtures.
func fixture(_ name: String) throws -> Safetensors {
  try Safetensors.read(Bundle.module.resourceURL!.appendingPathComponent("Fixtures/\(name).safetensors"))
}

/// An empty folder of the test's own, gone afterwards.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("torch-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// The names in a folder, hidden ones too.
func names(in folder: URL) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

/// The greatest distance between two tensors' elements; infinite if their shapes differ or one is not finite.
func distance(_ a: Tensor?, _ b: Tensor?) -> Double {
  guard let a, let b, a.shape == b.shape else { return .infinity }
  if a.numel == 0 { return 0 }
  let distance = withoutGradient { (a.to(.float64) - b.to(.float64)).abs().max().item }
  return distance.isNaN ? .infinity : distance
}
