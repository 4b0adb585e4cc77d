import Foundation
import Torch

/// Why a file is no head model.
package struct ModelFileError: KindedError {
  package let url: URL
  package let problem: String
  package var errorKind: ErrorKind { .input }
  package var description: String { "\(url.relativePath): \(problem)" }

  package init(_ url: URL, _ problem: String) { (self.url, self.problem) = (url, problem) }
}
