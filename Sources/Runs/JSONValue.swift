import Foundation
import Torch

/// Any JSON, for configurations whose type the holder does not know, and for changing one field of them by its path.
package enum JSONValue: Codable, Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  package init(from decoder: any Decoder) throws {
    let one = try decoder.singleValueContainer()
    if one.decodeNil() {
      self = .null
    } else if let value = try? one.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? one.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? one.decode(Double.self) {
      self = .number(value)
    } else if let value = try? one.decode(String.self) {
      self = .string(value)
    } else if let value = try? one.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try one.decode([String: JSONValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var one = encoder.singleValueContainer()
    switch self {
    case .null: try one.encodeNil()
    case .bool(let value): try one.encode(value)
    case .integer(let value): try one.encode(value)
    case .number(let value): try one.encode(value)
    case .string(let value): try one.encode(value)
    case .array(let value): try one.encode(value)
    case .object(let value): try one.encode(value)
    }
  }

  /// The value as the command line writes it: `128`, `true`, `[1,2]`, otherwise a word.
  package init(commandLine text: String) {
    self = (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .string(text)
  }

  /// Puts `value` at `path`, whose last part must be there already; says what there is otherwise.
  package mutating func set(_ path: [String], to value: JSONValue) throws(UnknownField) {
    guard let first = path.first else {
      self = value
      return
    }
    guard case .object(var members) = self, var member = members[first] else {
      var known: [String] = []
      if case .object(let members) = self { known = members.keys.sorted() }
      throw UnknownField(name: first, known: known)
    }
    try member.set(Array(path.dropFirst()), to: value)
    members[first] = member
    self = .object(members)
  }

  /// The members of `other`, which must all be known here, instead of those here.
  package mutating func merge(_ other: JSONValue) throws(UnknownField) {
    guard case .object(var members) = self, case .object(let changes) = other else {
      self = other
      return
    }
    for (name, change) in changes.sorted(by: { $0.key < $1.key }) {
      guard var member = members[name] else { throw UnknownField(name: name, known: members.keys.sorted()) }
      try member.merge(change)
      members[name] = member
    }
    self = .object(members)
  }

  /// This value with the members of `defaults` that it lacks, at any depth.
  package func filled(from defaults: JSONValue) -> JSONValue {
    guard case .object(let own) = self, case .object(let others) = defaults else { return self }
    return .object(own.merging(others) { $0.filled(from: $1) })
  }

  /// A name that the configuration does not have.
  package struct UnknownField: KindedError {
    package let name: String
    package let known: [String]
    package var errorKind: ErrorKind { .system }
    package var description: String {
      known.isEmpty ? "there is no field \"\(name)\"" : "there is no field \"\(name)\"; there are \(known.joined(separator: ", "))"
    }
  }
}
