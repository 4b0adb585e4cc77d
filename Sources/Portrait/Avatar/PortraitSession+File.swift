import Face
import Foundation
import Generator
import Photos
import Runs
import Torch

extension PortraitSession {
  private static let format = "likeness.portrait", version = 1
  /// What stands in every file that holds a person.
  static let notice = "A likeness of a person: use it only as that person has agreed to, and say that what you show is synthetic."

  private struct Record: Codable {
    var state: FaceState
    var faceModel: String
    var label: [Float]
    var distance: Float
    var crop: PhotoCrop
    var photo, model: String
  }

  /// Writes it with a checksum of every tensor, atomically; throws `FileError`. Of the photo's name only the last part is kept.
  package func write(to url: URL) throws {
    let record = Record(
      state: state, faceModel: faceModel, label: label.values, distance: distance, crop: crop,
      photo: URL(filePath: photo).lastPathComponent, model: model)
    let tensors = tensors.mapValues { $0.detach().to(.cpu).contiguous() }
    let metadata = [
      "format": Self.format, "version": "\(Self.version)", "session": String(decoding: try JSONEncoder().encode(record), as: UTF8.self),
      "notice": Self.notice,
    ]
    try Checkpoint(step: 0, tensors: tensors, metadata: metadata).write(to: url)
  }

  /// Reads what `write` wrote, all of it checked; throws `PortraitError` or what reading a file throws.
  package static func read(_ url: URL) throws -> PortraitSession {
    let again = "make it again from the photo"
    let file: Checkpoint
    do {
      file = try Checkpoint.read(url)
    } catch let error as RunError {
      if case .damaged(let part) = error.reason { throw PortraitError.file(url, "is not a valid portrait file (\(part)); \(again)") }
      throw error
    }
    guard file.metadata["format"] == format else {
      throw PortraitError.file(url, "is not a portrait; name the file that was made from a photo")
    }
    let version = file.metadata["version"] ?? "?"
    guard version == "\(Self.version)" else { throw RunError(url, .newer(version: version, known: Self.version)) }
    guard let record = try? JSONDecoder().decode(Record.self, from: Data((file.metadata["session"] ?? "").utf8)),
      let label = CameraLabel(values: record.label), record.distance > 0, record.distance.isFinite, record.crop.isSound
    else { throw PortraitError.file(url, "has impossible values for its photo; \(again)") }
    func tensor(_ name: String, _ dimensions: Int) throws -> Tensor {
      guard let tensor = file.tensors[name], tensor.dim == dimensions, tensor.size(0) == 1, tensor.dtype == .float32 else {
        throw PortraitError.file(url, "its \(name) is missing or of another shape; \(again)")
      }
      guard tensor.isFinite().all() else {
        throw PortraitError.file(url, "its \(name) holds values that are not finite (NaN or infinity); \(again)")
      }
      return tensor
    }
    let session = PortraitSession(
      ws: try tensor("ws", 3), feature: try tensor("feature", 4), image: try tensor("image", 4), planes: try tensor("planes", 4),
      state: record.state, faceModel: record.faceModel, label: label, distance: record.distance, crop: record.crop,
      photo: record.photo,
      model: record.model)
    guard file.tensors.count == session.tensors.count else {
      throw PortraitError.file(url, "contains tensors that a portrait does not have; \(again)")
    }
    return session
  }
}

extension PhotoCrop {
  /// Whether it is a square at all.
  var isSound: Bool {
    center.x.isFinite && center.y.isFinite && side > 0 && side.isFinite && roll.isFinite && (1...4096).contains(size)
  }
}
