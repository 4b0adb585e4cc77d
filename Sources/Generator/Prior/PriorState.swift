import Foundation
import Runs
import Torch

extension PriorTrainer {
  private var modules: [(prefix: String, module: any Module)] {
    let all: [(String, (any Module)?)] = [
      ("generator.", network), ("average.", average), ("discriminator.", discriminator), ("encoder.", encoder),
    ]
    return all.compactMap { prefix, module in module.map { (prefix, $0) } }
  }
  private var prefixedOptimizers: [(prefix: String, adam: Adam)] {
    [
      ("optimizer.generator/", adam.generator), ("optimizer.discriminator/", adam.discriminator),
      ("optimizer.reconstruction/", adam.reconstruction),
    ]
  }

  package func state() -> (tensors: [String: Tensor], metadata: [String: String]) {
    var tensors: [String: Tensor] = [:]
    for (prefix, module) in modules { tensors.merge(module.namedState(prefix: prefix)) { $1 } }
    for (prefix, adam) in prefixedOptimizers { for (name, tensor) in adam.state() { tensors[prefix + name] = tensor } }
    tensors["random"] = random.state
    return (tensors, [:])
  }
  package func restore(_ checkpoint: Checkpoint) throws {
    for (prefix, module) in modules { try module.load(checkpoint.tensors, prefix: prefix) }
    for (prefix, adam) in prefixedOptimizers { try adam.load(checkpoint.tensors, prefix: prefix) }
    try random.load(checkpoint.tensors["random"], name: "random")
  }

  /// Where the mean generator lies, in half precision, for everything that only draws with it.
  package var exported: URL { run.url.appending(path: "generator.safetensors") }

  /// Writes the mean generator there.
  func export() throws {
    let notes = [
      "pictures": configuration.images.background.rawValue, "hears_camera": String(configuration.isConditionedOnCamera),
      "kimg": String(format: "%.1f", locale: nil, Double(images) / 1000), "objective": configuration.objective.rawValue,
    ]
    try GeneratorFile.write(average, to: exported, half: true, notes: notes)
  }
}
