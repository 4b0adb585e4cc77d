import Foundation
import Torch

/// The tensors that a golden file leaves to be computed, so that networks of published sizes need no megabytes: the metadata's `procedural`
/// is `{"rule": "crc32" | "splitmix64", "tensors": {name: shape}}`, where the rule is that of `Procedural` or of `ComputedTensor`.
enum ProceduralTensors {
  private struct Listed: Decodable {
    enum Rule: String, Decodable { case crc32, splitmix64 }
    let rule: Rule
    let tensors: [String: [Int]]
  }
  /// More elements than this in a tensor are a mistake of the file.
  private static let limit = 1 << 26

  static func named(in metadata: [String: String], of file: String) throws -> [String: Tensor] {
    guard let text = metadata["procedural"] else { return [:] }
    guard let listed = try? JSONDecoder().decode(Listed.self, from: Data(text.utf8)) else {
      throw GoldenError(file, "metadata's procedural is not of the form {\"rule\": ..., \"tensors\": {name: shape}}")
    }
    return try Dictionary(
      uniqueKeysWithValues: listed.tensors.map { name, shape in
        guard shape.allSatisfy({ (0...limit).contains($0) }), shape.reduce(1.0, { $0 * Double($1) }) <= Double(limit) else {
          throw GoldenError(file, "the shape of \(name) cannot be: \(shape)")
        }
        return (name, tensor(name, shape, listed.rule))
      })
  }

  private static func tensor(_ name: String, _ shape: [Int], _ rule: Listed.Rule) -> Tensor {
    let isInput = name.hasPrefix("in.")
    switch rule {
    case .crc32:
      return isInput
        ? Procedural.tensor(name, shape, bound: 1) : Procedural.weight(name.hasPrefix("w.") ? String(name.dropFirst(2)) : name, shape)
    case .splitmix64:
      guard isInput else { return ComputedTensor.weight(name, shape) }
      return ["in.u", "in.jitter"].contains(name) ? ComputedTensor.even(name, shape) : ComputedTensor.unit(name, shape)
    }
  }
}
