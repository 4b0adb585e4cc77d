import Foundation
import Torch

/// What the command line itself finds wrong with what it was given.
package struct Failure: KindedError {
  package let description: String
  package let errorKind: ErrorKind

  /// The input is at fault.
  package static func input(_ text: String) -> Failure { Failure(description: text, errorKind: .input) }
  /// What was asked for is.
  package static func usage(_ text: String) -> Failure { Failure(description: text, errorKind: .usage) }
  package static func other(_ text: String) -> Failure { Failure(description: text, errorKind: .system) }
}

/// 65 where the user's files are at fault, 64 where what was asked for is, otherwise 1: as the error's type says.
package func exitStatus(of error: any Error) -> Int32 {
  switch (error as? any KindedError)?.errorKind {
  case .usage: 64
  case .input: 65
  case .system, nil: 1
  }
}

/// An error in one line, whatever it holds.
func oneLine(_ error: any Error) -> String {
  return String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
}

/// Prints `likeness: <text>` on standard error.
func complain(_ text: String) { FileHandle.standardError.write(Data("likeness: \(text)\n".utf8)) }
