import Torch

/// Why a face cannot be made from a sound, or a network not trained for it, in one line that names the file and the remedy.
package struct TalkingError: KindedError, Equatable {
  package let errorKind: ErrorKind
  package let description: String
  package init(_ kind: ErrorKind, _ description: String) { (errorKind, self.description) = (kind, description) }
}
