import Foundation

/// Why a file is no head model.
package struct ModelFileError: Error, CustomStringConvertible {
  package let url: URL
  package let problem: String
  package var description: String { "\(url.relativePath): \(problem)" }

  init(_ url: URL, _ problem: String) { (self.url, self.problem) = (url, problem) }
}
