import Consent
import Foundation

/// What was found of a file's content credentials.
package struct CredentialsReport: Sendable {
  package enum State: String, Sendable {
    /// There are none.
    case absent
    /// Whole, signed by somebody who is not known.
    case valid
    /// Whole, signed by somebody whose root is known.
    case trusted
    /// Something does not hold: see `failures`.
    case invalid
  }
  package internal(set) var state = State.absent
  /// By the names of C2PA's status codes; below an ingredient with its manifest's label behind a colon.
  package internal(set) var failures: [String] = []
  /// What was not checked, and why.
  package internal(set) var notes: [String] = []
  package internal(set) var title, generator, signer, digitalSourceType, watermark: String?
  package internal(set) var consent: ConsentRecord?
  /// Titles of what went into it.
  package internal(set) var ingredients: [String] = []
  package var isPresent: Bool { state != .absent }

  /// Of a file that carries none.
  package init() {}
}
