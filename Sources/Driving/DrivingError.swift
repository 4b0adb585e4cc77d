import Foundation
import Torch

/// Why something cannot drive an avatar.
package enum DrivingError: KindedError {
  /// Expressions that have no name in common with the avatar's.
  case foreignExpressions(from: String, motion: [String], avatar: [String])
  /// A video with too few faces: which one was asked for, and in how many frames of how many it is.
  case noFace(URL, Int?, found: Int, of: Int)

  /// Frames that a video does not have, and how many it has.
  case noFrames(URL, Range<Int>, of: Int)

  package var errorKind: ErrorKind { .input }
  package var description: String {
    switch self {
    case .foreignExpressions(let source, let motion, let avatar):
      "\(source): cannot drive this avatar: \(motion.isEmpty ? "it has no expressions" : "its expressions are \(some(motion))"), "
        + "and the avatar's are \(some(avatar)); use a motion of the same face model"
        + (motion.isEmpty ? "" : ", or train the avatar on a dataset that process made")
    case .noFrames(let url, let frames, let count):
      "\(url.relativePath): has no frames \(frames.lowerBound)..\(frames.upperBound), it ends after \(count); choose other --frames"
    case .noFace(let url, nil, let found, let count):
      "\(url.relativePath): a face is seen in \(found) of \(count) frames; choose a video with one face in view"
    case .noFace(let url, let face?, let found, let count):
      "\(url.relativePath): a face that is number \(face) from the left is seen in \(found) of \(count) frames; choose another --face"
    }
  }
}

/// The first of some names, and how many there are.
func some(_ names: [String]) -> String {
  names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", ... (\(names.count) in all)" : "")
}
