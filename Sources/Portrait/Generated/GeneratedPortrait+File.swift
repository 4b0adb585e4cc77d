import Consent
import Face
import Foundation
import Generator
import Runs
import Torch

extension GeneratedPortrait {
  private static let format = "likeness.portrait", kind = "generator", version = 1
  private static let again = "make it again from the photo"
  /// Parts of the file, by what their tensors' names begin with.
  private static let decoder = "decoder.", enlarger = "superresolution."

  private struct Words: Codable {
    var state, shown: FaceState
    var calibration: [Float]
    var faceModel: String
    var camera: Camera
    var distance: Float
    var photo: String
    var motion: Motion
    var generator: GeneratorConfiguration
    var deformation: DeformationConfiguration?
    /// Of its networks; files of earlier versions do not say.
    var source: LearnedMotion.Source?
    var networks: String?
  }

  /// Writes all that drawing needs, with a checksum of every tensor, atomically; throws `FileError`.
  package func write(to url: URL) throws {
    let words = Words(
      state: state, shown: head.source, calibration: calibration.flatMap { [$0.x, $0.y, $0.z] }, faceModel: scene.modelName, camera: camera,
      distance: distance, photo: photo, motion: motion, generator: generator.configuration, deformation: learned?.field.configuration,
      source: learned?.source, networks: learned?.name)
    var tensors = ["planes": planes, "ws": ws, "plate": plate]
    tensors.merge(generator.decoder.namedState(prefix: Self.decoder)) { $1 }
    if let larger = generator.superresolution { tensors.merge(larger.namedState(prefix: Self.enlarger)) { $1 } }
    if let learned { tensors.merge(learned.tensors) { $1 } }
    var metadata = [
      "format": Self.format, "coarse": Self.kind, "version": "\(Self.version)",
      "portrait": String(decoding: try JSONEncoder().encode(words), as: UTF8.self), "notice": PortraitSession.notice,
      "motion": motionWords,
    ]
    metadata[ConsentFile.key] = consent.map(ConsentFile.text)
    try Checkpoint(step: 0, tensors: tensors.mapValues { $0.detach().to(.cpu).contiguous() }, metadata: metadata).write(to: url)
  }

  /// Whether a file says of itself that it holds one of this kind; reads its header only.
  package static func isGenerated(_ url: URL) -> Bool {
    guard let words = (try? Safetensors.read(url))?.metadata else { return false }
    return words["user.format"] == format && words["user.coarse"] == kind
  }

  /// Reads what `write` wrote, all of it checked; throws `PortraitError` or what reading a file throws.
  package convenience init(file url: URL, model: MorphableModel = .builtIn()) throws {
    func fault(_ text: String) -> PortraitError { .file(url, "\(text); \(Self.again)") }
    let file: Checkpoint
    do {
      file = try Checkpoint.read(url)
    } catch let error as RunError {
      if case .damaged(let part) = error.reason { throw fault("is not a valid portrait file (\(part))") }
      throw error
    }
    guard file.metadata["format"] == Self.format, file.metadata["coarse"] == Self.kind else {
      throw PortraitError.file(url, "is not a portrait; name the file that was made from a photo")
    }
    let version = file.metadata["version"] ?? "?"
    guard version == "\(Self.version)" else { throw RunError(url, .newer(version: version, known: Self.version)) }
    guard let words = try? JSONDecoder().decode(Words.self, from: Data((file.metadata["portrait"] ?? "").utf8)) else {
      throw fault("says nothing of its photo")
    }
    guard words.faceModel == model.name else { throw fault("was made with another head model than \"\(model.name)\"") }
    guard PortraitLift.isSound(words.state, words.calibration, [words.camera], model), words.shown.identity == words.state.identity,
      PortraitLift.isSound(words.shown, words.calibration, [], model), words.distance > 0.1, words.distance < 1000
    else { throw fault("has impossible values for its photo") }
    let c = words.generator
    do {
      try c.check()
      func tensor(_ name: String, _ shape: [Int], _ type: Tensor.DType = .float32) throws -> Tensor {
        guard let found = file.tensors[name], found.shape == shape, found.dtype == type else {
          throw fault("its \(name) is missing or of another shape")
        }
        return found.clone()
      }
      let size = [words.camera.height, words.camera.width]
      let planes = try tensor("planes", [1, 3 * c.planeChannels, c.planeResolution, c.planeResolution])
      let ws = try tensor("ws", [1, c.layers, c.width]), plate = try tensor("plate", size + [3], .uint8)
      // Of the networks that make volumes nothing is needed: the smallest there are.
      let generator = TriplaneGenerator(c, Generator(seed: 0))
      func part(_ prefix: String) -> [String: Tensor] { file.tensors.filter { $0.key.hasPrefix(prefix) } }
      try generator.decoder.load(part(Self.decoder), prefix: Self.decoder)
      try generator.superresolution?.load(part(Self.enlarger), prefix: Self.enlarger)
      var learned: LearnedMotion?
      if let deformation = words.deformation {
        let source = words.source ?? .identity
        guard (deformation.identity, deformation.expression) == LearnedMotion.widths(model, source) else {
          throw fault("has networks for another head model than \"\(model.name)\"")
        }
        learned = try LearnedMotion(file.tensors, deformation, source, name: words.networks ?? "the portrait model's own")
      }
      guard words.motion == .mesh || learned != nil else { throw fault("lacks the networks that move it") }
      let calibration = stride(from: 0, to: words.calibration.count, by: 3).map {
        SIMD3(words.calibration[$0], words.calibration[$0 + 1], words.calibration[$0 + 2])
      }
      try self.init(
        generator: generator, planes: planes, ws: ws, plate: plate, head: LiftHead(model, words.shown, calibration: calibration),
        state: words.state, distance: words.distance, learned: learned, motion: words.motion, camera: words.camera, photo: words.photo)
      consent = ConsentFile.record(in: file.metadata)
    } catch let error as ModuleError {
      throw fault("does not hold the networks that its configuration describes (\(error.fault))")
    } catch PortraitError.configuration(let text) {
      throw fault("has a configuration that cannot be used (\(text))")
    }
  }
}
