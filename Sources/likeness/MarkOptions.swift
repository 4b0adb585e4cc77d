import ArgumentParser
import Foundation
import Marking

/// Whether outputs say that they are synthetic.
struct MarkOptions: ParsableArguments {
  @Flag(
    help:
      "Leave the watermark and the content credentials out of this output. That is noted with the avatar, where likeness verify shows it.")
  var noMark = false

  /// The marks of what `likeness` shows; `avatar` is the run or file that is noted where there are none, `output` what is written.
  func marks(of likeness: ShownLikeness, avatar: URL?, output: String) throws -> OutputMarks {
    guard noMark else { return try OutputMarks(of: likeness, by: Installation(), warn: complain) }
    if let avatar { try UnmarkedLog.note(URL(filePath: output), of: avatar) }
    complain("\(output): gets no marks; say yourself that it is synthetic")
    return .none
  }
}
