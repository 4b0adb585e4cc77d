import Foundation
import Torch

/// Why a dataset folder cannot be used; one line that names the file.
package enum DatasetError: KindedError {
  /// Something the folder must have is not there.
  case missing(URL, hint: String)
  /// A file is there and cannot be what it should be.
  case broken(URL, String)
  /// An index outside the dataset, or a size that makes no sense.
  case unusable(String)

  package var errorKind: ErrorKind { .input }
  package var description: String {
    switch self {
    case .missing(let url, let hint): "\(url.path): no such file; \(hint)"
    case .broken(let url, let what): "\(url.path): \(what)"
    case .unusable(let what): what
    }
  }
}
