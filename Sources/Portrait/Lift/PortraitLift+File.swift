import Consent
import Face
import Foundation
import Generator
import Runs
import Torch

extension PortraitLift {
  private static let format = "likeness.portrait", kind = "lift", version = 1
  private static let again = "make it again from the photo"

  fileprivate struct Words: Codable {
    var state: FaceState
    var calibration: [Float]
    var faceModel: String
    var source, camera: Camera
    var photo: String
  }

  /// Writes it with a checksum of every tensor, atomically; throws `FileError`. Of the photo's name only the last part is kept.
  package func write(to url: URL) throws {
    let words = Words(
      state: state, calibration: calibration.flatMap { [$0.x, $0.y, $0.z] }, faceModel: scene.modelName, source: source, camera: camera,
      photo: photo)
    var metadata = [
      "format": Self.format, "coarse": Self.kind, "version": "\(Self.version)",
      "portrait": String(decoding: try JSONEncoder().encode(words), as: UTF8.self), "notice": PortraitSession.notice,
    ]
    metadata[ConsentFile.key] = consent.map(ConsentFile.text)
    try Checkpoint(step: 0, tensors: tensors.mapValues { $0.contiguous() }, metadata: metadata).write(to: url)
  }

  /// Whether a file says of itself that it holds a portrait of this kind; reads its header only.
  package static func isLift(_ url: URL) -> Bool {
    guard let words = (try? Safetensors.read(url))?.metadata else { return false }
    return words["user.format"] == format && words["user.coarse"] == kind
  }

  /// Reads what `write` wrote, all of it checked; throws `PortraitError` or what reading a file throws.
  package convenience init(file url: URL, model: MorphableModel = .builtIn()) throws {
    let file: Checkpoint
    do {
      file = try Checkpoint.read(url)
    } catch let error as RunError {
      if case .damaged(let part) = error.reason { throw PortraitError.file(url, "is not a valid portrait file (\(part)); \(Self.again)") }
      throw error
    }
    guard file.metadata["format"] == Self.format, file.metadata["coarse"] == Self.kind else {
      throw PortraitError.file(url, "is not a portrait; name the file that was made from a photo")
    }
    let version = file.metadata["version"] ?? "?"
    guard version == "\(Self.version)" else { throw RunError(url, .newer(version: version, known: Self.version)) }
    guard let words = try? JSONDecoder().decode(Words.self, from: Data((file.metadata["portrait"] ?? "").utf8)) else {
      throw PortraitError.file(url, "says nothing of its photo; \(Self.again)")
    }
    guard words.faceModel == model.name else {
      throw PortraitError.file(url, "was made with another head model than \"\(model.name)\"; \(Self.again)")
    }
    guard PortraitLift.isSound(words.state, words.calibration, [words.source, words.camera], model) else {
      throw PortraitError.file(url, "has impossible values for its photo; \(Self.again)")
    }
    let check = LiftFileCheck(url, file.tensors, remedy: Self.again)
    try check.mesh(movers: model.vertexCount)
    try check.images(words.source)
    let calibration = stride(from: 0, to: words.calibration.count, by: 3).map {
      SIMD3(words.calibration[$0], words.calibration[$0 + 1], words.calibration[$0 + 2])
    }
    // Copied, since the file may be changed while the avatar is shown.
    self.init(
      head: LiftHead(model, words.state, calibration: calibration), tensors: file.tensors.mapValues { $0.clone() }, source: words.source,
      camera: words.camera,
      photo: words.photo)
    consent = ConsentFile.record(in: file.metadata)
  }
}

extension PortraitLift {
  /// Whether a head and cameras that a file names can have these values.
  static func isSound(_ state: FaceState, _ calibration: [Float], _ cameras: [Camera], _ model: MorphableModel) -> Bool {
    func isFinite(_ values: [Float]) -> Bool { values.allSatisfy { $0.isFinite && abs($0) < 1000 } }
    func isSound(_ camera: Camera) -> Bool {
      (16...4096).contains(camera.width) && (16...4096).contains(camera.height) && camera.focal.min() > 1 && camera.focal.max() < 1e5
        && isFinite([camera.center.x / 100, camera.center.y / 100]) && isFinite(camera.cameraToWorld.rows)
    }
    return state.identity.count <= model.identityNames.count && state.expression.count <= model.expressionNames.count
      && isFinite(state.identity + state.expression + state.pose.rows + [state.gaze.x, state.gaze.y])
      && [0, 3 * FaceMeshTopology.pointCount].contains(calibration.count) && isFinite(calibration) && cameras.allSatisfy(isSound)
  }
}

/// Checks the tensors of a stranger's file before anything is drawn from them.
private struct LiftFileCheck {
  let url: URL
  let tensors: [String: Tensor]
  let remedy: String
  init(_ url: URL, _ tensors: [String: Tensor], remedy: String) { (self.url, self.tensors, self.remedy) = (url, tensors, remedy) }

  private func fault(_ text: String) -> PortraitError { .file(url, "\(text); \(remedy)") }
  private func tensor(_ name: String, _ type: Tensor.DType, _ dimensions: Int) throws -> Tensor {
    guard let found = tensors[name], found.dtype == type, found.dim == dimensions, found.numel > 0 else {
      throw fault("its \(name) is missing or of another kind")
    }
    return found
  }

  /// Vertices, what moves them (of `movers` vertices of a model), and triangles.
  func mesh(movers: Int) throws {
    let names: Set = ["base", "links", "shares", "numbers", "triangles", "kinds", "texture", "plate"]
    guard Set(tensors.keys) == names else { throw fault("contains other tensors than a portrait has") }
    let base = try tensor("base", .float32, 2), links = try tensor("links", .int32, 2), shares = try tensor("shares", .float32, 2)
    let numbers = try tensor("numbers", .float32, 2), triangles = try tensor("triangles", .int32, 2), kinds = try tensor("kinds", .uint8, 2)
    let n = base.size(0), f = triangles.size(0)
    guard base.shape == [n, 3], links.shape == [n, 4], shares.shape == [n, 4], numbers.shape == [n, LiftVertex.numbers],
      triangles.shape == [f, 3], kinds.shape == [f, 2], n <= 4_000_000, f <= 8_000_000
    else { throw fault("the shapes of its tensors do not go together") }
    for tensor in [base, shares, numbers] where tensor.abs().max().item > 1e6 { throw fault("has impossible places") }
    func within(_ tensor: Tensor, _ count: Int) -> Bool { tensor.min().item >= 0 && tensor.max().item < Double(count) }
    guard within(links, movers), within(triangles, n) else { throw fault("refers to vertices that are not there") }
    guard kinds.select(1, 0).max().item <= 7, kinds.select(1, 1).max().item < Double(SemanticClass.allCases.count) else {
      throw fault("has triangles of an unknown kind")
    }
  }
  func images(_ source: Camera) throws {
    let texture = try tensor("texture", .uint8, 3), plate = try tensor("plate", .uint8, 3)
    guard texture.size(2) == 4, (2...16384).contains(texture.size(0)), (2...16384).contains(texture.size(1)),
      plate.shape == [source.height, source.width, 3]
    else { throw fault("its images have other sizes than its camera") }
  }
}
