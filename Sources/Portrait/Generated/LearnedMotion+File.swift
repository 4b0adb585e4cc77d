import Face
import Foundation
import Generator
import Torch

extension LearnedMotion {
  private static let format = "likeness.deformation", version = "1"
  static let fieldPrefix = "deformation.", numbersPrefix = "statistics."

  /// Its tensors by the names in a file.
  var tensors: [String: Tensor] {
    field.namedState(prefix: Self.fieldPrefix).merging(statistics.namedState(prefix: Self.numbersPrefix)) { $1 }
  }
  /// The networks that a file's tensors are; throws `ModuleError` where they are of another shape, `PortraitError` where no networks can be.
  init(_ tensors: [String: Tensor], _ configuration: DeformationConfiguration, _ source: Source, name: String) throws {
    if let fault = configuration.fault { throw PortraitError.configuration("deformation.\(fault)") }
    // Before room is made for what is not there.
    let (d, w) = (configuration.displacementWidth, configuration.weightWidth)
    let least = Memory.product(configuration.displacementDepth - 1, d, d) + Memory.product(configuration.weightDepth - 1, w, w)
    let held = tensors.values.reduce(0) { $0 + $1.numel }
    guard least <= held else {
      throw PortraitError.configuration("it needs at least \(least) values, but the file contains \(held)")
    }
    field = DeformationField(configuration, Generator(seed: 0))
    statistics = CoefficientStatistics(identity: configuration.identity, expression: configuration.expression)
    (self.source, self.name) = (source, name)
    func part(_ prefix: String) -> [String: Tensor] { tensors.filter { $0.key.hasPrefix(prefix) } }
    try field.load(part(Self.fieldPrefix), prefix: Self.fieldPrefix)
    try statistics.load(part(Self.numbersPrefix), prefix: Self.numbersPrefix)
  }

  /// Writes them as a file of their own, atomically; `notes` stand in the metadata beside the rest. Throws `FileError`.
  package func write(to url: URL, faceModel: String, notes: [String: String] = [:]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var metadata = notes
    metadata["format"] = Self.format
    metadata["version"] = Self.version
    metadata["source"] = source.rawValue
    metadata["face_model"] = faceModel
    metadata["configuration"] = String(decoding: try encoder.encode(field.configuration), as: UTF8.self)
    try Safetensors.write(tensors.mapValues { $0.detach().to(.cpu).contiguous() }, metadata: metadata, to: url)
  }

  /// Reads what `write` wrote, for the head model that is to move by them; all of it is checked. Throws `PortraitError` or what reading the
  /// file throws, in one line that names it.
  package static func read(_ url: URL, for model: MorphableModel = .builtIn()) throws -> LearnedMotion {
    let again = "name a file that train portrait --stage deformation made"
    let file = try Safetensors.read(url), words = file.metadata
    guard words["format"] == format else { throw PortraitError.file(url, "does not hold networks that move a volume; \(again)") }
    guard words["version"] == version else {
      throw PortraitError.file(url, "is of version \((words["version"] ?? "?").prefix(20)), this tool reads version \(version); update it")
    }
    guard words["face_model"] == model.name else {
      throw PortraitError.file(
        url, "was trained for the head model \"\((words["face_model"] ?? "?").prefix(40))\" and not for \"\(model.name)\"; \(again)")
    }
    do {
      let configuration = try JSONDecoder().decode(DeformationConfiguration.self, from: Data((words["configuration"] ?? "").utf8))
      guard let source = Source(rawValue: words["source"] ?? "") else { throw PortraitError.configuration("it does not say what α is") }
      let (identity, expression) = widths(model, source)
      guard configuration.identity == identity, configuration.expression == expression else {
        throw PortraitError.file(
          url,
          "its networks see \(configuration.identity) and \(configuration.expression) numbers, and the head model has \(identity) and \(expression); \(again)"
        )
      }
      let made = try LearnedMotion(file.tensors, configuration, source, name: url.lastPathComponent)
      for (name, tensor) in made.tensors where !tensor.isFinite().all() {
        throw PortraitError.file(url, "tensor \(name) holds values that are not finite (NaN or infinity); use an undamaged copy")
      }
      return made
    } catch let error as ModuleError {
      throw PortraitError.file(url, "does not contain the tensors that its configuration describes (\(error.fault)); \(again)")
    } catch PortraitError.configuration(let text) {
      throw PortraitError.file(url, "has a configuration that cannot be used (\(text)); \(again)")
    } catch is DecodingError {
      throw PortraitError.file(url, "has a configuration that cannot be read; \(again)")
    }
  }
}
