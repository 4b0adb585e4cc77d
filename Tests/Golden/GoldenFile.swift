import Foundation
import Testing
import Torch

/// A file of golden vectors and what is said of it.
package struct GoldenFile {
  package let name: String
  package let tensors: [String: Tensor]
  package let metadata: [String: String]

  package subscript(name: String) -> Tensor {
    guard let tensor = tensors[name] else { fatalError("\(self.name) has no \(name)") }
    return tensor
  }

  /// Which avatar's golden vectors: a folder's name.
  package enum Avatar: String { case subject, portrait }

  /// All files whose names start with `kind`, from the folder `LIKENESS_GOLDEN`, by default `../shared/golden`.
  package static func all(_ kind: String, of avatar: Avatar = .subject) throws -> [GoldenFile] {
    try urls(kind, avatar).map { url in
      let file = try Safetensors.read(url)
      return GoldenFile(name: url.lastPathComponent, tensors: file.tensors, metadata: file.metadata)
    }
  }
  package static func exist(_ kind: String, of avatar: Avatar = .subject) -> Bool { !urls(kind, avatar).isEmpty }

  /// Where the files are, if they are anywhere.
  package static func folder(of avatar: Avatar) -> URL {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder =
      ProcessInfo.processInfo.environment["LIKENESS_GOLDEN"].map { URL(filePath: $0) } ?? root.appending(path: "../shared/golden")
    return folder.appending(path: avatar.rawValue)
  }

  private static func urls(_ kind: String, _ avatar: Avatar) -> [URL] {
    let found = try? FileManager.default.contentsOfDirectory(at: folder(of: avatar), includingPropertiesForKeys: nil)
    return (found ?? []).filter { $0.lastPathComponent.hasPrefix(kind) && $0.pathExtension == "safetensors" }
      .sorted { $0.path < $1.path }
  }
}

/// Expects `tensor` to be `expected` within `absolute` plus `relative` of each value.
package func expectClose(
  _ tensor: Tensor, _ expected: Tensor, absolute: Double = 1e-5, relative: Double = 1e-5, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard tensor.shape == expected.shape else {
    Issue.record("\(what): \(tensor.shape) instead of \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  // Endless values count as equal where both are.
  let same = (tensor .== expected)
  let difference = (tensor - expected).abs().maskedFill(same, 0)
  let excess = (difference - expected.abs().maskedFill(same, 0) * relative).max().item
  #expect(excess <= absolute, "\(what): off by \(difference.max().item)", sourceLocation: sourceLocation)
}
