import Foundation
import Torch

/// Why something cannot be judged, in one line that names the file and the remedy.
package enum EvaluationError: KindedError, Equatable {
  case noTruth(URL)
  case nothingInCommon
  /// Weights that a user brought and that cannot be used.
  case weights(URL, String)

  package var errorKind: ErrorKind { .input }
  package var description: String {
    switch self {
    case .noTruth(let file): "\(file.relativePath): no such file; likeness synth performer --truth <folder> writes it"
    case .nothingInCommon: "the dataset and the truth have no frame in common; are they of the same film?"
    case .weights(let file, let fault): "\(file.relativePath): \(fault); likeness models shows which file belongs here"
    }
  }
}
