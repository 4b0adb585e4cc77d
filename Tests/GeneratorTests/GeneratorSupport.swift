import Foundation
import Golden
import Testing
import Torch

/// Expects the largest difference to be at most `share` of the largest expected value.
func expectNear(
  _ tensor: Tensor, _ expected: Tensor, _ share: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let scale = expected.numel == 0 ? 0 : expected.detach().abs().max().item
  expectClose(tensor.detach(), expected, absolute: max(share * scale, 1e-7), relative: 0, what, sourceLocation: sourceLocation)
}

/// The same with 1e-4, what results of other builds of the same operators may differ.
func expectNear(_ tensor: Tensor, _ expected: Tensor, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
  expectNear(tensor, expected, 1e-4, what, sourceLocation: sourceLocation)
}

extension GoldenFile {
  /// The tensors of a module, whose names have `prefix`, without it and without resampling filters.
  func weights(_ prefix: String = "") -> [String: Tensor] {
    let own = tensors.filter { name, _ in
      name.hasPrefix(prefix) && !name.hasPrefix("in.") && !name.hasPrefix("out") && !name.hasSuffix("resample_filter")
    }
    return Dictionary(uniqueKeysWithValues: own.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }
  /// The results: names behind `out.`, but for gradients.
  var results: [(name: String, tensor: Tensor)] {
    get throws {
      let found = tensors.filter { $0.key.hasPrefix("out") && !$0.key.hasPrefix("out.grad.") }
      guard !found.isEmpty else { throw GoldenError(name, "no tensor out.* is there to compare with") }
      return found.map { ($0.key == "out" ? "" : String($0.key.dropFirst(4)), $0.value) }.sorted { $0.0 < $1.0 }
    }
  }
  /// A number of the configuration.
  func setting(_ key: String) -> Double? { configuration[key] as? Double ?? (configuration[key] as? Int).map(Double.init) }
  var configuration: [String: Any] {
    let json = try? JSONSerialization.jsonObject(with: Data((metadata["config"] ?? "{}").utf8))
    return json as? [String: Any] ?? [:]
  }
  var note: String { metadata["note"] ?? "" }
  /// The number behind `word` in `text`, by default in the note: `clamp=0.8`, `clamp 0.8`, `clamp0.8`.
  func number(_ word: String, in text: String? = nil) -> Double? {
    let text = text ?? note
    guard let expression = try? Regex("\(word)[ =:]*(-?[0-9]+(?:\\.[0-9]+)?)"), let match = text.firstMatch(of: expression) else {
      return nil
    }
    return match.output[1].substring.flatMap { Double(String($0)) }
  }
  /// Where the file asks for gradients `out.grad.<name>` of sums of results weighted by `in.grad_<result>`, expects those of `module`.
  func expectGradients(of module: any Module, results: [String: Tensor], _ share: Double = 1e-3) throws {
    let asked = tensors.filter { $0.key.hasPrefix("out.grad.") }
    let weighted = results.compactMap { name, tensor in tensors["in.grad_\(name)"].map { (tensor * $0).sum() } }
    guard !asked.isEmpty, !weighted.isEmpty else { return }
    let parameters = Dictionary(uniqueKeysWithValues: module.parameters().map { ($0.name, $0.tensor) })
    let names = asked.keys.map { String($0.dropFirst(9)) }.filter { parameters[$0] != nil }.sorted()
    let found = gradients(of: [weighted.dropFirst().reduce(weighted[0], +)], for: names.compactMap { parameters[$0] })
    for (name, gradient) in zip(names, found) {
      guard let gradient else { continue }
      try expectNear(gradient, self["out.grad.\(name)"], share, "\(self.name) gradient of \(name)")
    }
  }
}
