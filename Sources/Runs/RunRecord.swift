import Foundation
import Torch

/// What `config.json` of a run says: what was trained, on what, and how.
package struct RunRecord: Codable, Equatable, Sendable {
  /// The name of the experiment, usually that of the data folder.
  package var experiment: String
  /// `subject` or `portrait`.
  package var method: String
  /// The absolute path of the dataset folder.
  package var data: String
  /// How long to train at most, over all sessions; nil where steps are counted.
  package var maxMinutes: Double?
  /// Stands for the data that the run was begun on; nil in runs of earlier versions.
  package var fingerprint: String?
  /// The trainer's configuration.
  package var configuration: JSONValue

  /// Throws what encoding `configuration` throws.
  package init(experiment: String, method: String, data: URL, maxMinutes: Double? = nil, configuration: some Encodable) throws {
    self.experiment = experiment
    self.method = method
    self.data = data.absoluteURL.path
    self.maxMinutes = maxMinutes
    self.configuration = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(configuration))
  }

  /// The trainer's configuration; throws `RunError` naming the field that does not fit. `run` is the folder, for the message.
  package func configuration<C: Decodable>(as type: C.Type = C.self, run: URL) throws -> C {
    try Self.decode(type, JSONEncoder().encode(configuration), run.appending(path: "config.json"))
  }

  /// The same of a run that may be older than some fields: what it lacks it has from `defaults`.
  package func configuration<C: Codable>(run: URL, defaults: C) throws -> C {
    if let whole = try? configuration(as: C.self, run: run) { return whole }
    let known = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(defaults))
    return try Self.decode(C.self, JSONEncoder().encode(configuration.filled(from: known)), run.appending(path: "config.json"))
  }

  static func read(_ run: URL) throws -> RunRecord {
    let url = run.appending(path: "config.json")
    guard FileManager.default.fileExists(atPath: url.path) else { throw RunError(run, .notARun) }
    guard let data = try? Data(contentsOf: url) else { throw FileError(url, "cannot read", code: errno, kind: .input) }
    return try decode(RunRecord.self, data, url)
  }
  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  private static func decode<T: Decodable>(_ type: T.Type, _ data: Data, _ url: URL) throws -> T {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw RunError(url, .configuration(error.oneLine))
    }
  }
}

extension DecodingError {
  /// Where it went wrong and why, in one line: `field.hidden: Expected to decode Int but found a string instead.`
  package var oneLine: String {
    func line(_ path: [any CodingKey], _ text: String) -> String {
      let place = path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
      let words = text.split(whereSeparator: \.isNewline).joined(separator: " ")
      return place.isEmpty ? words : "\(place): \(words)"
    }
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return line(context.codingPath, context.debugDescription)
    case .keyNotFound(let key, let context): return line(context.codingPath + [key], "is missing")
    @unknown default: return "\(self)"
    }
  }
}
