import Foundation

/// What can be wrong with a portrait's configuration or with a file it comes from; the description is one line with the remedy.
public enum PortraitError: Error, CustomStringConvertible, Equatable {
  /// A field of a configuration, its value, and what it must be.
  case configuration(String)
  /// A file, what is wrong with it, and what to do.
  case file(URL, String)

  public var description: String {
    switch self {
    case .configuration(let text): "the configuration cannot be used: \(text)"
    case .file(let url, let text): "\(url.relativePath): \(text)"
    }
  }

  /// Throws where a field's value is outside its bounds; what is not a number is in none.
  static func require<N: Comparable>(_ bounds: ClosedRange<N>, _ fields: KeyValuePairs<String, N>) throws(PortraitError) {
    for (field, value) in fields where !(bounds ~= value) {
      throw .configuration("\(field)=\(value) must be \(bounds.lowerBound)...\(bounds.upperBound)")
    }
  }
}
