import Foundation
import Torch

/// A file of golden vectors and what is said of it. Its name says its kind; sizes and options stand in the tensors' shapes and the metadata.
package struct GoldenFile {
  package let name: String
  package let tensors: [String: Tensor]
  package let metadata: [String: String]

  /// Which avatar's golden vectors: a folder's name.
  package enum Avatar: String { case subject, portrait }

  /// Reads a file onto `device`; tensors that its `procedural` metadata names are computed. Throws what `Safetensors.read` throws, and `GoldenError`.
  package init(_ url: URL, on device: Device = .cpu) throws {
    let file = try Safetensors.read(url)
    name = url.lastPathComponent
    metadata = file.metadata
    tensors = try file.tensors.merging(ProceduralTensors.named(in: file.metadata, of: name)) { stored, _ in stored }.mapValues {
      $0.to(device)
    }
  }

  /// A tensor that every file of this kind has; throws `GoldenError` where this one has not.
  package subscript(name: String) -> Tensor {
    get throws {
      guard let tensor = tensors[name] else { throw GoldenError(self.name, "tensor \(name) is missing") }
      return tensor
    }
  }
  /// A number that the metadata of every file of this kind has; throws `GoldenError` where this one's has not.
  package func number(of key: String) throws -> Double {
    guard let text = metadata[key] else { throw GoldenError(name, "metadata has no \(key)") }
    guard let number = Double(text), number.isFinite else { throw GoldenError(name, "metadata's \(key) is no number: \(text)") }
    return number
  }

  /// All files whose names start with `kind`: the project's fixtures, and those of the folder `LIKENESS_GOLDEN` (by default
  /// `../shared/golden`), which take the place of fixtures of the same name. Within a test with the trait `.golden`, only its share of them.
  package static func all(_ kind: String, of avatar: Avatar = .subject, on device: Device = .cpu) throws -> [GoldenFile] {
    try (GoldenShare.current?.urls(kind, avatar) ?? GoldenFolder.urls(kind, avatar)).map { try GoldenFile($0, on: device) }
  }
  package static func exist(_ kind: String, of avatar: Avatar = .subject) -> Bool { !GoldenFolder.urls(kind, avatar).isEmpty }
}

/// In what a golden file is not of the kind that its name says.
package struct GoldenError: Error, CustomStringConvertible {
  package let description: String
  package init(_ file: String, _ fault: String) { description = "\(file): \(fault)" }
}
