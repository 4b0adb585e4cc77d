import Foundation
import Generator
import Torch

/// All networks of a one-shot avatar in one safetensors file, their configuration in its metadata.
package enum PortraitModelFile {
  private static let format = "likeness.portrait-model", version = "1"

  /// Writes a model, atomically; throws `FileError`. `half` stores its numbers with 16 bits; `notes` stand in the metadata beside the rest.
  package static func write(_ model: PortraitModel, to url: URL, half: Bool = false, notes: [String: String] = [:]) throws {
    let tensors = model.namedState().mapValues { tensor in
      let stored = tensor.detach().to(.cpu).contiguous()
      return half && stored.dtype == .float32 ? stored.to(.float16) : stored
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var metadata = notes
    (metadata["format"], metadata["version"]) = (format, version)
    metadata["configuration"] = String(decoding: try encoder.encode(model.configuration), as: UTF8.self)
    try Safetensors.write(tensors, metadata: metadata, to: url)
  }

  /// Whether a file says of itself that it holds such networks; reads its header only.
  package static func isModel(_ url: URL) -> Bool { (try? Safetensors.read(url))?.metadata["format"] == format }

  /// Reads a model, all of it checked; throws `PortraitError` or what reading the file throws, in one line that names it.
  package static func read(_ url: URL) throws -> PortraitModel {
    let file = try Safetensors.read(url)
    guard file.metadata["format"] == format else {
      throw PortraitError.file(url, "is not a portrait model; name a file that train portrait made")
    }
    guard file.metadata["version"] == version else {
      throw PortraitError.file(
        url, "is of version \((file.metadata["version"] ?? "?").prefix(20)), this tool reads version \(version); update it")
    }
    do {
      let configuration = try JSONDecoder().decode(PortraitConfiguration.self, from: Data((file.metadata["configuration"] ?? "").utf8))
      try configuration.check()
      // Before room is made for what is not there.
      let held = file.tensors.values.reduce(0) { $0 + $1.numel }
      guard configuration.leastNumbers <= held else {
        throw PortraitError.configuration("it needs at least \(configuration.leastNumbers) values, but the file contains \(held)")
      }
      let model = PortraitModel(configuration, Generator(seed: 0))
      try model.load(file.tensors)
      for (name, tensor) in model.state() where !tensor.isFinite().all() {
        throw PortraitError.file(url, "tensor \(name) holds values that are not finite (NaN or infinity); use an undamaged copy")
      }
      return model
    } catch let error as ModuleError {
      throw PortraitError.file(url, "does not contain the tensors that its configuration describes (\(error.fault)); use an undamaged copy")
    } catch PortraitError.configuration(let text) {
      throw PortraitError.file(url, "has a configuration that cannot be used (\(text)); use an undamaged copy")
    } catch is DecodingError {
      throw PortraitError.file(url, "has a configuration that cannot be read; use an undamaged copy")
    }
  }
}

extension PortraitConfiguration {
  /// Numbers that the largest parts need together, without making them.
  fileprivate var leastNumbers: Int {
    let synthesis = generator.resolutions.reduce(0) { $0 + 9 * generator.channels($1) * generator.channels($1) + $1 * $1 }
    let mapping = (generator.mappingLayers - 1) * generator.width * generator.width
    let blocks = encoder.depth * encoder.width * encoder.width * (4 + 2 * encoder.expansion)
    let squares = encoder.grid * encoder.grid * encoder.width + 3 * encoder.patch * encoder.patch * encoder.width
    let maps = 2 * 9 * detail.fusionWidth * (detail.features + detail.channels)
    let trunk = detail.widths.reduce(0) { $0 + (detail.blocks * 2 - 1) * 9 * $1 * $1 }
    let field =
      (deformation.displacementDepth - 1) * deformation.displacementWidth * deformation.displacementWidth
      + (deformation.weightDepth - 1) * deformation.weightWidth * deformation.weightWidth
    return synthesis + mapping + blocks + squares + maps + trunk + field
  }
}
