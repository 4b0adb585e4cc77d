import Foundation
import Torch

/// What can keep a population from being made, each with its remedy.
package enum PopulationError: KindedError, Equatable {
  /// The settings ask for what cannot be.
  case script(String)
  /// The folder holds something else, or a population made otherwise.
  case folder(String, String)
  /// The disk is too small, by what is said.
  case space(String, needed: Int, free: Int)

  package var errorKind: ErrorKind {
    switch self {
    case .script: .usage
    case .folder: .input
    case .space: .system
    }
  }
  package var description: String {
    switch self {
    case .script(let complaint): complaint
    case .folder(let path, let complaint): "\(path): \(complaint)"
    case .space(let path, let needed, let free):
      "\(path): the population takes about \(Self.size(needed)) and the disk has \(Self.size(free)) free; make room or ask for fewer"
    }
  }
  static func size(_ bytes: Int) -> String {
    bytes >= 1 << 30 ? String(format: "%.1f GB", locale: nil, Double(bytes) / 1e9) : "\(max(1, bytes / 1_000_000)) MB"
  }
}
