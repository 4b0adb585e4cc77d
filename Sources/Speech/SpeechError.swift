import Foundation
import Torch

/// Why speech features cannot be made, in one line that names the file and the remedy.
package struct SpeechError: KindedError, Equatable {
  package enum Kind: Sendable {
    /// What the user gave cannot be used (exit code 65).
    case badInput
    /// A library or model that belongs on the machine is absent or broken (exit code 1).
    case setUp
  }
  package let kind: Kind
  package let description: String
  package var errorKind: ErrorKind { kind == .badInput ? .input : .system }

  package init(_ kind: Kind, _ description: String) {
    (self.kind, self.description) = (kind, description)
  }
  /// A dataset without sound.
  package static func noSound(_ folder: URL) -> SpeechError {
    SpeechError(
      .badInput, "\(folder.path) has no aud.wav for speech to drive the avatar; put the clip's sound there, or leave out --driver")
  }
  /// A sound that ends before a frame does.
  package static func noSpeech(_ sound: URL) -> SpeechError {
    SpeechError(.badInput, "\(sound.relativePath): is too short to hold speech; name a longer sound")
  }
}
