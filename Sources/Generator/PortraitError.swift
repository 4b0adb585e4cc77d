import Foundation
import Torch

/// What can be wrong with a portrait's configuration or with a file it comes from; the description is one line with the remedy.
package enum PortraitError: KindedError, Equatable {
  /// A field of a configuration, its value, and what it must be.
  case configuration(String)
  /// A file, what is wrong with it, and what to do.
  case file(URL, String)
  /// Numbers of expression or identity coefficients.
  case driving(found: Int, expected: Int)
  /// Names of head models.
  case otherFaceModel(found: String, expected: String)
  /// A photo whose portrait was made with other networks.
  case otherModel(String)

  package var errorKind: ErrorKind {
    switch self {
    case .configuration: .usage
    case .file, .driving, .otherFaceModel, .otherModel: .input
    }
  }
  package var description: String {
    switch self {
    case .configuration(let text): "the configuration cannot be used: \(text)"
    case .file(let url, let text): "\(url.relativePath): \(text)"
    case .driving(let found, let expected):
      "\(found) coefficients drive a portrait that needs \(expected); use a track made with the same head model"
    case .otherFaceModel(let found, let expected):
      "the portrait is driven by the head model \"\(expected)\", and this was fitted with \"\(found)\"; fit it with the same one"
    case .otherModel(let photo): "the portrait of \(photo) was made with other networks; make it again from the photo"
    }
  }

  /// Throws where a field's value is outside its bounds; what is not a number is in none.
  package static func require<N: Comparable>(_ bounds: ClosedRange<N>, _ fields: KeyValuePairs<String, N>) throws(PortraitError) {
    for (field, value) in fields where !(bounds ~= value) {
      throw .configuration("\(field)=\(value) must be \(bounds.lowerBound)...\(bounds.upperBound)")
    }
  }
  /// Throws where a product of sizes, each within its bounds, is more than any memory holds.
  static func require(atMost most: Int, _ field: String, _ value: Int, _ count: Int, _ what: String) throws(PortraitError) {
    guard count > most else { return }
    throw .configuration("\(field)=\(value) must be such that, with the fields beside it, there are at most \(most) \(what), not \(count)")
  }
}
