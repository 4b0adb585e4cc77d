/// Whose fault an error is; the tool's exit code follows from it.
package enum ErrorKind: Sendable, CaseIterable {
  /// What was asked for cannot be done: another command is needed (exit code 64).
  case usage
  /// The user's files cannot be used as they are (exit code 65).
  case input
  /// The machine, its disk or its libraries refuse (exit code 1).
  case system
}

/// An error in one line that says whose fault it is.
package protocol KindedError: Error & CustomStringConvertible {
  var errorKind: ErrorKind { get }
}
