import Foundation
import Torch

/// A generator in a safetensors file: tensors under the names of the published generators' `state_dict`, the configuration in the metadata.
package enum GeneratorFile {
  private static let format = "likeness.generator", version = "1"

  /// Writes a generator, atomically; throws `FileError`. `half` stores its numbers with 16 bits.
  ///
  /// `notes` stand in the metadata beside the configuration: a licence, where it comes from.
  package static func write(_ generator: TriplaneGenerator, to url: URL, half: Bool = false, notes: [String: String] = [:]) throws {
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in generator.state() {
      let stored = tensor.detach().to(.cpu).contiguous()
      tensors[name] = half && stored.dtype == .float32 ? stored.to(.float16) : stored
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var metadata = notes
    (metadata["format"], metadata["version"]) = (format, version)
    metadata["configuration"] = String(decoding: try encoder.encode(generator.configuration), as: UTF8.self)
    try Safetensors.write(tensors, metadata: metadata, to: url)
  }

  /// Reads a generator, all of it checked; throws `PortraitError` or what reading the file throws, in one line that names it.
  ///
  /// Files of other tools, which say nothing of a configuration, are read if they fit `configuration`.
  package static func read(_ url: URL, configuration expected: GeneratorConfiguration? = nil) throws -> TriplaneGenerator {
    let file = try contents(url)
    do {
      let configuration = try stored(file.metadata) ?? expected
      guard let configuration else {
        throw PortraitError.file(url, "does not say what generator it holds; convert the published file with Tools/convert_eg3d.py")
      }
      try configuration.check()
      // Before room is made for what is not there.
      try fits(file, configuration)
      let generator = TriplaneGenerator(configuration, Generator(seed: 0))
      try generator.load(try weights(file.tensors, url))
      try finite(generator, url)
      return generator
    } catch let error as ModuleError {
      throw PortraitError.file(
        url, "does not hold the generator that its configuration describes (\(error.fault)); take the whole file, or convert it again")
    } catch PortraitError.configuration(let text) {
      throw PortraitError.file(url, "has a configuration that cannot be used (\(text)); convert it again")
    } catch is DecodingError {
      throw PortraitError.file(url, "has a configuration that cannot be read; convert it again")
    }
  }

  /// Throws `PortraitError` with the way out where it is a generator as EG3D publishes it, or a packed one.
  private static func contents(_ url: URL) throws -> Safetensors {
    do {
      return try Safetensors.read(url)
    } catch let error as SafetensorsError {
      guard case .otherKind(let what, _) = error.problem else { throw error }
      let convert = "convert it: python3 Tools/convert_eg3d.py <file>.pkl generator.safetensors"
      switch url.pathExtension.lowercased() {
      case "zip": throw PortraitError.file(url, "\(what); unpack it, and if there is a .pkl in it, \(convert)")
      case "pkl": throw PortraitError.file(url, "\(what), as EG3D publishes its generators; \(convert)")
      default: throw error
      }
    }
  }

  /// What stands in a file's metadata beside the configuration; throws what reading the file throws.
  package static func notes(_ url: URL) throws -> [String: String] {
    try Safetensors.read(url).metadata.filter { !["format", "version", "configuration"].contains($0.key) }
  }
  /// The generator that comes with the tool; throws `CaptureError` where the tool was carried away without its `Models` folder.
  package static func shipped() throws -> URL { try DependencyFolder.shipped("prior-small.safetensors") }

  private static func stored(_ metadata: [String: String]) throws -> GeneratorConfiguration? {
    if let version = metadata["version"], metadata["format"] == format, version != self.version {
      throw PortraitError.configuration("it has format version \(version.prefix(20)), this tool reads version \(self.version)")
    }
    return try metadata["configuration"].map { try JSONDecoder().decode(GeneratorConfiguration.self, from: Data($0.utf8)) }
  }

  /// The numbers that the widest parts of a configuration need are looked for among the file's, so that a few bytes cannot ask for gigabytes.
  private static func fits(_ file: Safetensors, _ c: GeneratorConfiguration) throws {
    for side in c.resolutions {
      let name = "backbone.synthesis.b\(side).conv1.weight", expected = [c.channels(side), c.channels(side), 3, 3]
      guard let tensor = file.tensors[name] else { throw ModuleError.missing(name) }
      guard tensor.shape == expected else { throw ModuleError.shape(name, tensor.shape, expected: expected) }
    }
    var others = ["backbone.mapping.fc0.weight": [c.width, c.latent + (c.label > 0 ? c.width : 0)]]
    others["backbone.synthesis.b4.torgb.weight"] = [3 * c.planeChannels, c.channels(4), 1, 1]
    others["decoder.net.0.weight"] = [c.decoderHidden, c.planeChannels]
    others["decoder.net.2.weight"] = [1 + c.decoderFeatures, c.decoderHidden]
    for i in 1..<max(c.mappingLayers, 1) { others["backbone.mapping.fc\(i).weight"] = [c.width, c.width] }
    if let s = c.superResolution {
      others["superresolution.block0.conv1.weight"] = [s.firstChannels, s.firstChannels, 3, 3]
      others["superresolution.block1.conv1.weight"] = [s.secondChannels, s.secondChannels, 3, 3]
      let side = s.inputResolution * (s.firstDoubles ? 2 : 1)
      others["superresolution.block0.conv1.noise_const"] = [side, side]
      others["superresolution.block1.conv1.noise_const"] = [2 * side, 2 * side]
    }
    for (name, expected) in others.sorted(by: { $0.key < $1.key }) {
      guard let tensor = file.tensors[name] else { throw ModuleError.missing(name) }
      guard tensor.shape == expected else { throw ModuleError.shape(name, tensor.shape, expected: expected) }
    }
  }

  /// Without the filters that published files repeat beside every layer, which must be the one that is used here.
  static func weights(_ tensors: [String: Tensor], _ url: URL) throws -> [String: Tensor] {
    let filter = binomialFilter()
    return try tensors.filter { name, tensor in
      guard name.hasSuffix("resample_filter") else { return true }
      let same = tensor.shape == filter.shape && tensor.dtype.isFloatingPoint && (tensor.to(.float32) - filter).abs().max().item < 1e-6
      guard same else { throw PortraitError.file(url, "resamples with another filter (\(name)) than [1, 3, 3, 1]; it cannot be used") }
      return false
    }
  }

  private static func finite(_ generator: TriplaneGenerator, _ url: URL) throws {
    for (name, tensor) in generator.state() where !tensor.isFinite().all() {
      throw PortraitError.file(url, "tensor \(name) holds values that are not finite (NaN or infinity); use an undamaged copy")
    }
  }
}
