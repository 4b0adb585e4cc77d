import Foundation
import Torch

/// Everything a training needs to go on as if it had never stopped: weights, optimizer, random and sampler state.
///
/// On disk it is a safetensors file; its metadata hold the step, the format's version and a CRC32C of every tensor and of the metadata.
package struct Checkpoint {
  /// Steps of training that went into it.
  package let step: Int
  package let tensors: [String: Tensor]
  /// The trainer's own words, such as its configuration as JSON.
  package let metadata: [String: String]
  /// How good the model was in validation, more is better; decides which checkpoint is the best.
  package let score: Double?

  package init(step: Int, tensors: [String: Tensor], metadata: [String: String] = [:], score: Double? = nil) {
    self.step = step
    self.tensors = tensors
    self.metadata = metadata
    // What is not a number is no score, and would be the best for ever.
    self.score = score.flatMap { $0.isFinite ? $0 : nil }
  }

  /// The first tensor, by name, with a number that is not finite; such a state is neither saved nor drawn.
  package var firstNotFinite: String? {
    let numbers = tensors.filter { $0.value.dtype.isFloatingPoint }
    return withoutGradient { numbers.keys.filter { !numbers[$0]!.isFinite().all() }.min() }
  }

  /// The version of the format that is written, and the highest that is read.
  package static let version = 1

  /// Writes it atomically: a crash leaves the whole file or none. Throws `FileError`.
  package func write(to url: URL) throws {
    var all = Dictionary(uniqueKeysWithValues: metadata.map { (Key.user + $0, $1) })
    all[Key.version] = String(Self.version)
    all[Key.step] = String(step)
    all[Key.score] = score.map { String($0) }
    for (name, tensor) in tensors { all[Key.checksum + name] = Self.checksum(tensor) }
    all[Key.metadataChecksum] = Self.checksum(all)
    try Safetensors.write(tensors, metadata: all, to: url)
  }

  /// Reads a checkpoint and compares every checksum; throws `RunError` if it is damaged, holds values that are not finite (NaN or infinity), with which
  /// nothing can be drawn or trained, or is newer, or what reading the file throws.
  package static func read(_ url: URL) throws -> Checkpoint {
    let file = try Safetensors.read(url)
    // The version comes first: what a newer one puts where is not known.
    guard let version = file.metadata[Key.version] else { throw RunError(url, .damaged("it is not marked as a checkpoint")) }
    guard let number = Int(version), number <= Self.version else { throw RunError(url, .newer(version: version, known: Self.version)) }
    var covered = file.metadata
    guard let whole = covered.removeValue(forKey: Key.metadataChecksum), whole == checksum(covered) else {
      throw RunError(url, .damaged("the checksum of its metadata is wrong"))
    }
    for (name, tensor) in file.tensors {
      guard covered[Key.checksum + name] == checksum(tensor) else {
        throw RunError(url, .damaged("the checksum of tensor \(name) is wrong"))
      }
    }
    for key in covered.keys where key.hasPrefix(Key.checksum) && file.tensors[String(key.dropFirst(Key.checksum.count))] == nil {
      throw RunError(url, .damaged("tensor \(key.dropFirst(Key.checksum.count)) is missing"))
    }
    guard let step = covered[Key.step].flatMap({ Int($0) }) else { throw RunError(url, .damaged("its step is missing")) }
    let user = covered.filter { $0.key.hasPrefix(Key.user) }.map { (String($0.key.dropFirst(Key.user.count)), $0.value) }
    let checkpoint = Checkpoint(
      step: step, tensors: file.tensors, metadata: Dictionary(uniqueKeysWithValues: user), score: covered[Key.score].flatMap { finite($0) })
    if let name = checkpoint.firstNotFinite {
      throw RunError(url, .damaged("tensor \(name) holds values that are not finite (NaN or infinity)"))
    }
    return checkpoint
  }

  /// The score in a file's header, without reading its tensors; nil if there is none or the file is no good.
  /// What the writer noted, without reading tensors or checking them; empty where the file is none.
  package static func metadata(_ url: URL) -> [String: String] {
    let all = (try? Safetensors.read(url))?.metadata ?? [:]
    return Dictionary(
      uniqueKeysWithValues: all.filter { $0.key.hasPrefix(Key.user) }.map { (String($0.key.dropFirst(Key.user.count)), $0.value) })
  }
  static func score(of url: URL) -> Double? { (try? Safetensors.read(url))?.metadata[Key.score].flatMap { finite($0) } }
  private static func finite(_ text: String) -> Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

  private enum Key {
    static let version = "likeness.checkpoint"
    static let step = "likeness.step"
    static let score = "likeness.score"
    static let metadataChecksum = "likeness.crc32c"
    static let checksum = "crc32c."
    static let user = "user."
  }
  /// Of a tensor's bytes, kind and shape.
  private static func checksum(_ tensor: Tensor) -> String {
    var crc = CRC32C()
    crc.update("\(tensor.dtype) \(tensor.shape) ")
    tensor.withBytes { crc.update($0) }
    return String(crc.value, radix: 16)
  }
  private static func checksum(_ metadata: [String: String]) -> String {
    var crc = CRC32C()
    for key in metadata.keys.sorted() { crc.update("\(key.utf8.count) \(key) \(metadata[key]!.utf8.count) \(metadata[key]!) ") }
    return String(crc.value, radix: 16)
  }
}
