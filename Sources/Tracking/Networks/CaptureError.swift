import Torch

/// Why a capture cannot go on, in one line that names the file and the remedy.
package struct CaptureError: KindedError, Equatable {
  package enum Kind: Sendable {
    /// What the user gave cannot be used (exit code 65).
    case badInput
    /// A library or network that `scripts/setup` fetches is absent or broken (exit code 1).
    case setUp
  }
  package let kind: Kind
  package let description: String
  package var errorKind: ErrorKind { kind == .badInput ? .input : .system }

  package init(_ kind: Kind, _ description: String) {
    (self.kind, self.description) = (kind, description)
  }
}
