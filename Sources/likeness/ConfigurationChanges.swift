import ArgumentParser
import Foundation
import Runs

/// What `--config` and `--set` change of a configuration: the file first, then the fields in their order.
struct ConfigurationChanges {
  let file: URL?
  /// As `rays.rays=1024`.
  let fields: [String]

  /// Throws `Failure` for a file and `ValidationError` for an option that does not fit.
  func applied<C: Codable>(to configuration: C) throws -> C {
    guard file != nil || !fields.isEmpty else { return configuration }
    var value = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(configuration))
    if let file { value = try merged(value, file) }
    for field in fields {
      guard let equals = field.firstIndex(of: "="), equals > field.startIndex else {
        throw ValidationError("--set \(field): write it as path=value, for example rays.rays=1024")
      }
      let path = field[..<equals].split(separator: ".").map(String.init)
      do {
        try value.set(path, to: JSONValue(commandLine: String(field[field.index(after: equals)...])))
      } catch {
        throw ValidationError("--set \(field): \(error)")
      }
    }
    do {
      return try JSONDecoder().decode(C.self, from: JSONEncoder().encode(value))
    } catch let error as DecodingError {
      throw ValidationError("the configuration does not fit: \(error.oneLine)")
    }
  }

  private func merged(_ value: JSONValue, _ file: URL) throws -> JSONValue {
    guard let data = try? Data(contentsOf: file) else { throw Failure.input("\(file.relativePath): cannot be read; check the path") }
    var value = value
    do {
      var changes = try JSONDecoder().decode(JSONValue.self, from: data)
      // A run's own config.json holds the configuration among other things.
      if case .object(let members) = changes, let inner = members["configuration"] { changes = inner }
      try value.merge(changes)
      return value
    } catch let error as DecodingError {
      throw Failure.input("\(file.relativePath): is not valid JSON (\(error.oneLine)); correct it")
    } catch {
      throw Failure.input("\(file.relativePath): \(error); correct it")
    }
  }
}
