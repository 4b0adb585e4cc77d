import ArgumentParser
import Foundation
import Portrait

/// What moves a generator's volume: `mesh`, `learned`, or `learned=<file>`.
struct MotionChoice: ExpressibleByArgument {
  let motion: GeneratedPortrait.Motion
  /// Networks in place of the portrait model's own.
  let file: String?

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let motion = GeneratedPortrait.Motion(rawValue: parts[0]) else { return nil }
    if parts.count == 2, motion == .mesh || parts[1].isEmpty { return nil }
    (self.motion, file) = (motion, parts.count == 2 ? parts[1] : nil)
  }
  static var allValueStrings: [String] { ["mesh", "learned", "learned=<file>"] }
  var defaultValueDescription: String { motion.rawValue + (file.map { "=\($0)" } ?? "") }

  /// The networks that the file holds; nil where none is named. Throws what reading it throws.
  func networks() throws -> LearnedMotion? { try file.map { try LearnedMotion.read(URL(filePath: $0)) } }
}
