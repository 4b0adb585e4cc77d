import Foundation
import Generator
import Runs
import Subject
import Testing
import Texture
import Torch

/// Every field of a `config.json` that e310d57 wrote is read. A field under another name would not be missed otherwise: what a run lacks it
/// has from its preset.
@Suite struct EarlierConfigurationTests {
  @Test(arguments: ["fast", "compact", "spoken", "texture", "heard", "light"]) func everyFieldIsRead(run: String) throws {
    try withFolder { folder in
      let stored = try JSONDecoder().decode(JSONValue.self, from: EarlierVersion.configuration(run))
      let own = try meaning(of: stored, run, in: folder)
      // That an unread field shows is seen with one that no version knows.
      var stranger = stored
      stranger.insert("unknown", at: ["configuration"])
      #expect(try meaning(of: stranger, run, in: folder) == own)
      let fields = stored.leaves.filter { $0.first == "configuration" }
      #expect(fields.count > 8)
      for path in fields {
        var changed = stored
        try changed.change(path)
        // A value that is refused was read as well.
        let other = try? meaning(of: changed, run, in: folder)
        #expect(other != own, "\(run): nothing depends on \(path.dropFirst().joined(separator: "."))")
      }
    }
  }

  /// The configuration that today's tool reads of a run's `config.json`, written again.
  private func meaning(of json: JSONValue, _ run: String, in folder: URL) throws -> JSONValue {
    let place = folder.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    try JSONEncoder().encode(json).write(to: place.appending(path: "config.json"))
    let read = try RunFolder.open(place)
    func again(_ configuration: some Codable) throws -> JSONValue {
      try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(configuration))
    }
    return switch run {
    case "texture": try again(TextureConfiguration(read))
    case "heard": try again(PriorConfiguration(read))
    case "light": try again(LightConfiguration(read))
    default: try again(SubjectConfiguration(read))
    }
  }
}

extension JSONValue {
  /// Paths of all that is no object; lists count as one.
  fileprivate var leaves: [[String]] {
    guard case .object(let members) = self else { return [[]] }
    return members.sorted { $0.key < $1.key }.flatMap { name, value in value.leaves.map { [name] + $0 } }
  }
  /// Puts another value at `path`, one that its field could have wherever that can be known.
  fileprivate mutating func change(_ path: [String]) throws {
    guard let first = path.first else { return self = another }
    guard case .object(var members) = self, var member = members[first] else { return }
    try member.change(Array(path.dropFirst()))
    members[first] = member
    self = .object(members)
  }
  /// Adds a member of the object at `path`.
  fileprivate mutating func insert(_ name: String, at path: [String]) {
    guard case .object(var members) = self else { return }
    if let first = path.first {
      members[first]?.insert(name, at: Array(path.dropFirst()))
    } else {
      members[name] = .integer(1)
    }
    self = .object(members)
  }
  private var another: JSONValue {
    switch self {
    case .null: .integer(1)
    case .bool(let value): .bool(!value)
    case .integer(let value): .integer(value + 1)
    case .number(let value): .number(value * 1.01)
    case .string(let value): .string(value + "-other")
    case .array(let values): .array(values.map(\.another))
    case .object: self
    }
  }
}
