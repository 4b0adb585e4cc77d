import Foundation

/// Why a file is no head model.
public struct ModelFileError: Error, CustomStringConvertible {
  public let url: URL
  public let problem: String
  public var description: String { "\(url.relativePath): \(problem)" }

  init(_ url: URL, _ problem: String) { (self.url, self.problem) = (url, problem) }
}
